from __future__ import annotations

from datetime import datetime

import pytest

from rag.conversation.about_library.since import start_of_period

NOW = datetime(2024, 11, 27, 12, 0)  # a Wednesday


@pytest.mark.parametrize(
    ("said", "language", "day"),
    [
        ("May", "en", "2024-05-01"), ("mayo", "es", "2024-05-01"), ("мая", "ru", "2024-05-01"),
        ("December", "en", "2023-12-01"),  # not one that is still to come
        ("5 June 2022", "en", "2022-06-05"), ("2021", "en", "2021-01-01"), ("yesterday", "en", "2024-11-26"),
        ("ayer", "es", "2024-11-26"), ("Monday", "en", "2024-11-25"), ("среды", "ru", "2024-11-27"),
        ("this month", "en", "2024-11-01"),
    ],
)  # fmt: skip
def test_since_when(said: str, language: str, day: str) -> None:
    moment = start_of_period(said, language, NOW)
    assert moment is not None and moment.date().isoformat() == day


@pytest.mark.parametrize("said", ["the flood", "31 June", ""])
def test_an_impossible_date_is_not_read_as_one(said: str) -> None:
    assert start_of_period(said, "en", NOW) is None
