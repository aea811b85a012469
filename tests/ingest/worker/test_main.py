"""What goes through the pipe."""

from __future__ import annotations

import json
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ingest.parse import Parser, _parsed
from ingest.worker.main import to_json
from rag.types import Document, Element, Link, PageLine
from tests.ingest.parsing import write

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
    line = json.dumps({"document": to_json(document)})
    assert _parsed(json.loads(line)).document == document


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.txt")
    with Parser() as parser:
        result = parser.parse(write(tmp_path, name))
    assert result.document is not None
