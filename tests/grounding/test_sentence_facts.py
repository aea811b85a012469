"""What a sentence says: content words, names, quantities, negations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.sentence_facts import (
    SentenceWord,
    contradicts,
    derived,
    facts,
    joined,
    name_runs,
    negated_stems,
    negation_known,
    same,
)

LANGUAGES = ("en", "es", "ru", "de", "fi")


def word(text: str, of: str, language: str = "en") -> SentenceWord:
    return next(each for each in facts(of, language).words if each.text == text)


@given(st.text(max_size=120), st.sampled_from(LANGUAGES))
def test_every_word_stands_where_it_says_and_in_order(text: str, language: str) -> None:
    read = facts(text, language)
    starts = [each.start for each in read.words]
    assert starts == sorted(starts)
    assert all(0 <= each.start < each.end <= len(text) for each in read.words)
    assert read.stems == {each.stem for each in read.words}
    assert all(read.offsets_of(each.stem).count(each.start) >= 1 for each in read.words)


def test_content_words_are_kept_and_quantities_stand_apart() -> None:
    read = facts("The mill wheel has 24 paddles of larch wood.", "en")
    said = [each.text for each in read.words]
    assert {"mill", "wheel", "larch", "wood"} <= set(said) and "the" not in said and "24" not in said
    assert len(read.quantities) == 1


def test_names_have_capitals_and_their_initials_stand_for_them() -> None:
    read = facts("He joined the United Nations in spring.", "en")
    assert (
        word("united", read.text).name
        and word("nations", read.text).name_initials == "un"
        and not word("spring", read.text).name
    )
    assert read.initials == {"un"}
    assert [read.text[a:b] for a, b in name_runs(read.text)][-1].endswith("United Nations")
    assert same(word("un", "The UN met.", "en"), read, "en")


def test_a_negation_reaches_the_words_behind_it() -> None:
    read = facts("The night car does not run on Sundays.", "en")
    assert read.denied and "run" in read.denied[0]
    assert "run" in negated_stems(read)
    assert not facts("The night car runs on Sundays.", "en").denied


def test_a_denial_of_the_same_words_contradicts_in_either_direction() -> None:
    yes, no = facts("The night car runs on Sundays.", "en"), facts("The night car does not run on Sundays.", "en")
    assert contradicts(yes, no) and contradicts(no, yes)
    assert not contradicts(yes, yes) and not contradicts(no, no)


def test_what_begins_with_a_pronoun_points_back() -> None:
    assert facts("It opened in 1911.", "en").points_back
    assert not facts("The line opened in 1911.", "en").points_back


@pytest.mark.parametrize(("one", "other"), [("german", "germany"), ("russia", "russian")])
def test_names_of_one_root_are_recognised(one: str, other: str) -> None:
    mine, theirs = word(one, f"A {one.title()} ship."), word(other, f"A {other.title()} ship.")
    assert derived(mine, theirs) and derived(theirs, mine)


def test_names_of_other_roots_are_not_derived() -> None:
    assert not derived(word("german", "A German ship."), word("gernika", "A Gernika ship."))


def test_a_word_is_found_across_scripts_by_its_sound_if_it_is_a_name() -> None:
    held = facts("Капитан парома — Лука Вершинин.", "ru")
    assert same(word("vershinin", "Captain Vershinin sailed."), held, "en")
    assert not same(word("sailed", "Captain Vershinin sailed."), held, "en")


def test_sentences_joined_hold_the_words_of_both() -> None:
    one, two = facts("The mill grinds rye.", "en"), facts("The wheel does not turn.", "en")
    both = joined([one, two])
    assert both.stems == one.stems | two.stems and set(both.denied) == {*one.denied, *two.denied}


def test_negations_are_known_of_languages_with_rules_only() -> None:
    assert negation_known("en") and negation_known("ru") and not negation_known("fi")
