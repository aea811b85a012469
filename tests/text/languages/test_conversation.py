"""What every language's words of conversation must do.

A language's sentences lie in a folder of its code beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import datetime
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from rag.conversation.library_questions import LibraryQuestion, parse_library_question
from rag.conversation.replies import reply_text
from rag.conversation.since import start_of_period
from rag.conversation.small_talk import small_talk
from rag.conversation.summarize import gist, is_informative
from rag.conversation.word_classes import FILE_TYPES, ClassifiedQuestion, WordClass, classify, fold_word
from rag.library.db.opening import DocumentOpening
from rag.text.languages import known_languages
from rag.text.languages.schema.library_questions import LibraryQuestionWords
from rag.text.languages.schema.replies import Replies
from tests.text.languages.conversation_examples import ConversationExamples

NOW = datetime(2024, 11, 27, 12, 0)  # a Wednesday
GAPS = {"x": "X", "p": 3, "d": "2024-05-01", "file": "f.md", "title": "T"}
WITHOUT_LIST = {"TYPE", "LANGUAGE", "NAME", "QUOTED", "OTHER"}  # word classes that are no list of phrases
LANGUAGES = list(known_languages())
FOREIGN = ("Buongiorno", "Quanti documenti ci sono?", "Quali documenti parlano del forno?", "Riassumi il contratto")


def examples(language: str) -> ConversationExamples:
    """Return what the language says."""
    found: ConversationExamples = import_module(f"tests.text.languages.{language}.conversation").EXAMPLES
    return found


def held(language: str) -> bool:
    """Tell whether the language has sentences here."""
    return (Path(__file__).parent / language / "conversation.py").is_file()


def asked(question: str) -> LibraryQuestion:
    found = parse_library_question(question)
    assert found is not None, question
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_its_examples(language: str) -> None:
    assert held(language)


# -- small talk


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_talk_is_answered(language: str) -> None:
    words = known_languages()[language].conversation
    for kind, said in examples(language).small_talk.items():
        for utterance in said:
            assert small_talk(utterance) == (getattr(words, kind).reply, language), utterance
    assert set(examples(language).small_talk) == {"greeting", "how_are_you", "thanks", "farewell", "about_oaken"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_whole_utterances_are_small_talk(language: str) -> None:
    assert small_talk(examples(language).no_small_talk) is None


# -- questions about the library


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_about_the_library_are_understood(language: str) -> None:
    mine = examples(language)
    for question, kind in mine.of_the_library:
        assert (asked(question).kind, asked(question).language) == (kind, language), question
    for question, what in mine.mention:
        assert (asked(question).kind, asked(question).what) == ("mention", what)
    for question, kind, file in mine.of_a_document:
        assert (asked(question).kind, asked(question).file) == (kind, file), question
    for question, endings, written_in in mine.limited:
        assert (asked(question).type, asked(question).written_in) == (endings, written_in), question
    for question, order in mine.in_order:
        assert (asked(question).kind, asked(question).order) == ("list", order), question
    assert {kind for _, kind in mine.of_the_library} == {kind for _, kind in examples("en").of_the_library}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_new_since_a_day(language: str) -> None:
    [question] = [each for each, kind in examples(language).of_the_library if kind == "new"]
    since = start_of_period(asked(question).since, language, NOW)
    assert since is not None and since.date().isoformat() == "2024-11-25"


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_to_the_documents_are_left_to_them(language: str) -> None:
    for question in examples(language).to_the_documents:
        assert parse_library_question(question) is None, question


@pytest.mark.parametrize("language", LANGUAGES)
def test_suggested_questions_are_understood(language: str) -> None:
    suggested = known_languages()[language].conversation.suggested
    for field in fields(suggested):
        template: str = getattr(suggested, field.name)
        found = asked(template.format(file="tram.md", x="Old Bridge"))
        gaps = {name for _, name, _, _ in Formatter().parse(template) if name}
        assert (found.kind, found.language) == (field.name, language)
        assert found.file == ("tram.md" if "file" in gaps else "")
        assert found.what == ("Old Bridge" if "x" in gaps else "tram.md")


def row_of(question: str, language: str) -> ClassifiedQuestion:
    """The question in the language's classes, as it is written."""
    return next(row for row in classify(question) if row.language == language)


def lists(language: str) -> Iterator[tuple[WordClass, list[str]]]:
    """Each class of words with its phrases, in the order in which a phrase is looked up."""
    words = known_languages()[language].library_questions
    for kind in WordClass:
        if kind.name not in WITHOUT_LIST:
            yield kind, [each.strip() for each in getattr(words, kind.name.lower()).split(",")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_class_of_words_has_phrases(language: str) -> None:
    optional = {field.name for field in fields(LibraryQuestionWords) if field.default is not MISSING}
    for kind, phrases in lists(language):
        assert all(phrases) or (kind.name.lower() in optional and phrases == [""]), kind
        assert len(phrases) == len(set(phrases)), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_phrase_is_of_its_class(language: str) -> None:
    first: dict[str, str] = {}
    for kind, phrases in lists(language):
        for phrase in filter(None, phrases):
            letters = row_of(phrase, language).letters
            assert letters == first.setdefault(fold_word(phrase), kind.value), phrase


def test_each_field_is_a_class_of_words() -> None:
    names = {kind.name.lower() for kind in WordClass if kind.name not in WITHOUT_LIST}
    assert {field.name for field in fields(LibraryQuestionWords)} == names | {"file_types", "language_names"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_and_languages_are_called_by_name(language: str) -> None:
    words, names = (
        known_languages()[language].library_questions,
        known_languages()[language].conversation.language_names,
    )
    assert set(words.file_types) <= set(FILE_TYPES)
    assert set(words.language_names) == set(names) - {""} and set(LANGUAGES) <= set(names) and all(names.values())
    for code, listed in words.language_names.items():
        for name in listed.split(","):
            assert row_of(name, language).values(WordClass.LANGUAGE) == [code], name


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
    pieces = [each for period in periods for each in ([period] if isinstance(period, str) else period)]
    assert len(words.periods.weekdays) == 7
    for piece in [*pieces, *words.boilerplate.every_page, *words.boilerplate.to_a_machine]:
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


@pytest.mark.parametrize("said", FOREIGN)
def test_in_a_language_without_a_folder_all_goes_to_the_documents(said: str) -> None:
    assert small_talk(said) is None and parse_library_question(said) is None
    assert start_of_period("lunedì", "it", NOW) is None
