"""What every document is made of."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build, clean


@settings(deadline=None)  # the first one loads the language detector
@given(
    st.lists(
        st.builds(
            ReaderBlock,
            kind=st.sampled_from(["title", "text", "list", "row", "code"]),
            text=st.text(max_size=60),
            level=st.integers(0, 3),
            continues=st.booleans(),
        ),
        max_size=8,
    )
)
def test_elements_tile_the_text(made: list[ReaderBlock]) -> None:
    document = build(made, "text/plain")
    end = 0
    for element in document.elements:
        assert document.text[end : element.start].strip() == "" and element.start >= end
        assert document.text[element.start : element.end].strip()
        assert element.kind != "title" or element.section[-1] == document.text[element.start : element.end]
        end = element.end
    assert end == len(document.text)
    document.text.encode()  # no halves of pairs
    assert "\0" not in document.text and "\r" not in document.text


def test_text_is_cleaned_of_invisible_characters() -> None:
    raw = "Cafe\u0301\u00a0con le\u00adche\u200b,\ufeff \ud800caf\u00e9\x00\x07 \u202eabc\u202c\r\nfin"
    assert clean(raw) == "Café con leche, café abc\nfin"
    assert clean("a\n\n\n b", lines=False) == "a b"
