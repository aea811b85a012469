"""Split text into sentences: sentencex finds them, and a few rules of our own repair its wrong cuts.

Ignores meaning; a heading, a table row or a line of code is simply a line. A fenced block of code is one "sentence",
however many lines it has and whatever it holds. The time is in proportion to the text, whatever that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import regex
import sentencex

from rag.text.patterns import any_of, in_any_language

# A sentence does not open with these: the cut before them was an abbreviation's ("5 p. m. | del 3 de enero"), or a
# question's within one ("«Really?» | — she asked"). Georgian knows no capitals.
_LOWER_CASE = r"(?!\p{Georgian})\p{Ll}"
_GOES_ON = regex.compile(rf"{_LOWER_CASE}|[,;:)\]»”…ºª،؛、，；：）」』】》]|[—–-]\s*{_LOWER_CASE}")
_QUOTE_ENDS = "」』）"  # "「本当？」と彼は言った。" is one
_PARTICLE = regex.compile(r"\p{Hiragana}")
# ... nor with a number after these ("fig. | 3").
_NUMBERED = re.compile(
    rf"(?:^|[\s(«\"]){in_any_language(lambda language: language.text.abbreviations)}\.$", re.IGNORECASE
)
_FIGURE = re.compile(r"\d|[IVXLC]{2,}\b")
# Full stops within "ASP.NET", "./app", "main..HEAD", "url.<base>"; "Wait...What" is two.
_WITHIN_NAME = regex.compile(r"(?V1)\.(?=[\p{L}\p{N}_<*/.\\$~@#%{&=+])(?:(?<!\p{L}\.\.\.)|(?!\p{Lu}))")
_LONGEST_ABBREVIATION = 16  # characters, with what stands before it
_LEAD_IN_ENDS = tuple(":;：；")
_ITEM_MARKER = re.compile(r"(?:[-*•–]|\d{1,3}[.)])")  # "1. Ring the bell." is one
_OPENING = re.compile(r"(?<=[.!?…»”\"])\s+(?=[¿¡])")  # "S.A. ¿Fue bien?" is two
# "by 1 May. Maeve waters …": sentencex takes the month for an abbreviation of its own name.
_MONTHS = in_any_language(lambda known: any_of(*(month.split()[0] for month in known.text.months)))
_MONTH_ENDED = regex.compile(rf"\b(?i:{_MONTHS})\.\s+(?=\p{{Lu}})")
# Ends that sentencex does not know: Khmer's and Tibetan's, and the Greek question mark's older sign.
_ENDED = regex.compile(r"[។៕།༎\u037e]+[»”\"')\]]*\s*(?=\S)")
# Thai and Lao mark no end: a space stands between sentences, and within them.
_PAUSE = regex.compile(r"(?V1)(?<=[\p{Thai}\p{Lao}])\s+(?=[\p{Thai}\p{Lao}])")
_PAUSED = 60  # letters that a piece between two pauses has at least
_BLOCK_BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•–]|\d{1,2}[.)])\s)|(?<=\|)\n|\n(?=[^\n]* \| )")
# Lines of their own: three at least, of which few begin as a sentence goes on.
_LINE_START = re.compile(r"(?<=\S)[^\S\n]*\n\s*(?=\S)")
_RUNS_ON = regex.compile(r"[\p{Ll}\p{Lo}\p{M}]")
_LEAST_LINES, _RUNNING_SHARE = 2, 1 / 3

# A fence and what it holds; one that is still open (a model is writing) goes to the end.
_FENCED = re.compile(
    r"^[ \t]*+(`{3,}+|~{3,}+)[ \t]*+([^\n`]*+)\n(.*?)(?:^[ \t]*+\1[`~]*+[ \t]*+$|\Z)", re.MULTILINE | re.DOTALL
)
_MOST_AT_ONCE = 4_000  # characters that sentencex is given: in open quotes its time grows with their square
_NOT_SPACE, _SPACE = re.compile(r"\S"), re.compile(r"\s+")


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
        for line_end in _line_ends(text, begin, end):
            spans.extend(_block(text, begin, line_end, language or "en"))
            begin = line_end
    return spans


def _line_ends(text: str, begin: int, end: int) -> Iterator[int]:
    """Yield where the lines of a timetable, a poem or a chat end, and ``end``; that alone where sentences run on."""
    starts = [match.end() for match in _LINE_START.finditer(text, begin, end)]
    running = sum(_RUNS_ON.match(text, start) is not None for start in starts)
    if len(starts) >= _LEAST_LINES and running <= _RUNNING_SHARE * len(starts):
        yield from starts
    yield end


def _block(text: str, begin: int, end: int, language: str) -> list[tuple[int, int]]:
    block = text[begin:end]
    if not block.strip():
        return []
    if " | " in block:  # a table row is cited whole
        span = _trim(text, begin, end)
        return [span] if span else []
    cuts = [0]
    cuts.extend(_sentence_starts(block, language))
    cuts.extend(match.end() for match in _OPENING.finditer(block))
    cuts.extend(match.end() for match in _ENDED.finditer(block))
    cuts.extend(match.end() for match in _MONTH_ENDED.finditer(block))
    cuts = sorted({*cuts, len(block)})
    cuts.extend([cut for a, b in pairwise(cuts) for cut in _pauses(block, a, b)])
    cuts.sort()
    return [span for a, b in pairwise(cuts) if (span := _trim(text, begin + a, begin + b))]


def _sentence_starts(block: str, language: str) -> Iterator[int]:
    """Yield where sentencex begins a sentence and none of our rules says that the one before goes on."""
    begin = last = 0  # of the sentence before: its first character, and where its last but white space ends
    first = following = _place_of_text(block, 0)
    for cut in _boundaries(block, language):
        if following < cut:
            last = _end_of_text(block, cut)
            following = _place_of_text(block, cut)
        if first >= cut or _is_item_marker(block, first, last) or _GOES_ON.match(block, following):
            continue
        if block[last - 1] in _QUOTE_ENDS and _PARTICLE.match(block, cut):
            continue
        if _FIGURE.match(block, following) and _is_abbreviated(block, begin, last):
            continue
        if last == following and _WITHIN_NAME.match(block, last - 1):
            continue
        begin, first = cut, following
        yield cut


def _boundaries(block: str, language: str) -> Iterator[int]:
    """Yield where sentencex begins a sentence; of a long block it is given one piece after another.

    A piece begins where the last sentence but one of the piece before does, or within a sentence that is longer.
    """
    begin = 0
    while begin < len(block):
        until = min(begin + _MOST_AT_ONCE, len(block))
        found = sentencex.get_sentence_boundaries(language, block[begin:until])
        cuts = [begin + each["start_index"] for each in found if each["start_index"] > 0]
        if until == len(block):
            yield from cuts
            return
        middle = (begin + until) // 2
        space = _SPACE.search(block, middle, until)
        begin = cuts[-2] if len(cuts) > 1 and cuts[-2] > middle else space.end() if space else middle
        yield from (cut for cut in cuts if cut <= begin)


def _place_of_text(block: str, at: int) -> int:
    found = _NOT_SPACE.search(block, at)
    return found.start() if found else len(block)


def _end_of_text(block: str, at: int) -> int:
    while at > 0 and block[at - 1].isspace():
        at -= 1
    return at


def _is_item_marker(block: str, begin: int, end: int) -> bool:
    marker = _ITEM_MARKER.match(block, begin, end)
    return marker is not None and marker.end() == end


def _is_abbreviated(block: str, begin: int, end: int) -> bool:
    """Tell whether a sentence ends with an abbreviation that a number follows."""
    return block[end - 1] == "." and _NUMBERED.search(block[max(begin, end - _LONGEST_ABBREVIATION) : end]) is not None


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
