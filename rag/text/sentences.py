"""Split text into sentences: sentencex finds them, and a few rules of our own repair its wrong cuts.

Ignores meaning; a heading, a table row or a line of code is simply a line. A fenced block of code is one "sentence",
however many lines it has and whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import regex
import sentencex

from rag.text.patterns import in_any_language

# A sentence does not open with these: the cut before them was an abbreviation's ("5 p. m. | del 3 de enero"), or a
# question's within one ("«Really?» | — she asked"). Georgian knows no capitals.
_LOWER_CASE = r"(?!\p{Georgian})\p{Ll}"
_GOES_ON = regex.compile(rf"\s*(?:{_LOWER_CASE}|[,;:)\]»”…ºª،؛、，；：）」』】》]|[—–-]\s*{_LOWER_CASE})")
_QUOTE_END = regex.compile(r"[」』）]\s*$")  # "「本当？」と彼は言った。" is one
_PARTICLE = regex.compile(r"\p{Hiragana}")
# ... nor with a number after these ("fig. | 3").
_NUMBERED = re.compile(
    rf"(?:^|[\s(«\"]){in_any_language(lambda language: language.text.abbreviations)}\.\s*$", re.IGNORECASE
)
_LEAD_IN_ENDS = tuple(":;：；")
_ITEM_MARKER = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s*")  # "1. Ring the bell." is one
_OPENING = re.compile(r"(?<=[.!?…»”\"])\s+(?=[¿¡])")  # "S.A. ¿Fue bien?" is two
# Ends that sentencex does not know: Khmer's and Tibetan's, and the Greek question mark's older sign.
_ENDED = regex.compile(r"[។៕།༎\u037e]+[»”\"')\]]*\s*(?=\S)")
# Thai and Lao mark no end: a space stands between sentences, and within them.
_PAUSE = regex.compile(r"(?V1)(?<=[\p{Thai}\p{Lao}])\s+(?=[\p{Thai}\p{Lao}])")
_PAUSED = 60  # letters that a piece between two pauses has at least
_BLOCK_BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•–]|\d{1,2}[.)])\s)|(?<=\|)\n|\n(?=[^\n]* \| )")


# A fence and what it holds; one that is still open (a model is writing) goes to the end.
_FENCED = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)


def sentences(text: str, language: str = "") -> list[tuple[int, int]]:
    """Return the spans (start, end) of the sentences of ``text``, in order, without white space around them.

    Together they hold every character that is not white space. An empty line, a list item and a table row end a
    sentence.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for fence in _FENCED.finditer(text):
        spans.extend(_prose(text, begin, fence.start(), language))
        span = _trim(text, *fence.span())
        spans.extend([span] if span else [])
        begin = fence.end()
    return [*spans, *_prose(text, begin, len(text), language)]


def leads(text: str) -> bool:
    """Tell whether a text ends like a lead-in to a list or a listing: with a colon."""
    return text.rstrip().endswith(_LEAD_IN_ENDS)


def fenced(text: str) -> tuple[str, str] | None:
    """Return the language and the code of a text that is one fenced block and nothing else; None for any other."""
    text = text.strip()
    match = _FENCED.match(text)
    if match is None or match.end() < len(text):
        return None
    return match[2].strip().partition(" ")[0], match[3]


def _prose(text: str, begin: int, until: int, language: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for end in [
        *(match.start() for match in _BLOCK_BREAK.finditer(text, begin, until) if match.start() > begin),
        until,
    ]:
        spans.extend(_block(text, begin, end, language or "en"))
        begin = end
    return spans


def _block(text: str, begin: int, end: int, language: str) -> list[tuple[int, int]]:
    block = text[begin:end]
    if not block.strip():
        return []
    if " | " in block:  # a table row is cited whole
        span = _trim(text, begin, end)
        return [span] if span else []
    cuts = [0]
    for boundary in sentencex.get_sentence_boundaries(language, block):
        cut = boundary["start_index"]
        before, after = block[cuts[-1] : cut], block[cut:]
        if not before.strip() or _ITEM_MARKER.fullmatch(before) or _GOES_ON.match(after):
            continue
        if _QUOTE_END.search(before) and _PARTICLE.match(after):
            continue
        if _NUMBERED.search(before) and after.lstrip()[:1].isdigit():
            continue
        cuts.append(cut)
    cuts.extend(match.end() for match in _OPENING.finditer(block))
    cuts.extend(match.end() for match in _ENDED.finditer(block))
    cuts = sorted({*cuts, len(block)})
    cuts.extend([cut for a, b in pairwise(cuts) for cut in _pauses(block, a, b)])
    cuts.sort()
    return [span for a, b in pairwise(cuts) if (span := _trim(text, begin + a, begin + b))]


def _pauses(block: str, begin: int, end: int) -> Iterator[int]:
    """Yield where Thai or Lao text without sentence ends may be cut, so that each piece is long enough."""
    for match in _PAUSE.finditer(block, begin, end):
        if match.start() - begin >= _PAUSED and end - match.end() >= _PAUSED:
            begin = match.end()
            yield begin


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
