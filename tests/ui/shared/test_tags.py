"""Tags as they are typed, and as they are stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.types import MAX_TAG_CHARS
from ui.shared.tags import clean_tag, typed_tags


def test_tags_are_separated_by_commas_and_each_is_kept_once() -> None:
    assert typed_tags(["#work, tax  2024", "Work", "счета、税"]) == ["work", "tax 2024", "счета", "税"]


def test_a_tag_that_is_known_keeps_its_spelling() -> None:
    assert typed_tags(["tax", "Ёлка"], known=["Tax", "елка"]) == ["Tax", "елка"]


@pytest.mark.parametrize("text", ["", " # ", ", ,", "\u200b\x1b", "x" * (MAX_TAG_CHARS + 1)])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"no tag|at most"):
        typed_tags(["work", text])


@given(st.text(max_size=200))
def test_a_stored_tag_is_one_line_that_stays_as_it_is(text: str) -> None:
    tag = clean_tag(text)
    assert clean_tag(tag) == tag == " ".join(tag.split())
    assert not {",", "\n", "\x1b", "\u200b", "\ud800"} & set(tag) and not tag.startswith("#")
