"""What goes through the pipe."""

from __future__ import annotations

import copy
import itertools
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document_codec import chunks_data, chunks_from, document_data, document_from
from rag.types import Chunk, Document, Element, Link, PageLine, chunk_id

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_LABEL = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=12)
_PAGE = st.integers(0, 10**6)
_SIDE = st.floats(-1e9, 1e9)


@st.composite
def _documents(draw: st.DrawFn) -> Document:
    text = draw(_TEXT)
    spans = st.tuples(*[st.integers(0, len(text))] * 2).map(sorted)
    elements = draw(st.lists(st.tuples(_LABEL, spans, st.none() | _PAGE, st.lists(_TEXT, max_size=3)), max_size=5))
    links = draw(st.lists(st.tuples(spans, _TEXT), max_size=3))
    lines = draw(st.lists(st.tuples(spans, _PAGE, st.tuples(*[_SIDE] * 4)), max_size=3))
    return Document(
        text,
        tuple(Element(kind, *span, page, tuple(section)) for kind, span, page, section in elements),
        draw(_LABEL),
        draw(_LABEL),
        draw(st.none() | _PAGE),
        tuple(Link(*span, target) for span, target in links),
        tuple(PageLine(*span, page, box) for span, page, box in lines),
        draw(_TEXT),
    )


@given(_documents())
def test_a_document_comes_through_the_pipe_as_it_was_sent(document: Document) -> None:
    assert document_from(json.loads(json.dumps(document_data(document)))) == document


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.none() | _PAGE, _TEXT), max_size=5), _TEXT)
def test_chunks_come_through_the_pipe_as_they_were_sent(
    spans: list[tuple[int, int, int | None, str]], context: str
) -> None:
    document = Document("The mill stands by the river. ", (), "text/plain", "en")
    chunks = []
    for ordinal, (one, other, page, heading) in enumerate(spans):
        start, end = sorted((one, other))
        text, above = document.text[start:end], (heading,) if heading else ()
        identity = chunk_id("d", start, text)
        chunks.append(Chunk(identity, "d", ordinal, text, start, end, page, above, "en", context))
    assert chunks_from(json.loads(json.dumps(chunks_data(chunks))), document, "d") == chunks


# -- what a worker that a file has taken over may say

HONEST: dict[str, Any] = {
    "text": "The mill stands.",
    "media_type": "text/plain",
    "language": "en",
    "pages": 3,
    "sections": [["Mill"]],
    "elements": [["text", 0, 16, 1, 0]],
    "links": [[0, 3, "http://example.org"]],
    "lines": [[0, 16, 1, [0, 0, 9.5, 1]]],
    "remark": "",
}
CHUNKS: dict[str, Any] = {"context": "", "sections": [["Mill"]], "spans": [[0, 16, 1, 0]]}
TEXT_PLACES = [["text"], ["sections", 0, 0], ["links", 0, 2]]
LABEL_PLACES = [["media_type"], ["language"], ["elements", 0, 0]]
SPAN_PLACES = [[where, 0, which] for where, which in (("elements", 1), ("elements", 2), ("links", 0), ("lines", 1))]
PAGE_PLACES = [["pages"], ["elements", 0, 3], ["elements", 0, 4], ["lines", 0, 2]]
BOX_PLACES = [["lines", 0, 3, 2]]
LIST_PLACES = [["sections"], ["sections", 0], ["elements"], ["elements", 0], ["links"], ["lines"], ["lines", 0, 3]]
NO_TEXT: list[Any] = [5, True, None, 1.5, ["x"], {"x": 1}]
NO_NUMBER: list[Any] = ["3", True, -1, 1.5, 2**70, 1e308, math.nan, math.inf, ["x"], {"x": 1}]
LIES = [
    *itertools.product(TEXT_PLACES, NO_TEXT),
    *itertools.product(LABEL_PLACES, [*NO_TEXT, "\x1b[2J", "a\0b", "x" * 201, "\ud800"]),
    *itertools.product(SPAN_PLACES, [*NO_NUMBER, None, 17]),
    *itertools.product(PAGE_PLACES, NO_NUMBER),
    *itertools.product(BOX_PLACES, ["3", True, None, 1e10, -1e10, math.nan, math.inf, 2**70]),
    *itertools.product(LIST_PLACES, [5, None, "x", [5]]),
]
CHUNK_LIES = [
    *itertools.product([["context"], ["sections", 0, 0]], NO_TEXT),
    *itertools.product([["spans", 0, 0], ["spans", 0, 1]], [*NO_NUMBER, None, 17]),
    *itertools.product([["spans", 0, 2], ["spans", 0, 3]], NO_NUMBER),
    *itertools.product([["sections"], ["sections", 0], ["spans"], ["spans", 0]], [5, None, "x", [5]]),
]
REFUSED = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def told(honest: dict[str, Any], place: list[Any], lie: Any) -> dict[str, Any]:
    """What came through the pipe of this with a lie at that place."""
    data = copy.deepcopy(honest)
    holder = data
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = lie
    said: dict[str, Any] = json.loads(json.dumps(data))
    return said


def test_each_lie_of_a_worker_is_refused() -> None:
    """Where one was stored, the ledger called its own row damaged, and every later run ended there."""
    document = document_from(HONEST)
    assert chunks_from(CHUNKS, document, "d")[0].text == document.text
    for place, lie in LIES:
        with pytest.raises(REFUSED):
            pytest.fail(f"{place} may be {lie!r}: {document_from(told(HONEST, place, lie))}")
    for place, lie in CHUNK_LIES:
        with pytest.raises(REFUSED):
            pytest.fail(f"{place} may be {lie!r}: {chunks_from(told(CHUNKS, place, lie), document, 'd')}")


@pytest.mark.parametrize("place", TEXT_PLACES[:2], ids=str)
def test_half_a_character_becomes_a_question_mark(place: list[Any]) -> None:
    document = document_from(told(HONEST, place, "one mill\ud800 stands."))
    found = {document.text, document.elements[0].section[0]}
    assert "one mill? stands." in found
    assert document_data(document)["text"].encode()
