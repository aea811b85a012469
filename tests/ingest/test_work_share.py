"""How far a run is: reading, embedding, and no step back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.report import IngestProgress
from ingest.work_share import EMBEDDING_SHARE, READING_SHARE, WorkShare


def test_what_is_read_but_not_embedded_is_only_a_part_of_the_work() -> None:
    share = WorkShare()
    share.begin({0: 1000, 1: 1000})
    assert share.value == 0.0 and not share.all_read
    for place in (0, 1):
        share.found_texts(10)
        share.read(place)
    assert share.all_read and share.value == READING_SHARE
    share.embedded_texts(10)
    assert share.value == READING_SHARE + EMBEDDING_SHARE / 2
    share.embedded_texts(10)
    assert round(share.value, 6) == READING_SHARE + EMBEDDING_SHARE < 1.0  # the indexes have the rest


def test_a_file_that_is_read_twice_counts_once() -> None:
    share = WorkShare()
    share.begin({0: 1000, 1: 1000})
    share.read(0)
    before = share.value
    share.read(0)
    assert share.value == before and not share.all_read


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 50)), max_size=30))
def test_the_share_never_falls_and_stays_below_one(steps: list[tuple[int, int]]) -> None:
    share, seen, waiting = WorkShare(), 0.0, 0
    share.begin(dict.fromkeys(range(10), 100))
    for place, texts in steps:
        share.found_texts(texts)
        share.read(place)
        waiting += texts
        share.embedded_texts(waiting // 2)
        waiting -= waiting // 2
        assert seen <= share.value <= 1.0
        seen = share.value


def test_the_time_left_follows_the_share() -> None:
    halfway = IngestProgress(3, 10, "", read=1, to_read=10, files=3, seconds=30.0, share=0.5)
    assert halfway.seconds_left == 30.0
