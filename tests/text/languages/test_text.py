"""Each language's months, numbers and units are read as what they say."""

from __future__ import annotations

import re

import pytest

from rag.text.analyzer import terms
from rag.text.dates import MONTHS, dates
from rag.text.keyboards import keyboard_readings
from rag.text.languages import known_languages
from rag.text.languages.schema import Language
from rag.text.quantities import quantities
from rag.text.sentences import sentences
from rag.text.units import UNITS, units_of

LANGUAGES = list(known_languages().values())
every_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


def pairs(listed: str) -> list[tuple[str, float]]:
    return [(word, float(value)) for word, _, value in (pair.partition(":") for pair in listed.split())]


@every_language
def test_there_are_twelve_months_and_each_form_is_read_as_its_month(language: Language) -> None:
    assert len(language.text.months) == 12
    for number, names in enumerate(language.text.months, 1):
        assert names == names.lower()
        for name in names.split():
            assert MONTHS[name] == number
            [found] = dates(f"x {name} 1911")
            assert found.days == ((1911, number, None),)


@every_language
def test_a_day_of_a_month_is_read_as_the_language_writes_it(language: Language) -> None:
    suffix = language.text.day_suffix.split("|")[0].replace("\\", "").replace("-?", "")
    joiner = language.text.date_joiner.replace("?", "")
    for written in {
        f"3{suffix} {language.text.months[4].split()[0]} 2024",
        f"3 {language.text.months[4].split()[0]} 2024",
    }:
        [found] = dates(written)
        assert found.keys[0] == "2024-05-03", written
    if joiner:
        [found] = dates(f"3 {joiner} {language.text.months[4].split()[0]} {joiner} 2024")
        assert found.keys[0] == "2024-05-03"


@every_language
def test_a_day_behind_its_month_is_read_as_the_language_writes_it(language: Language) -> None:
    for suffix in filter(None, language.text.month_first_suffix.split("|")):
        [found] = dates(f"{language.text.months[4].split()[0]} 5{suffix.replace('-?', '')} 2024")
        assert found.keys[0] == "2024-05-05", suffix


@every_language
def test_each_number_word_has_one_value_and_is_read_as_it(language: Language) -> None:
    listed = pairs(language.text.number_words)
    assert len({word for word, _ in listed}) == len(listed)
    for word, value in listed:
        if value != 1:  # "one" says as much as "a"
            [found] = quantities(f"x {word} x", language.code)
            assert found.readings == {value}, word
    for word, value in pairs(language.text.ordinal_words):
        [found] = quantities(f"x {word} x", language.code)
        assert found.readings == {value} and found.ordinal, word


@every_language
def test_magnitudes_multiply_the_number_before_them(language: Language) -> None:
    for word, size in pairs(language.text.magnitudes):
        [found] = quantities(f"$3 {word}", language.code)
        assert found.readings == {3 * size}, word


SHORTER = (
    (r"\(\?:([^()|]*)\)\?", ""),  # what may be left out
    (r"\(\?:([^()|]*)[^()]*\)", r"\1"),  # the first of several
    (r"\[(.)[^]]*\]", r"\1"),
    (r"\\w(\+|\{1,\d\})", "о"),
    (r"\\w(\*|\?|\{0,\d\})", ""),
    (r"(\\.|.)\?", ""),
    (r"\\(.)", r"\1"),
)


def shortest(pattern: str) -> str:
    """Return a text that the first way of a unit's pattern matches."""
    for of, into in SHORTER:
        pattern = re.sub(of, into, pattern)
    return pattern.split("|")[0]


@every_language
def test_units_have_known_names_and_are_read(language: Language) -> None:
    assert set(language.text.units) <= set(UNITS) and len(language.text.units) > 30
    read = {
        unit: quantities(f"x 5 {shortest(pattern)} x", language.code) for unit, pattern in language.text.units.items()
    }
    assert {unit: found[0].unit for unit, found in read.items()} == {unit: unit for unit in read}
    assert {unit for _, _, unit in units_of("5 km²; 5 km; 5 m²; 5 kg")} == {"km2", "km", "m2", "kg"}


@every_language
def test_each_pattern_is_one(language: Language) -> None:
    text = language.text
    dated = (text.day_suffix, text.date_joiner, text.hour_word, text.afternoon, text.morning, text.decade_suffix)
    counted = (text.ordinal_suffix, text.century, text.roman_century, text.abbreviations, *text.units.values())
    for pattern in (*dated, *counted):
        re.compile(pattern)


@every_language
def test_a_sentence_goes_on_behind_an_abbreviation_with_a_number(language: Language) -> None:
    short = language.text.abbreviations.split("|")[0].replace("?", "")
    said = f"{language.text.example[:-1]} {short}. 3 {language.text.example}"
    assert len(sentences(said, language.code)) == 1


@every_language
def test_its_own_stop_words_are_no_terms(language: Language) -> None:
    words = language.text.stop_words.split()
    assert words and [word for word in words if terms(word, language.code)] == []


@every_language
def test_a_keyboard_has_a_letter_for_each_key(language: Language) -> None:
    if language.text.keyboard:
        assert len(language.text.keyboard) == 66
        assert any(code == language.code for code, _ in keyboard_readings("qwerty"))


def test_a_language_without_a_folder_has_no_number_words() -> None:
    assert quantities("zwei and deux", "fr") == () and quantities("21", "fr")[0].readings == {21.0}
