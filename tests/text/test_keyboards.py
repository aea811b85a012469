from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.keyboards import from_latin, keyboard_readings

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ghbdtn", "привет"),
        ("rjulf htvjynbhe.n gtxm?", "когда ремонтируют печь?"),
        ("Crjkmrj cnjbn hf,jnf", "Сколько стоит работа"),
        ("црфе шы еру вузщыше?", "what is the deposit?"),
        ("Црщ зфны еру куте", "Who pays the rent"),
    ],
)
def test_another_layout(typed: str, meant: str) -> None:
    assert next(iter(keyboard_readings(typed)))[1] == meant


@pytest.mark.parametrize(
    ("latin", "russian"),
    [
        ("u kogo klyuch ot masterskoy", "у кого ключ от мастерской"),
        ("Gde stoit pech", "Где стоит печ"),  # the soft sign is left out
        ("chashcha i yozh", "чаща и ёж"),
        ("zhena, shuba, khleb, tsentr, yug", "жена, шуба, хлеб, центр, юг"),
        ("bol'shoj dom", "большой дом"),
    ],
)
def test_latin_letters_for_russian_ones(latin: str, russian: str) -> None:
    assert from_latin(latin, "ru") == russian


@given(st.text(RUSSIAN + RUSSIAN.upper() + " ", max_size=30))
def test_a_layout_there_and_back_changes_nothing(text: str) -> None:
    there = [read for language, read in keyboard_readings(text) if language == "en"]
    back = [read for language, read in keyboard_readings(there[0]) if language == "ru"] if there else [text]
    assert back[0] == text


@pytest.mark.parametrize("text", ["", "1234", "東京", "¿Qué?"])
def test_where_there_is_no_latin_letter_or_an_accented_one_none_is_transliterated(text: str) -> None:
    assert not [
        read
        for language, read in keyboard_readings(text)
        if language == "ru" and read == from_latin(text, "ru") != text
    ]
