"""Each language's months, numbers and units are read as what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from rag.text.analyzer import terms
from rag.text.calendar_words import full_months, month_words, weekday, weekday_groups, weekday_words, weekdays
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
def test_there_are_seven_days_of_the_week_and_each_form_is_read_as_its_day(language: Language) -> None:
    assert len(language.text.weekdays) == 7
    every = " ".join(language.text.weekdays).split()
    assert len(every) == len(set(every)) and set(language.text.ambiguous_weekdays.split()) < set(every)
    for day, names in enumerate(language.text.weekdays):
        assert names == names.lower()
        for name in names.split():
            found = weekdays(f"x {name} x", language.code)
            assert found == (frozenset() if name in language.text.ambiguous_weekdays.split() else {day}), name
            assert re.search(weekday_words(language.text), name) and re.fullmatch(weekday(language.text, day), name)


@every_language
def test_days_of_the_week_in_a_range_or_a_list_are_a_group(language: Language) -> None:
    tuesday, friday, sunday = (language.text.weekdays[day].split()[0] for day in (1, 4, 6))
    [days] = weekday_groups(f"x {tuesday} - {friday}, {sunday} 9:00", language.code)
    assert days.days == {1, 2, 3, 4, 6} and (days.start, days.end) == (2, 2 + len(f"{tuesday} - {friday}, {sunday}"))
    assert [each.days for each in weekday_groups(f"{sunday} 9:00 {tuesday} 10:00", language.code)] == [{6}, {1}]
    [week_end] = weekday_groups(f"{friday}-{tuesday}", language.code)
    assert week_end.days == {4, 5, 6, 0, 1}


def test_days_of_an_unknown_language_are_none() -> None:
    assert weekday_groups("lundi", "fr") == [] and weekdays("lundi", "fr") is None


@every_language
def test_each_full_month_is_one_of_its_words(language: Language) -> None:
    for names in language.text.months:
        name = names.split()[0]
        unclear = name in language.text.ambiguous_months.split()
        assert re.fullmatch(full_months(language.text), name)
        assert bool(re.fullmatch(month_words(language.text, ambiguous=False), name)) is not unclear
        assert bool(re.fullmatch(month_words(language.text, ambiguous=True), name)) is unclear


def leaves(words: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each string of a section with its path."""
    if is_dataclass(words):
        for field in fields(words):
            yield from leaves(getattr(words, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(words, (tuple, list)):
        for each in words:
            yield from leaves(each, path)
    elif isinstance(words, str):
        yield path, words


@every_language
def test_months_days_and_numbers_stand_in_one_section_alone(language: Language) -> None:
    """Elsewhere few may stand: an example in a sentence, "second" in a list of words that point."""
    listed = {
        "months": {name for names in language.text.months for name in names.split() if len(name) > 4},
        "weekdays": {name for names in language.text.weekdays for name in names.split()},
        "numbers": {word for word, value in pairs(language.text.number_words) if 2 <= value <= 12},
    }
    for path, said in leaves(language):
        here = set(re.findall(r"[^\W\d_]+", said.lower()))
        for what, every in listed.items():
            assert path.startswith("text.") or len(here & every) < 3, (path, what, here & every)


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
