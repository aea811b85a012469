"""Say the program's messages in the page's language. Knows no Streamlit: whoever draws says which language holds.

English stands in the code. The other languages are gettext catalogues, ``ui/locale/XX/LC_MESSAGES/oaken.po``: a
language of the page is added by its catalogue alone. Plural forms, numbers and sizes follow Unicode's CLDR, by way of
Babel. ``python -m ui.locale.catalogue`` brings the catalogues up to date and says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.messages import Message, MessageFormatter

if TYPE_CHECKING:
    from babel.support import Translations

LOCALE_FOLDER = Path(__file__).parents[1] / "locale"
_DOMAIN = "oaken"

_language_source: Callable[[], str] = lambda: "en"  # noqa: E731


@cache
def page_languages() -> dict[str, str]:
    """Return the languages of the page, each with its name in itself, English first."""
    from babel import Locale

    codes = ["en", *sorted(path.parents[1].name for path in LOCALE_FOLDER.glob(f"*/LC_MESSAGES/{_DOMAIN}.po"))]
    names = {code: Locale.parse(code).get_display_name(code) or code for code in codes}
    return {code: name[:1].upper() + name[1:] for code, name in names.items()}


def set_language_source(source: Callable[[], str]) -> None:
    """Set ``source`` as the function that returns the current language each time words are needed."""
    global _language_source
    _language_source = source


def language() -> str:
    """Return the language that holds now: a key of :func:`page_languages`."""
    wanted = _language_source()
    return wanted if wanted in page_languages() else "en"


def nearest_language(locale: str | None) -> str:
    """Return the language for a browser's locale ("es-MX"): English where we do not have it."""
    begun = (locale or "").lower().replace("_", "-").partition("-")[0]
    return begun if begun in page_languages() else "en"


def from_accept_language(accepted: str) -> str:
    """Return the language for a header Accept-Language ("de, es;q=0.8"): the most wanted that we have, else English."""
    wanted: list[tuple[float, str]] = []
    for each in accepted.lower().split(",")[:20]:
        name, _, weight = each.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), name.strip().partition("-")[0]))
        except ValueError:
            continue
    ranked = sorted(wanted, key=lambda each: each[0])
    return next((name for weight, name in ranked if name in page_languages() and weight), "en")


def tr(english: str, **values: object) -> str:
    """Return the sentence in the language that holds, with ``{name}`` filled in."""
    return _formatter(language()).fill(english, values)


def trn(number: int, one: str, many: str, **values: object) -> str:
    """Return the sentence for a number of things; ``{n}`` is the number. Both are English."""
    code = language()
    formatter = _formatter(code)
    catalogue = translations(code)
    template = catalogue.ungettext(one, many, number) if catalogue else one if number == 1 else many
    return formatter.vformat(template, (), {"n": formatter.format_field(number, ","), **values})


def show_message(text: str) -> str:
    """Return a message in the language that holds; any other text as its catalogue has it, else as it is."""
    return show_message_in(language(), text)


def show_message_in(code: str, text: str) -> str:
    """Return a message in that language, whichever holds."""
    formatter = _formatter(code)
    return text.render(formatter) if isinstance(text, Message) else formatter.fill(text, {})


def is_translated(text: str) -> bool:
    """Tell whether the language that holds has this message."""
    code = language()
    return code == "en" or _translate(code, text.template if isinstance(text, Message) else text) is not None


def number(value: float, spec: str = ",") -> str:
    """Return a number as the language that holds writes it: 1,234.5, 1.234,5 or 1 234,5."""
    return _formatter(language()).format_field(value, spec)


def file_size(count: float) -> str:
    """Return a number of bytes as the language that holds writes it: 4.75 GB, 4,75 GB."""
    from rag.model.files.store import in_largest_unit, size_text

    code = language()
    if code == "en":
        return size_text(count)
    from babel.units import format_unit

    figure, unit, grouped = in_largest_unit(count)
    digits = max(0, 2 - len(f"{figure:.0f}") + 1)  # three figures in all
    pattern = "#,##0" if grouped or not digits else "0." + "#" * digits
    return str(format_unit(figure, unit, length="short", format=pattern, locale=code))


def day(when: date) -> str:
    """Return a date as the language that holds writes it: 2026-11-30, 30.11.2026."""
    if language() == "en":  # whose readers disagree on which figure is the month
        return when.isoformat()
    from babel.dates import format_date

    return str(format_date(when, _day_pattern(), locale=language()))


def day_format() -> str:
    """Return the form that :func:`day` gives dates, in the letters of moment.js: YYYY-MM-DD, DD.MM.YYYY."""
    return "YYYY-MM-DD" if language() == "en" else _day_pattern().replace("y", "Y").replace("d", "D")


def _day_pattern() -> str:
    from babel import Locale

    short = str(Locale.parse(language()).date_formats["short"].pattern)
    return re.sub("y+", "yyyy", short)


@cache
def translations(code: str) -> Translations | None:
    """Return the catalogue of a language, or None for English."""
    if code == "en" or code not in page_languages():
        return None
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with (LOCALE_FOLDER / code / "LC_MESSAGES" / f"{_DOMAIN}.po").open("rb") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


class _PageFormatter(MessageFormatter):
    """Fill templates with numbers as one language writes them."""

    def __init__(self, code: str) -> None:
        super().__init__(lambda template: _translate(code, template) or template)
        self._code = code

    def format_field(self, value: Any, format_spec: str) -> str:
        if self._code == "en" or not isinstance(value, int | float) or isinstance(value, bool) or not format_spec:
            return super().format_field(value, format_spec)
        from babel.numbers import format_decimal, format_percent

        places = int(format_spec.rstrip("f%").rpartition(".")[2] or 0) if "." in format_spec else 0
        pattern = ("#,##0" if "," in format_spec or "%" in format_spec else "0") + (
            "." + "0" * places if places else ""
        )
        if format_spec == "g":
            pattern = "0.######"
        if format_spec.endswith("%"):
            return str(format_percent(value, format=f"{pattern}%", locale=self._code))
        return str(format_decimal(value, format=pattern, locale=self._code))


@cache
def _formatter(code: str) -> MessageFormatter:
    return _PageFormatter(code)


def _translate(code: str, template: str) -> str | None:
    """Return the template in a language, or None where its catalogue lacks it."""
    catalogue = translations(code)
    if catalogue is None or not template:
        return None
    for key in (template, template.lower()):  # a system's own words begin with a capital
        if (found := catalogue.ugettext(key)) != key:
            return str(found)
    return None
