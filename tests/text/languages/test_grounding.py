"""What every language's words of grounding must do.

A language's sentences lie in a folder of its code beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.calibration import features
from rag.grounding.entailment import read_sentences
from rag.grounding.ground import check_claim
from rag.grounding.hedges import drops_hedge
from rag.grounding.sentence_facts import contradicts, facts, name_runs, negation_known
from rag.grounding.splicing import is_spliced
from rag.text.calendar_words import weekdays
from rag.text.languages import known_languages
from rag.types import Passage
from tests.text.languages.grounding_examples import GroundingExamples

MAY_BE_EMPTY = {"agent_markers", "name_endings", "passive"}
WORD_LISTS = {"no_condition", "negators", "openers", "name_endings"}  # the other strings are pattern pieces
LANGUAGES = list(known_languages())
UNKNOWN = "it"  # has no folder


def examples(language: str) -> GroundingExamples:
    """Return what the language says."""
    found: GroundingExamples = import_module(f"tests.text.languages.{language}.grounding").EXAMPLES
    return found


def held(language: str) -> bool:
    """Tell whether the language has sentences here."""
    return (Path(__file__).parent / language / "grounding.py").is_file()


def strings(words: object) -> Iterator[tuple[str, str]]:
    """Every string below, with the name of its field."""
    assert is_dataclass(words)
    for field in fields(words):
        value = getattr(words, field.name)
        if isinstance(value, str):
            yield field.name, value
        elif isinstance(value, tuple):
            yield from ((field.name, each) for each in value)
        elif is_dataclass(value):
            yield from strings(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_its_examples(language: str) -> None:
    assert held(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_field_is_filled(language: str) -> None:
    lacking = {name for name, value in strings(known_languages()[language].grounding) if not value.strip()}
    assert lacking <= MAY_BE_EMPTY


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_compile_and_none_matches_nothing(language: str) -> None:
    for name, value in strings(known_languages()[language].grounding):
        if name not in WORD_LISTS and value:
            assert not re.compile(f"(?:{value})", re.IGNORECASE).fullmatch(""), name
            assert re.compile(value).groups == 0, name  # whoever compiles it counts groups


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_in_lower_case(language: str) -> None:
    for name, value in strings(known_languages()[language].grounding):
        if name in WORD_LISTS:
            assert value == value.lower(), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_limits_a_statement_is_seen(language: str) -> None:
    mine = examples(language)
    for said, source in (*mine.hedged, mine.thought, mine.conditional):
        assert drops_hedge(facts(said, language), facts(source, language)), source
        assert not drops_hedge(facts(source, language), facts(source, language)), source
    for said, source in mine.not_hedged:
        assert not drops_hedge(facts(said, language), facts(source, language)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_denied_is_seen(language: str) -> None:
    assert negation_known(language)
    for said, source in examples(language).denied:
        one, other = facts(said, language), facts(source, language)
        assert other.denied and contradicts(one, other) and contradicts(other, one), source
        assert not contradicts(other, other), source
    assert not facts(examples(language).affirmed, language).denied


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_negation_ends_with_its_clause(language: str) -> None:
    said = facts(examples(language).clause, language)
    assert said.denied and said.words[-1].stem not in said.denied[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_read(language: str) -> None:
    mine = examples(language)
    assert facts(mine.points_back, language).points_back
    text, name = mine.named
    assert name in [text[start:end] for start, end in name_runs(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ordinary_noun_is_no_name(language: str) -> None:
    text, names = examples(language).names
    assert [word.text for word in facts(text, language).words if word.name] == names.split()
    said, source = examples(language).reworded
    measured = features(facts(said, language), read_sentences(_passage(source, language), language))
    assert measured is not None and not measured.missing and measured.best_three < 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_of_the_week(language: str) -> None:
    for sentence, day in examples(language).days:
        assert weekdays(sentence, language) == {day}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_denied_or_hedged_source_supports_no_bare_claim(language: str) -> None:
    mine = examples(language)
    for said, source in (*mine.hedged, mine.conditional, *mine.denied):
        assert not check_claim(said, [_passage(source, language)], language).supported, source


sentences = st.sampled_from(
    [(language, text) for language in filter(held, LANGUAGES) for pair in examples(language).hedged for text in pair]
)


@given(sentences, sentences)
def test_no_rule_of_one_language_judges_another(one: tuple[str, str], other: tuple[str, str]) -> None:
    (language, text), (spoken, source) = one, other
    if language != spoken:
        said, held = facts(text, language), facts(source, spoken)
        assert not drops_hedge(said, held) and not is_spliced(said, held)


@given(st.sampled_from([*LANGUAGES, UNKNOWN, ""]), st.text(max_size=80))
def test_whatever_a_sentence_says_it_supports_itself(language: str, text: str) -> None:
    said = facts(text, language)
    assert not drops_hedge(said, said) and not is_spliced(said, said)


@pytest.mark.parametrize("language", [UNKNOWN, ""])
def test_in_a_language_without_a_folder_no_rule_fires(language: str) -> None:
    source = facts("La costa è quasi asciutta, se non piove.", language)
    said = facts("La costa è asciutta.", language)
    assert not negation_known(language) and not source.denied
    assert not drops_hedge(said, source) and not contradicts(said, source)
    assert weekdays("lunedì", language) is None


def test_in_a_language_without_a_folder_what_is_copied_is_supported() -> None:
    source = "Il museo non apre mai di lunedì."
    assert check_claim(source, [_passage(source, UNKNOWN)], UNKNOWN).supported
    assert not check_claim("Il museo apre di lunedì.", [_passage(source, UNKNOWN)], UNKNOWN).supported


def _passage(text: str, language: str) -> Passage:
    return Passage("d", "d.txt", text, 0, len(text), None, (), language, 1.0)
