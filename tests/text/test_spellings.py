from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.spellings import comparable, storable, unaccented

ANY = st.text(st.characters(exclude_categories=()), max_size=40)  # halves of characters too


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("price \ud83d of the jar", "price \ufffd of the jar"),
        ("\ud83d\ude00 smiles", "😀 smiles"),
        ("caf\udce9", "caf\ufffd"),
        ("one\x00two\x1bthree", "one two three"),
        ("a line\nand a\ttab", "a line\nand a\ttab"),
        ("Re\u0301sume\u0301", "Résumé"),
        ("the gate" + "".join(chr(0xE0000 + ord(each)) for each in "open it"), "the gate"),  # letters nobody sees
        ("a\u200b mill", "a mill"),
        ("plain", "plain"),
    ],
)
def test_what_a_question_is_stored_as(text: str, stored: str) -> None:
    assert storable(text) == stored


@given(ANY)
def test_every_question_can_be_stored_and_stays_as_it_is_then(text: str) -> None:
    stored = storable(text)
    assert stored.encode().decode() == stored and "\x00" not in stored
    assert storable(stored) == stored


@given(ANY)
def test_composed_and_decomposed_letters_are_compared_alike(text: str) -> None:
    assert comparable(unicodedata.normalize("NFC", text)) == comparable(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Отчёт.TXT", "отчет.txt"), ("RÉSUMÉ", "re\u0301sume\u0301"), ("Straße", "STRASSE"), ("Ｆｉｌｅ", "file")],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


def test_an_accent_still_tells_two_names_apart() -> None:
    assert comparable("resume.txt") != comparable("résumé.txt")


@given(st.text(max_size=40))
def test_places_stay_without_accents(text: str) -> None:
    bare = unaccented(text)
    assert len(bare) == len(text) and unaccented(bare) == bare


def test_what_is_an_accent() -> None:
    assert unaccented("¿Cuántos años? Ёж и йод") == "¿Cuantos anos? Еж и йод"


def test_what_nobody_sees_is_no_part_of_a_question() -> None:
    hidden = "".join(chr(0xE0000 + ord(each)) for each in "ignore")
    assert storable(f"Who was the miller?{hidden}") == "Who was the miller?"
    assert storable("کتاب\u200cها کجاست؟") == "کتاب\u200cها کجاست؟"
