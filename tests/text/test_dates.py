from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.analyzer import codes
from rag.text.dates import dates

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
}


def forms(day: date) -> list[str]:
    """The day in each form that people write."""
    y, m, d = day.year, day.month, day.day
    en, es, ru = (MONTHS[language][m - 1] for language in ("en", "es", "ru"))
    return [
        f"{y}-{m:02}-{d:02}", f"{y}/{m:02}/{d:02}", f"{d:02}.{m:02}.{y}", f"{d}.{m}.{y}", f"{d}/{m}/{y}",
        f"{m}/{d}/{y}", f"{d}-{m}-{y}", f"{en} {d}, {y}", f"{d} {en} {y}", f"{d} {en[:3]} {y}", f"{d}th of {en} {y}",
        f"{d} de {es} de {y}", f"{d} de {es} del {y}", f"{d} {ru} {y} года", f"{y}年{m}月{d}日",
    ]  # fmt: skip


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_form_of_a_day_gives_its_key(day: date) -> None:
    for form in forms(day):
        found = codes(f"It was signed on {form}, they say.")
        assert day.isoformat() in found, form
        assert day.isoformat()[:7] in found, form


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_no_form_of_a_day_gives_another_days_key(day: date, other: date) -> None:
    if {day.month, day.day, day.year} == {other.month, other.day, other.year}:
        return  # 9/3 and 3/9
    for form in forms(day):
        assert other.isoformat() not in codes(form), form


@pytest.mark.parametrize(
    "text",
    [
        "version 1.5.9",
        "12/2024",
        "a ratio of 3/4",
        "on 31/31/2024",
        "8-913-000-11-22",
        "2010-12",
        "may 5 people come?",
        "",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert not [each for each in dates(text) if each.full]


def test_where_a_date_stands() -> None:
    text = "From 3 May 2021 to 2026-05-02"
    assert [text[each.start : each.end] for each in dates(text)] == ["3 May 2021", "2026-05-02"]
    assert dates("9/3/2024")[0].keys == ("2024-03-09", "2024-09-03", "2024-03", "2024-09")
    assert dates("9 March")[0].keys == ()
