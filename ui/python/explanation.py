"""How an answer came about, as a picture: what was found, what of it was quoted, and what each sentence rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from rag.answer.notebook_html import place_html
from rag.citations import passage_of, quotes_in_order, same_spot
from rag.types import Answer, Citation, Claim, Passage
from ui.shared.formatting import one_line

_COLUMN, _GAP, _ROW, _TOP = 300, 70, 52, 48  # pixels
_LETTERS = 70  # letters of a line; what of it leaves its box is not drawn
_COLOURS = {"found": "#8a8f98", "quoted": "#3b78c3", "supported": "#2f8f5b", "translated": "#b7791f", "open": "#c2553d"}
_MOVED_UP, _MOVED_DOWN = "moved up: you rated a like answer good", "moved down: you rated a like answer bad"
_RETRIEVERS = {"vector": "meaning", "words": "words", "letters": "letters"}


@dataclass(frozen=True, slots=True)
class _Box:
    head: str
    text: str
    colour: str
    from_boxes: tuple[int, ...] = ()  # of the column to the left


@dataclass(frozen=True, slots=True)
class Explanation:
    """The way from a question to an answer. Shows itself in a notebook; ``svg`` is the picture, ``str()`` the words."""

    svg: str
    text: str
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage

    def _repr_html_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def explain(answer: Answer) -> Explanation:
    """Return how the answer came about."""
    passages = list(answer.passages)
    quotes = list(quotes_in_order(answer))
    sentences = "1 sentence" if len(answer.claims) == 1 else f"{len(answer.claims)} sentences"
    columns = {
        f"Found: {len(passages)} passages": [_passage(each) for each in passages],
        f"Quoted: {len(quotes)}": [_quote(each, passages) for each in quotes],
        f"Written: {sentences}": [_claim(each, quotes) for each in answer.claims],
    }
    head = " · ".join(_outcome(answer))
    shown = {title: boxes for title, boxes in columns.items() if boxes}
    return Explanation(_svg(answer, head, shown), _text(answer, head, shown), dict(answer.timings))


def _outcome(answer: Answer) -> Iterator[str]:
    yield answer.status.value.replace("_", " ")
    yield f"confidence {answer.confidence:.2f}"
    if answer.corrected:
        yield f"read as “{answer.corrected}”"
    if answer.budget is not None:
        yield f"{answer.budget.prompt_tokens:,} of {answer.budget.window:,} tokens of the model's window"
    for stage, seconds in answer.timings.items():
        yield f"{stage} {seconds:.2f} s"


def _passage(passage: Passage) -> _Box:
    ranks = ", ".join(f"{_RETRIEVERS.get(name, name)} {rank}" for name, rank in sorted(passage.ranks.items()))
    moved = _MOVED_UP if passage.opinion > 0 else _MOVED_DOWN if passage.opinion < 0 else ""
    head = " · ".join(filter(None, (_file(passage.source), ranks or "beside others", moved)))
    return _Box(head, passage.text, "found")


def _quote(quote: Citation, passages: list[Passage]) -> _Box:
    held = passage_of(quote, passages)
    return _Box(
        f"{place_html(quote)} · {quote.score:.2f}",
        quote.quote,
        "quoted",
        () if held is None else (passages.index(held),),
    )


def _claim(claim: Claim, quotes: list[Citation]) -> _Box:
    kind = "supported" if claim.supported else "translated" if claim.translated else "open"
    verdict = {"supported": "supported", "translated": "translated, not proven", "open": "not in your documents"}[kind]
    if claim.conflict:
        verdict += ", other sources disagree"
    rests = [at for at, quote in enumerate(quotes) if any(same_spot(quote, each) for each in claim.citations)]
    return _Box(f"{verdict} · {claim.score:.2f}", claim.text, kind, tuple(rests))


def _file(source: str) -> str:
    return source.rpartition("/")[2]


def _text(answer: Answer, head: str, columns: Mapping[str, list[_Box]]) -> str:
    lines = [answer.question, head]
    for title, boxes in columns.items():
        lines += [title, *(f"  {at}. {box.head}: {_cut(box.text, 90)}" for at, box in enumerate(boxes, 1))]
    return "\n".join(lines)


def _svg(answer: Answer, head: str, columns: Mapping[str, list[_Box]]) -> str:
    width = max(1, len(columns)) * (_COLUMN + _GAP) - _GAP + 20
    height = _TOP + 30 + _ROW * max(map(len, columns.values()), default=0)
    parts = [_line(10, 18, answer.question, "bold", limit=90), _line(10, 36, head, size=11, limit=140)]
    for at, (title, boxes) in enumerate(columns.items()):
        left = 10 + at * (_COLUMN + _GAP)
        parts.append(_line(left, _TOP + 18, title, "bold"))
        for row, box in enumerate(boxes):
            parts += [*_links(left, row, box), *_drawn(left, row, box)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="How the answer came about" '
        f'viewBox="0 0 {width} {height}" width="{width}" style="max-width:100%;font-family:sans-serif">'
        f"{''.join(parts)}</svg>"
    )


def _links(left: int, row: int, box: _Box) -> Iterable[str]:
    for source in box.from_boxes:
        x, y0, y1 = left - _GAP, _middle(source), _middle(row)
        curve = f"M{x} {y0} C{x + _GAP / 2} {y0} {left - _GAP / 2} {y1} {left} {y1}"
        yield f'<path d="{curve}" fill="none" stroke="{_COLOURS[box.colour]}" opacity=".6"/>'


def _drawn(left: int, row: int, box: _Box) -> Iterable[str]:
    top, colour = _TOP + 26 + row * _ROW, _COLOURS[box.colour]
    yield f'<rect x="{left}" y="{top}" width="{_COLUMN}" height="{_ROW - 8}" rx="6" fill="none" stroke="{colour}"/>'
    yield f'<svg x="{left}" y="{top}" width="{_COLUMN - 6}" height="{_ROW - 8}">'
    yield _line(8, 16, box.head, size=11, colour=colour)
    yield f"{_line(8, 34, box.text, size=12)}</svg>"


def _middle(row: int) -> int:
    return _TOP + 26 + row * _ROW + (_ROW - 8) // 2


def _line(
    x: int, y: int, words: str, weight: str = "normal", *, size: int = 13, colour: str = "", limit: int = _LETTERS
) -> str:
    fill = colour or "currentColor"
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}">'
        f"{escape(_cut(words, limit))}</text>"
    )


def _cut(words: str, limit: int) -> str:
    words = one_line(words)
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
