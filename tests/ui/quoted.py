"""Quotes of every kind, cut from one small document as its reader keeps it."""

from __future__ import annotations

from dataclasses import replace

from ingest.readers.markup.markdown import markdown_blocks
from ingest.readers.shared.build import build
from rag.types import Answer, AnswerStatus, AnswerVerdict, Change, Citation, Comparison, QuotePart

TEXT = """
# Workshop

Before a ride check:

- the tyres
- the **chain** & the bell
- the lights

Start it:

```sh
if true; then
    echo "<b>on</b>"
fi
```

| Part | Torque | Lock |
|---|---|---|
| Crank bolt | 42 Nm | no |
| Rotor bolt | 7 Nm | yes |

It opened in 1911. It was rebuilt after a flood.

Two sisters ran it. They sold forty bicycles.
"""
DOCUMENT = build(markdown_blocks(TEXT), "text/markdown")


def cut(first: str, last: str, *marked: str, items: tuple[int, int] | None = None) -> Citation:
    """The quote from the words ``first`` to the words ``last``, with its parts."""
    text = DOCUMENT.text
    start = text.index(first)
    end = text.index(last, start) + len(last)
    inside = (each for each in DOCUMENT.elements if each.start < end and each.end > start)
    parts = tuple(QuotePart(each.kind, max(each.start, start), min(each.end, end)) for each in inside)
    marks = tuple((at, at + len(words)) for words in marked for at in [text.index(words)])
    return Citation("d", "docs/shop.md", 2, ("Workshop",), start, end, text[start:end], 0.9, parts, marks, items)


LIST = cut("Before a ride", "the bell", items=(2, 3))
CODE = cut("Start it:", "fi")
ROW = cut("Part: Crank bolt", "Lock: no")
LONG = cut("It opened", "forty bicycles.", "It was rebuilt after a flood.")
PARAGRAPH = cut("Two sisters", "forty bicycles.", "Two sisters ran it.")
SHORT = replace(ROW, start=ROW.start + ROW.quote.index("42"), quote="42 Nm", parts=())
SHORT = replace(SHORT, end=SHORT.start + len(SHORT.quote))
ANSWER = Answer(
    "What torque?",
    AnswerStatus.QUOTED,
    0.9,
    (ROW, LIST, CODE, LONG),
    short=SHORT,
    verdict=AnswerVerdict.PARTLY,
    timings={"quote": 1},
)

_OLD = Citation("d", "shop/old.md", None, ("Rent",), 0, 16, "The rent is 820.", 1.0, marks=((12, 15),))
_NEW = Citation("e", "shop/new.md", 2, ("Rent",), 0, 16, "The rent is 910.", 1.0, marks=((12, 15),))
_ADDED = Citation("e", "shop/new.md", 2, (), 20, 30, "A | <b>: 1", 1.0, (QuotePart("row", 20, 30),))
COMPARED = Answer(
    "What changed?",
    AnswerStatus.TOLD,
    1.0,
    (_OLD, _NEW, _ADDED),
    reply="old.md and new.md differ in 2 places:",
    comparison=Comparison(("old.md (2021)", "new.md (2024)"), (Change(0, 1), Change(None, 2))),
)
