from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quantities import Quantity, quantities


def only(text: str, language: str) -> Quantity:
    [found] = quantities(text, language)
    return found


@pytest.mark.parametrize(
    ("one", "language", "other", "spoken"),
    [
        ("1,234", "en", "1.234", "es"),
        ("1,234", "en", "1 234", "ru"),
        ("3.5 km", "en", "3,5 километра", "ru"),
        ("twenty-one", "en", "veintiuno", "es"),
        ("21", "en", "двадцать один", "ru"),
        ("two hundred and five", "en", "205", "ru"),
        ("2.5 million dollars", "en", "2,5 млн долларов", "ru"),
        ("18 thousand", "en", "18 тысяч", "ru"),
        ("60%", "en", "60 por ciento", "es"),
        ("$4.5", "en", "4,5 dólares", "es"),
        ("5 May 1911", "en", "5 de mayo de 1911", "es"),
        ("May 5, 1911", "en", "05.05.1911", "ru"),
        ("1911-05-05", "en", "5 мая 1911", "ru"),
        ("5 p.m.", "en", "17:00", "es"),
        ("5 de la tarde", "es", "5 вечера", "ru"),
        ("19th century", "en", "siglo XIX", "es"),
        ("XIX век", "ru", "19th century", "en"),
        ("fifth", "en", "5-й", "ru"),
        ("third", "en", "tercera", "es"),
        ("the 1990s", "en", "1990s", "en"),
        ("the 1970s", "en", "1970-х", "ru"),
        ("120 m", "en", "120 м", "ru"),
        ("fifth", "en", "5-х", "ru"),
        ("$5m", "en", "5 millones de dólares", "es"),
    ],
)
def test_one_thing_in_two_spellings(one: str, language: str, other: str, spoken: str) -> None:
    here, there = only(one, language), only(other, spoken)
    assert here.supports(there) and there.supports(here)


@pytest.mark.parametrize(
    ("held", "language", "claimed"),
    [
        ("1911", "en", "1912"),
        ("25 km", "en", "25 miles"),
        ("5 p.m.", "en", "5 a.m."),
        ("5 May 1911", "en", "5 June 1911"),
        ("5 May 1911", "en", "May 1912"),
        ("in May 1911", "en", "5 May 1911"),  # it does not say the day
        ("3 pasajeros", "es", "3,5"),
        ("fifth", "en", "5"),
        ("2.5 million", "en", "2.5"),
        ("1.234 km", "en", "1234 km"),  # in English the point begins the decimals
    ],
)
def test_two_things(held: str, language: str, claimed: str) -> None:
    assert not only(held, language).supports(only(claimed, language))


@pytest.mark.parametrize(
    ("held", "claimed"), [("5 May 1911", "1911"), ("5 May 1911", "May 1911"), ("25 km", "25"), ("5 p.m.", "5 o'clock")]
)
def test_an_exact_statement_supports_a_loose_one(held: str, claimed: str) -> None:
    assert only(held, "en").supports(only(claimed, "en"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It may go on, one of the people who march.", "en"),
        ("Una vez hubo un rey.", "es"),
        ("Один из них живёт с семью.", "ru"),
        ("Thousands of people came.", "en"),
    ],
)
def test_words_that_count_nothing(text: str, language: str) -> None:
    assert quantities(text, language) == ()


def test_a_sentence_with_many() -> None:
    text = "On 5 May 1911 the tram had 14 stops, 1,234.5 km of track and two cars; 60% were new."
    found = [text[each.start : each.end] for each in quantities(text, "en")]
    assert found == ["5 May 1911", "14", "1,234.5 km", "two", "60%"]


@given(st.text(max_size=120), st.sampled_from(["en", "es", "ru", "", "de"]))
def test_spans_are_in_order_and_apart(text: str, language: str) -> None:
    last = 0
    for each in quantities(text, language):
        assert last <= each.start < each.end <= len(text)
        assert each.supports(each) or not (each.readings or each.days)
        last = each.end


@given(st.integers(0, 10**9), st.sampled_from(["en", "es", "ru"]))
def test_grouped_and_plain_are_one(number: int, language: str) -> None:
    mark = {"en": ",", "es": ".", "ru": "\u00a0"}[language]
    assert only(f"{number:,}".replace(",", mark), language).supports(only(str(number), language))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("午前9時に開館", "ja", {9.0}),
        ("票价为３元", "zh", {3.0}),
        ("४२ किताबें", "hi", {42.0}),
        ("٣٫٥ كتب", "ar", {3.5}),
        ("표 값은 3유로", "ko", {3.0}),
    ],
)
def test_numbers_stand_beside_letters_of_any_script(text: str, language: str, expected: set[float]) -> None:
    assert {reading for each in quantities(text, language) for reading in each.readings} == expected


@pytest.mark.parametrize(
    "text", ["2023年5月12日", "２０２３年５月１２日に", "2023년 5월 12일에", "2023-05-12", "12.05.2023"]
)
def test_a_date_is_one_day_however_it_is_written(text: str) -> None:
    assert [each.days for each in quantities(text, "ja")] == [((2023, 5, 12),)]
