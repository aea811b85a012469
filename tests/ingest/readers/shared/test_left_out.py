"""What is left out is counted and told."""

from __future__ import annotations

from ingest.readers.shared.build import build
from ingest.readers.shared.left_out import (
    COMMENTS,
    HOLE,
    STRUCK,
    counting,
    leave_hole,
    leave_out,
    may_count,
    with_counts,
)


def test_kinds_are_counted_in_the_file_being_read_alone() -> None:
    document = build([], "text/plain")
    with counting() as outer:
        assert leave_out(STRUCK) == "" and leave_out(STRUCK, 2) == ""
        with counting() as inner:
            assert leave_hole(COMMENTS) == HOLE
        leave_out("a remark of its own")
        assert not may_count(STRUCK) and may_count(COMMENTS)
    assert with_counts(document, inner).remark == "left out: comments (1)"
    assert with_counts(document, outer).remark == "a remark of its own; left out: struck-out text (3)"
    again = with_counts(with_counts(document, outer), outer)
    assert again.remark.count("a remark of its own") == 1


def test_nothing_is_counted_outside_of_a_file() -> None:
    leave_out(STRUCK)
    assert not may_count(STRUCK)
    with counting() as counts:
        leave_out(STRUCK, 0)
    document = build([], "text/plain")
    assert not counts and with_counts(document, counts).remark == ""
