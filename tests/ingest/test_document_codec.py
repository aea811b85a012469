"""What goes through the pipe."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ingest.document_codec import chunks_data, chunks_from, document_data, document_from
from rag.types import Chunk, Document, Element, Link, PageLine, chunk_id

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_PLACE = st.integers(0, 10**6)
_DOCUMENTS = st.builds(
    Document,
    text=_TEXT,
    elements=st.lists(
        st.builds(
            Element,
            kind=st.sampled_from(["title", "text", "list", "row", "code"]),
            start=_PLACE,
            end=_PLACE,
            page=st.none() | _PLACE,
            section=st.lists(_TEXT, max_size=3).map(tuple),
        ),
        max_size=5,
    ).map(tuple),
    media_type=_TEXT,
    language=_TEXT,
    pages=st.none() | _PLACE,
    links=st.lists(st.builds(Link, start=_PLACE, end=_PLACE, target=_TEXT), max_size=3).map(tuple),
    lines=st.lists(
        st.builds(
            PageLine,
            start=_PLACE,
            end=_PLACE,
            page=_PLACE,
            box=st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 4),
        ),
        max_size=3,
    ).map(tuple),
    remark=_TEXT,
)


@given(_DOCUMENTS)
def test_a_document_comes_through_the_pipe_as_it_was_sent(document: Document) -> None:
    assert document_from(json.loads(json.dumps(document_data(document)))) == document


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.none() | _PLACE, _TEXT), max_size=5), _TEXT)
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
