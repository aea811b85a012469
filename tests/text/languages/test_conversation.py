"""What every language's words of conversation must do.

A language's sentences lie in a folder of its code beside this file.
"""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import datetime
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from rag.conversation.about_library.replies import reply_text
from rag.conversation.about_library.since import start_of_period
from rag.conversation.about_library.summarize import gist, is_informative
from rag.conversation.small_talk import small_talk
from rag.library.db.opening import DocumentOpening
from rag.text.languages import known_languages
from rag.text.languages.schema.conversation import SmallTalk
from rag.text.languages.schema.replies import Replies
from tests.text.languages.conversation_examples import SMALL_TALK, ConversationExamples

NOW = datetime(2024, 11, 27, 12, 0)  # a Wednesday
GAPS = {"x": "X", "p": 3, "d": "2024-05-01", "file": "f.md", "title": "T", "y": "b.md"}
LANGUAGES = list(known_languages())


def examples(language: str) -> ConversationExamples:
    """Return what the language says."""
    found: ConversationExamples = import_module(f"tests.text.languages.{language}.conversation").EXAMPLES
    return found


def held(language: str) -> bool:
    """Tell whether the language has sentences here."""
    return (Path(__file__).parent / language / "conversation.py").is_file()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_its_examples(language: str) -> None:
    assert held(language)


# -- small talk


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_talk_is_answered(language: str) -> None:
    words, mine = known_languages()[language].conversation, examples(language).small_talk
    assert set(mine) == set(SMALL_TALK) and all(mine.values())
    for form, said in mine.items():
        for utterance in said:
            reply = getattr(words, SMALL_TALK[form]).reply
            assert small_talk(utterance) == (reply, language), utterance
    fields_of_small_talk = {field.name for field in fields(words) if isinstance(getattr(words, field.name), SmallTalk)}
    assert set(SMALL_TALK.values()) == fields_of_small_talk


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_whole_utterances_are_small_talk(language: str) -> None:
    assert [said for said in examples(language).no_small_talk if small_talk(said) is not None] == []


# -- periods


@pytest.mark.parametrize("language", LANGUAGES)
def test_periods_begin(language: str) -> None:
    for said, day in examples(language).periods:
        moment = start_of_period(said, language, NOW)
        assert moment is not None and moment.date().isoformat() == day, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_compile_and_none_matches_nothing(language: str) -> None:
    words = known_languages()[language].conversation
    periods = [getattr(words.periods, field.name) for field in fields(words.periods)]
    for piece in [*periods, *words.boilerplate.every_page, *words.boilerplate.to_a_machine]:
        assert piece and not re.fullmatch(piece, "")


# -- pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_boilerplate_is_no_content(language: str) -> None:
    mine = examples(language)
    for sentence in mine.boilerplate:
        assert not is_informative(sentence, language), sentence
    assert is_informative(mine.content, language)
    said = f"{mine.boilerplate[1]} {mine.content}"
    assert gist(DocumentOpening("", said, language, 0, None, ())) == mine.content


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_boilerplate_are_filled(language: str) -> None:
    words = known_languages()[language].conversation.boilerplate
    for listed in (words.leads_elsewhere, words.pointers, words.places):
        assert all(each.strip() == each.strip().lower() != "" for each in listed.split(","))


# -- replies


@pytest.mark.parametrize("language", LANGUAGES)
def test_replies_have_the_gaps_of_the_english_ones(language: str) -> None:
    english, words = known_languages()["en"].conversation.replies, known_languages()[language].conversation.replies
    for field in fields(Replies):
        said, model = getattr(words, field.name), getattr(english, field.name)
        assert said or field.default == "", field.name
        if said:
            assert _gaps(said) == _gaps(model), field.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [0, 1, 2, 5, 21])
def test_each_reply_can_be_given(language: str, n: int) -> None:
    for field in fields(Replies):
        if not field.name.endswith("_one"):
            said = reply_text(language, field.name, n, **GAPS)
            assert said and "{" not in said
    assert str(n) in reply_text(language, "count", n, **GAPS) or n == 1


def _gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


# -- languages without a folder


def test_in_a_language_without_a_folder_all_goes_to_the_documents() -> None:
    assert small_talk("Buongiorno") is None
    assert start_of_period("lunedì", "it", NOW) is None
