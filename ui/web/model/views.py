"""HTML of the page Model, as strings. Pure; every text passes ``html_views.text``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rag.interfaces import MANY
from rag.messages import marked
from ui.shared import model_catalog
from ui.shared.facets import language_name
from ui.shared.formatting import one_line
from ui.shared.i18n import file_size, number, show_message, tr, trn
from ui.shared.model_catalog import ModelRow
from ui.web.html_views import text

_OPEN_ASSISTANT = "OpenAssistant"
_SIZE = re.compile(r"\d+(\.\d+)?[bm]", re.IGNORECASE)
_TRAINING = re.compile(r"instruct|sft|oasst|xor|mix|top\d+|v\d+|\d+k|\d{3,}", re.IGNORECASE)  # no part of its name
_SUITS = (  # below so many bytes -> whom a model of that size is for
    (0.4e9, marked("The quickest; writes short answers.")),
    (0.8e9, marked("Quick; writes simple answers.")),
    (1.5e9, marked("Better answers at a moderate pace.")),
    (4e9, marked("Good answers, slower.")),
    (math.inf, marked("For a powerful computer: on others each answer takes minutes.")),
)
_LANGUAGES_NAMED = 5  # languages of a model that are named


def shown_name(row: ModelRow) -> str:
    """Return a model's name as its maker writes it, without what only tells files apart: "Qwen2.5 1.5B"."""
    if not row.origin:
        return one_line(row.name)
    maker, _, name = row.origin.rpartition("/")
    words = [_readable(each) for each in name.split("-") if not _TRAINING.fullmatch(each)]
    return " ".join([maker, *words] if maker == _OPEN_ASSISTANT else words)


def _readable(word: str) -> str:
    """Return a word of a model's name: a size in capitals, "7B", and a first letter that is one."""
    return word.upper() if _SIZE.fullmatch(word) else word[:1].upper() + word[1:]


def suits(row: ModelRow) -> str:
    """Return whom a model is for, in a sentence: judged by the size of its file, which tells quality and speed."""
    return tr(next(words for most, words in _SUITS if row.size < most))


def table(rows: Sequence[ModelRow]) -> str:
    """Return a table of models: name, languages, size, whom each is for."""
    head = "".join(f"<th>{text(name)}</th>" for name in (tr("Model"), tr("Size"), tr("For whom")))
    body = "".join(
        f"<tr><td>{text(shown_name(row))}</td><td>{text(_sizes(row))}</td>"
        f"<td>{text(suits(row))}<br>{text(writes(row.languages))}</td></tr>"
        for row in rows
    )
    return (
        f'<div class="oaken-scroll"><table class="oaken-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _sizes(row: ModelRow) -> str:
    memory = tr("about {memory} of memory", memory=file_size(row.need)) if row.need else ""
    return " · ".join(filter(None, (file_size(row.size), memory)))


def model(row: ModelRow, *, recommended: bool = False, spoken: Sequence[str] = (), smallest: int = 0) -> str:
    """Return a model in plain words: whom it is for, its languages, size and memory; the rest on demand.

    ``spoken`` are the codes of the languages that the library's documents are in; ``smallest`` is the size in bytes of
    the file that the wait is compared with.
    """
    size = tr("{size} on disk", size=file_size(row.size)) if row.size and row.path else ""
    parts = [writes(row.languages), size or (file_size(row.size) if row.size else "")]
    if row.need:
        memory = file_size(row.need)
        fits = tr("about {memory} of memory", memory=memory)
        parts.append(fits if row.fits else tr("about {memory} of memory: more than is free", memory=memory))
    parts.append("" if row.verified or not row.path else tr("not checked by Oaken"))
    if not row.size:
        parts.append(show_message(row.note))
    joined_parts = " · ".join(one_line(part) for part in parts if part)
    return (
        f'<p class="oaken-model"><strong>{text(shown_name(row))}</strong>{_badge(recommended)}<br>'
        f"{text(' '.join(filter(None, (suits(row), wait(row, smallest))))) + '<br>' if row.size else ''}"
        f"{text(joined_parts)}{_fit(row, spoken)}</p>"
        f"{_model_details(row)}"
    )


def wait(row: ModelRow, smallest: int) -> str:
    """Return how long a model takes beside the smallest one, as the sizes of their files tell; "" if about as long."""
    times = round(row.size / smallest) if smallest else 0
    return tr("About {n} times the wait of the smallest.", n=number(times)) if times > 1 else ""


def _fit(row: ModelRow, spoken: Sequence[str]) -> str:
    """Return which of the library's languages a model does not write, or that it writes them all."""
    if not spoken or not row.languages:
        return ""
    lacking = [each for each in spoken if each not in row.languages and MANY not in row.languages]
    listed = ", ".join(language_name(each, in_sentence=True) for each in lacking or spoken)
    if not lacking:
        return f"<br>{text(tr('Writes the languages of your documents: {languages}.', languages=listed))}"
    words = tr("Does not write {languages}, which some of your documents are in: they are quoted.", languages=listed)
    return f"<br>{text(words)}"


def _badge(recommended: bool) -> str:
    words = tr("recommended for this computer")
    return f' <span class="oaken-outcome oaken-indexed">{text(words)}</span>' if recommended else ""


def writes(languages: Sequence[str]) -> str:
    """Return which languages a model writes, by name; the first ones where there are many."""
    named = [language_name(each, in_sentence=True) for each in languages if each != MANY]
    if not named:
        return ""
    shown = named if len(named) <= _LANGUAGES_NAMED and MANY not in languages else named[: _LANGUAGES_NAMED - 1]
    listed = ", ".join(shown)
    if MANY in languages:
        return tr("writes {languages} and many more", languages=listed)
    if more := len(named) - len(shown):
        return trn(more, "writes {languages} and {n} more", "writes {languages} and {n} more", languages=listed)
    if len(named) == 1:
        return tr("writes {languages} only", languages=listed)
    return tr("writes {languages}", languages=listed)


def _model_details(row: ModelRow) -> str:
    """Return a model's technical facts, folded."""
    rows = [
        (tr("File"), one_line(row.file) or row.name),
        (tr("License"), row.license),
        (tr("Parameters"), row.parameters),
        (tr("Window"), trn(row.context, "{n} token", "{n} tokens") if row.context else ""),
        (tr("Prompt format"), row.family),
        (tr("Answers found in its prose, by our own test"), model_catalog.marks(row.measured)),
        (tr("Note"), show_message(row.note) if row.size else ""),
    ]
    body = "".join(f"<dt>{text(name)}</dt><dd>{text(one_line(value))}</dd>" for name, value in rows if value)
    if not body:
        return ""
    return (
        f'<details class="oaken-fold"><summary>{text(tr("Details"))}</summary>'
        f'<dl class="oaken-how">{body}</dl></details>'
    )
