"""The language of documents and questions in thirty-odd languages, and of what is in none."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.conversation.about_library.library_questions import parse_library_question
from rag.conversation.small_talk import small_talk
from rag.retrieval.answer_type import answer_type_of
from rag.retrieval.decompose import split_question
from rag.text.detect import _NAME, _NO_PROSE, detect_language, is_brief, language_of_question, may_be_in
from rag.text.languages import known_languages
from tests.linear_time import excess

ROWS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "data" / "languages.tsv").read_text(encoding="utf-8").splitlines()
]
TEXTS = [(code, text) for code, kind, text in ROWS if kind == "text"]
QUESTIONS = [(code, text) for code, kind, text in ROWS if kind == "question"]
ALIKE = {"id": {"id", "ms"}, "bg": {"bg", "mk"}}  # two sentences do not tell these apart


def test_there_are_languages_enough() -> None:
    assert len({code for code, _ in TEXTS}) >= 30 and len({code for code, _ in QUESTIONS}) >= 30


def test_the_beginning_of_a_long_text_is_enough() -> None:
    english = "The museum by the harbour opens at nine in the morning. " * 100
    russian = "Музей у гавани открывается в девять часов утра. " * 1000
    assert language_of_question(english + russian, ("ru",)) == detect_language(english + russian) == "en"


@pytest.mark.parametrize(("code", "text"), TEXTS)
def test_a_document_of_two_sentences(code: str, text: str) -> None:
    assert detect_language(text) in ALIKE.get(code, {code})


@pytest.mark.parametrize(("code", "text"), TEXTS)
def test_code_and_addresses_in_it_change_nothing(code: str, text: str) -> None:
    code_block = "```python\ndef open_library(name):\n    return Library(name)\n```"
    assert detect_language(f"{code_block}\n{text} https://example.org/opening_hours {code_block}") in ALIKE.get(
        code, {code}
    )


@pytest.mark.parametrize("text", [text for _, kind, text in ROWS if kind == "none"])
def test_what_is_in_no_language(text: str) -> None:
    assert detect_language(text) == ""


@pytest.mark.parametrize("around", ["{}", "{},en", "en,{}", "en,es,ru,{}"])
@pytest.mark.parametrize(("code", "text"), QUESTIONS)
def test_a_question_to_a_library_that_holds_its_language(code: str, text: str, around: str) -> None:
    held = around.format(code).split(",")
    assert language_of_question(text, held) in (ALIKE.get(code, {code}) if len(held) > 2 else {code})


@pytest.mark.parametrize("held", [("es", "en", "ru"), ("ru", "en", "es"), ("en", "es", "ru")])
@pytest.mark.parametrize(("code", "text"), QUESTIONS)
def test_a_question_to_a_library_that_does_not(code: str, text: str, held: tuple[str, ...]) -> None:
    assert language_of_question(text, held) in ALIKE.get(code, {code})


@pytest.mark.parametrize(
    ("text", "held", "language"),
    [
        ("Where is García Márquez de la Torre buried?", ("es", "en"), "en"),
        ("Who was Владимир?", ("en", "ru"), "en"),
        ("Tresvado", ("pt", "en"), "pt"),  # a name is in the library's language
        ("библиотека", ("uk", "en"), "uk"),
        ("А взимку?", ("uk", "en", "es", "ru"), "uk"),
        ("図書館", ("ja", "en"), "ja"),
        ("図書館", ("zh", "en"), "zh"),
        ("图书馆几点开门", ("ja", "zh"), "zh"),
        ("библиотека", ("en",), ""),
        ("12345", ("en",), ""),
        ("", ("en",), ""),
        ("x", (), ""),
    ],
)
def test_a_word_or_a_name(text: str, held: tuple[str, ...], language: str) -> None:
    assert language_of_question(text, held) == language


@pytest.mark.parametrize(("code", "text"), [row for row in QUESTIONS if row[0] not in known_languages()])
def test_no_rule_of_another_language_takes_a_question(code: str, text: str) -> None:
    language = language_of_question(text, ("en", "es", "ru"))
    assert answer_type_of(text, language) is None
    assert parse_library_question(text) is None and small_talk(text) is None
    assert split_question(text, language) == (text,)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The harbour master of the town is Jürgen Schmitt.", "en"),
        ("The oars are kept by Giovanni Bianchi and Luca Conti.", "en"),
        ("Meeting with Björn Håkansson about the new slipway.", "en"),
        ("La llave del cobertizo la tiene Wolfgang Krüger.", "es"),
        ("El patrón de la barca es Otto Weber.", "es"),
        ("Die Ruder hängen in der Halle von Giuseppe Verdi.", "de"),
        ("Лодку чинит Ганс Мюллер из Гамбурга.", "ru"),
        ("Otto Weber, Hans Krüger, Kurt Schmitt", ""),
    ],
)
def test_a_line_is_in_the_language_of_its_words_not_of_its_names(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_brief_text_may_be_in_the_language_of_its_neighbours() -> None:
    assert is_brief("Boat 7: Otto Weber") and not is_brief("7 12 40") and not is_brief("one word after another " * 5)
    assert may_be_in("es", "Otto Weber") and not may_be_in("ru", "Otto Weber") and not may_be_in("es", "7 12")


@pytest.mark.parametrize("seed", ["a", "-", "twenty-", "2020-01-", "<!--", "1.", "/a", " A"])
def test_what_is_no_prose_is_found_in_time_in_proportion(seed: str) -> None:
    assert not excess(lambda text: _NAME.sub("", _NO_PROSE.sub(" ", text)), "", seed, (1_000, 4_000))


@pytest.mark.parametrize("code", ["`ui`/locale/xx of the page", "so (https://a.b/c d", "a@b.c `x`a@b `y`"])
def test_what_is_no_prose_is_taken_out(code: str) -> None:
    plain = _NO_PROSE.sub(" ", code)
    assert not set("`@/_.") & set(plain), plain
