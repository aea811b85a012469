"""What the readers and the core say in English, in the page's language: why a file gave no text, what is wrong with a
library, what went wrong and what to do about it.

``words/said.json`` holds whole sentences, ``words/reasons.json`` parts of sentences: their English has gaps where the
core fills in names and numbers. A test reads every message off the source of the core, and fails for one that is in
neither. What is not known all the same, such as the words of a server, is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice

from ui.shared.i18n import language, tr, words_of

SENTENCES, REASONS = "said", "reasons"
_GAP = re.compile(r"\{(\w+)\}")
_STOP = re.compile(r"(?<=\.) (?=\S)")
_COMMAND = re.compile(r"(?:oaken|pip|export|unset|ls|rm|mkdir|apt|brew) \S.*", re.DOTALL)
_IN_TURN = frozenset("needs pages state wanted what which who why".split())  # gaps that words of ours may fill
_LONGEST = 2_000  # characters; what is longer is no sentence of ours
_TRIED = 12  # full stops at which a sentence may end
_KEPT = 20_000  # translations remembered: of the reasons in a large library's list


def reason(given: str) -> str:
    """The reason in the page's language, part by part."""
    return _reason(given, language())


def sentence(given: str) -> str:
    """A sentence of the core in the page's language, with what follows it; "" where it is not known in it."""
    return _sentence(given, language())


def said(given: str) -> str:
    """Whatever the core says, a sentence or a reason, in the page's language; as it is where it is not known in it."""
    return sentence(given) or reason(given)


def detail(given: str) -> str:
    """What was found of a library, in the page's language, part by part."""
    parts = re.split(r"(; |\. )", given)
    return "".join(part if at % 2 else _detail(part) for at, part in enumerate(parts))


def at_work(given: str) -> str:
    """What is being worked on, a file and how far that is, in the page's language."""
    name, comma, doing = given.rpartition(", ")
    return f"{name}{comma}{reason(doing)}" if comma else given


def _detail(part: str) -> str:
    whole = sentence(f"{part}.").removesuffix(".") if part[:1].isupper() else ""
    return whole or reason(part)


@lru_cache(_KEPT)
def _reason(given: str, held: str) -> str:
    if held == "en":
        return given
    return "; ".join(_translated(part, REASONS) or part for part in given.split("; "))


@lru_cache(_KEPT)
def _sentence(given: str, held: str) -> str:
    """Sentences are told apart by trying: the shortest known beginning whose rest is known too, for a path or a
    number may hold a full stop as well."""
    if held == "en" or len(given) > _LONGEST:
        return given if held == "en" else ""
    begun = ""
    for end in [*(stop.start() for stop in islice(_STOP.finditer(given), _TRIED)), len(given)]:
        known = _translated(given[:end], SENTENCES)
        if not known:
            continue
        rest = given[end:].strip()
        more = _sentence(rest, held) or (rest if _COMMAND.fullmatch(rest) else "")
        if more or not rest:
            return f"{known} {more}".strip()
        begun = begun or f"{known} {rest}"
    return begun


def _translated(given: str, where: str) -> str:
    known = words_of(where)
    if given in known:
        return tr(given)
    for english, pattern in _patterns(where):
        if found := pattern.fullmatch(given):
            return tr(english, **{name: _filled(name, value) for name, value in found.groupdict().items()})
    return tr(given.lower()) if given.lower() in known else ""  # a system's own words begin with a capital


def _filled(name: str, value: str) -> str:
    if name == "pages":
        value = re.sub(r"(\d) to (\d)", r"\1–\2", value).removesuffix(" and more")
    return said(value) if name in _IN_TURN else value


@cache
def _patterns(where: str) -> list[tuple[str, re.Pattern[str]]]:
    """What has gaps, those with the most words of their own first: "{path} cannot be read" fits much."""
    own = sorted(filter(_GAP.search, words_of(where)), key=lambda english: -len(_GAP.sub("", english)))
    return [(english, _pattern(english)) for english in own]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(english)), re.DOTALL)
