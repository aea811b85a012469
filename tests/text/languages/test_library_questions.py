"""Every language's questions about the library are read as what they ask, and those to the documents are left to them.

A language's sentences lie in a folder of its code beside this file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import datetime
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from rag.conversation.about_library.library_questions import LibraryQuestion, parse_library_question
from rag.conversation.about_library.since import start_of_period
from rag.conversation.about_library.word_classes import FILE_TYPES, ClassifiedQuestion, WordClass, classify, fold_word
from rag.conversation.comparison.version_question import parse_version_question
from rag.text.languages import known_languages
from rag.text.languages.schema.library_questions import LibraryQuestionWords
from tests.text.languages.library_question_examples import FORMS, NAMES_ALONE, LibraryQuestionExamples, between, plain

NOW = datetime(2024, 11, 27, 12, 0)  # a Wednesday
WITHOUT_LIST = {"TYPE", "LANGUAGE", "NAME", "QUOTED", "OTHER"}  # word classes that are no list of phrases
LANGUAGES = list(known_languages())
FOREIGN = ("Quanti documenti ci sono?", "Quali documenti parlano del forno?", "Riassumi il contratto")
every_language = pytest.mark.parametrize("language", LANGUAGES)


def held(language: str) -> bool:
    return (Path(__file__).parent / language / "library_questions.py").is_file()


def examples(language: str) -> LibraryQuestionExamples:
    """Return what is asked in the language."""
    found: LibraryQuestionExamples = import_module(f"tests.text.languages.{language}.library_questions").EXAMPLES
    return found


def asked(question: str) -> LibraryQuestion:
    found = parse_library_question(question)
    assert found is not None, question
    return found


EACH = [
    (language, form, said)
    for language in filter(held, LANGUAGES)
    for form, sentences in examples(language).about_the_library.items()
    for said in sentences
]
NONE = [question for language in filter(held, LANGUAGES) for question in examples(language).to_the_documents]
PERHAPS = [question for language in filter(held, LANGUAGES) for question in examples(language).perhaps]


@every_language
def test_a_language_has_a_question_of_each_form(language: str) -> None:
    assert held(language) and set(examples(language).about_the_library) == set(FORMS)
    assert all(examples(language).about_the_library.values())
    assert examples(language).to_the_documents and examples(language).perhaps


@pytest.mark.parametrize(("language", "form", "said"), EACH)
def test_a_question_about_the_library_is_understood(language: str, form: str, said: str) -> None:
    found, meant = asked(plain(said)), FORMS[form]
    assert (found.kind, found.type, found.written_in) == (meant.kind, meant.type, meant.written_in)
    assert (found.order, found.single, found.this) == (meant.order, meant.single, meant.this)
    assert (found.folder or found.file) == between(said, "{}")
    assert between(said, "[]") in ("", found.what)
    assert found.language == language or form in NAMES_ALONE


@pytest.mark.parametrize(("language", "form", "said"), EACH)
def test_accents_capitals_and_marks_do_not_count(language: str, form: str, said: str) -> None:
    bare = unicodedata.normalize("NFD", plain(said).replace("й", "\0")).upper()
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("\0", "Й").replace("¿", "").rstrip("?")
    assert asked(bare).kind == asked(plain(said)).kind


@pytest.mark.parametrize("question", NONE)
def test_a_question_to_the_documents_is_left_to_them(question: str) -> None:
    assert parse_library_question(question) is None


@pytest.mark.parametrize("question", PERHAPS)
def test_what_may_be_a_document_needs_one(question: str) -> None:
    found = parse_library_question(question)
    assert found is None or found.file


def test_there_are_as_many_questions_to_the_documents_as_it_takes() -> None:
    assert len(set(NONE) | set(PERHAPS)) >= 150


@every_language
def test_what_is_new_since_a_day(language: str) -> None:
    for question in examples(language).about_the_library["what is new since a day"]:
        since = start_of_period(asked(question).since, language, NOW)
        assert since is not None and since.date().isoformat() == "2024-11-25"


@every_language
def test_suggested_questions_are_understood(language: str) -> None:
    suggested = known_languages()[language].conversation.suggested
    for field in fields(suggested):
        template: str = getattr(suggested, field.name)
        if field.name == "compare":
            assert parse_version_question(template) is not None
            continue
        found = asked(template.format(file="tram.md", x="Old Bridge"))
        gaps = {name for _, name, _, _ in Formatter().parse(template) if name}
        assert (found.kind, found.language) == (field.name, language)
        assert found.file == ("tram.md" if "file" in gaps else "")
        assert found.what == ("Old Bridge" if "x" in gaps else "tram.md")


# -- the lists of words


def row_of(question: str, language: str) -> ClassifiedQuestion:
    """The question in the language's classes, as it is written."""
    return next(row for row in classify(question) if row.language == language)


def lists(language: str) -> Iterator[tuple[WordClass, list[str]]]:
    """Each class of words with its phrases, in the order in which a phrase is looked up."""
    words = known_languages()[language].library_questions
    for kind in WordClass:
        if kind.name not in WITHOUT_LIST:
            yield kind, [each.strip() for each in getattr(words, kind.name.lower()).split(",")]


@every_language
def test_each_class_of_words_has_phrases(language: str) -> None:
    optional = {field.name for field in fields(LibraryQuestionWords) if field.default is not MISSING}
    for kind, phrases in lists(language):
        assert all(phrases) or (kind.name.lower() in optional and phrases == [""]), kind
        assert len(phrases) == len(set(phrases)), kind


@every_language
def test_each_phrase_is_of_its_class(language: str) -> None:
    first: dict[str, str] = {}
    for kind, phrases in lists(language):
        for phrase in filter(None, phrases):
            letters = row_of(phrase, language).letters
            assert letters == first.setdefault(fold_word(phrase), kind.value), phrase


def test_each_field_is_a_class_of_words() -> None:
    names = {kind.name.lower() for kind in WordClass if kind.name not in WITHOUT_LIST}
    assert {field.name for field in fields(LibraryQuestionWords)} == names | {"file_types", "language_names"}


@every_language
def test_files_and_languages_are_called_by_name(language: str) -> None:
    words = known_languages()[language].library_questions
    names = known_languages()[language].conversation.language_names
    assert set(words.file_types) <= set(FILE_TYPES)
    assert set(words.language_names) == set(names) - {""} and set(LANGUAGES) <= set(names) and all(names.values())
    for code, listed in words.language_names.items():
        for name in listed.split(","):
            assert row_of(name, language).values(WordClass.LANGUAGE) == [code], name


@pytest.mark.parametrize("said", FOREIGN)
def test_in_a_language_without_a_folder_all_goes_to_the_documents(said: str) -> None:
    assert parse_library_question(said) is None
