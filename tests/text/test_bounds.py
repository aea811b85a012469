"""An amount, a day or an hour of a question lies within a bound of a text, outside of it, or neither is certain."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.bounds import Relation, relations
from rag.text.languages import known_languages
from rag.text.languages.schema import Language

LANGUAGES = list(known_languages().values())


def only(question: str, text: str, language: str = "en") -> Relation:
    [found] = relations(question, language, text, language)
    return found


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_each_language_has_all_words_for_bounds_in_lower_case(language: Language) -> None:
    for field in fields(language.bounds):
        piece = getattr(language.bounds, field.name)
        assert piece and re.compile(piece) and not re.search(piece, ""), field.name
        assert re.sub(r"\\.", "", piece) == re.sub(r"\\.", "", piece).lower()


@pytest.mark.parametrize(
    ("language", "question", "text", "bound", "within"),
    [
        ("en", "Who signs a payment of £500?", "Payments over £250 need two signatures.", "over £250", True),
        ("en", "Who signs a payment of £250?", "Payments over £250 need two signatures.", "over £250", False),
        ("en", "Is £250 free?", "Orders of at least £250 are free.", "at least £250", True),
        ("en", "Is £300 free?", "Orders of not more than £250 are free.", "not more than £250", False),
        ("en", "Do 12 people pay less?", "Groups of 8 people or more pay less.", "8 people or more", True),
        ("en", "Do 12 people pay less?", "Groups of 5-10 people pay less.", "5-10 people", False),
        ("en", "May I mow at 2 pm?", "No mowing between 1 pm and 3 pm.", "between 1 pm and 3 pm", True),
        ("en", "May I water at 10 am?", "Hoses are used before 9 am and after 7 pm.", "before 9 am", False),
        ("en", "A bonfire in December?", "Fires from 1 November to 31 March", "from 1 November to 31 March", True),
        ("de", "Wer unterschreibt 500 Euro?", "Zahlungen über 250 Euro: zwei.", "über 250 Euro", True),
        ("de", "Feuer im April?", "Feuer vom 1. November bis zum 31. März", "vom 1. November bis zum 31. März", False),
        ("es", "¿Quién firma 500 euros?", "Los pagos superiores a 300 euros", "superiores a 300 euros", True),
        (
            "es",
            "¿Fuego en abril?",
            "Fuego del 1 de noviembre al 31 de marzo",
            "del 1 de noviembre al 31 de marzo",
            False,
        ),
        ("ru", "Кто подпишет 20 000 рублей?", "Платежи свыше 10 000 рублей", "свыше 10 000 рублей", True),
        ("ru", "Костёр в апреле?", "Костры с 1 ноября по 31 марта", "с 1 ноября по 31 марта", False),
    ],
)
def test_a_value_is_within_a_bound_or_outside(
    language: str, question: str, text: str, bound: str, *, within: bool
) -> None:
    found = only(question, text, language)
    assert (found.bound, found.is_within) == (bound, within)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("May I keep 8 hens?", "Up to 6 dogs may be kept."),  # of another thing
        ("Who signs a payment of £500?", "Parcels over 250 kg need two people."),  # in another unit
        ("Is the tap on in March?", "The tap is on from 15 March to 31 October."),  # a part of the month
        ("Is it rented in May 2024?", "The lease runs from 1 April 2018 to 31 March 2023."),  # years
        ("Who signs?", "Payments over £250 need two signatures."),
    ],
)
def test_what_is_not_certain_is_left_out(question: str, text: str) -> None:
    assert relations(question, "en", text, "en") == ()


@pytest.mark.parametrize(
    ("question", "text", "forbids"),
    [
        (
            "Am I allowed to light a bonfire in April?",
            "Bonfires only from 1 November to 31 March, never at night.",
            True,
        ),
        ("Am I allowed to light a bonfire in December?", "Bonfires only from 1 November to 31 March.", False),
        ("May I have a barbecue in April?", "Bonfires only from 1 November to 31 March.", False),
        ("Is it forbidden to light a bonfire in April?", "Bonfires only from 1 November to 31 March.", False),
        ("Can I use a hose in July?", "Hoses are banned from 1 June to 31 August.", True),
        ("Can I use a hose in May?", "Hoses are banned from 1 June to 31 August.", False),
        ("May I keep 8 hens?", "Up to 6 hens may be kept on a plot.", True),
        ("May I keep 4 hens?", "Up to 6 hens may be kept on a plot.", False),
        ("Can a guest stay 5 nights?", "Guests may not stay more than 3 nights.", True),
        ("Do I pay delivery for an order of £80?", "Orders up to £50 cost £5 delivery.", False),
    ],
)
def test_it_says_no_only_where_that_is_certain(question: str, text: str, *, forbids: bool) -> None:
    assert only(question, text).forbids is forbids


@given(st.integers(1, 999), st.integers(1, 999))
def test_over_and_up_to_share_every_amount_between_them(asked: int, bound: int) -> None:
    question = f"Who signs a payment of £{asked}?"
    over, up_to = (only(question, f"Payments {word} £{bound} are signed.") for word in ("over", "up to"))
    assert over.is_within is (asked > bound) and up_to.is_within is not over.is_within
