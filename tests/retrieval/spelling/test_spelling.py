from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.retrieval.query import parse_query
from rag.retrieval.spelling import correct_spelling
from rag.types import AnswerStatus, Turn
from tests.retrieval.spelling.conftest import OFTEN, TEXTS, ReaderEmbedder
from tests.town import file_away

WORDS = {language: sorted(set(re.findall(r"[^\W\d_]{4,}", text.lower()))) for language, text in TEXTS.values()}
same_library = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("waht is the depsoit for the mill huose?", "what is the deposit for the mill house?"),
        ("When does the safty valve open?", "When does the safety valve open?"),
        ("Who signed the warantty?", "Who signed the warranty?"),
        ("the BOILRE opens", "the boiler opens"),
        ("WHAT IS THE DEPSOIT", "WHAT IS THE DEPOSIT"),
        ("Wokrshop of the mill house", "Workshop of the mill house"),
        ("¿Cuándo termina la exopsición?", "¿Cuándo termina la exposición?"),
        ("¿Dónde está el aparcamineto de la iglesia?", "¿Dónde está el aparcamiento de la iglesia?"),
        ("гарантия на печь скольок лет", "гарантия на печь сколько лет"),
        ("у кого ключ от матсерской", "у кого ключ от мастерской"),
    ],
)
def test_typing_errors_are_corrected_and_shown(
    library: Library, embedder: ReaderEmbedder, typed: str, meant: str
) -> None:
    if "BOILRE" in typed:  # a word in capitals among small ones is a name
        meant = typed
    spelled = correct_spelling(typed, library, embedder)
    assert spelled.text == meant
    assert spelled.shown == (meant if meant != typed else "")


def test_accents_are_put_in_without_a_word(library: Library, embedder: ReaderEmbedder) -> None:
    spelled = correct_spelling("cuando termina la exposicion sobre ceramica", library, embedder)
    query = parse_query(spelled.text, library, embedder)
    assert spelled.shown == ""
    held, often = library.frequencies([form for term in query.terms for form in term.stems])
    assert all(any(often[form] for form in term.stems) for term in query.terms) and held


@pytest.mark.parametrize(
    "question",
    [
        "What is the rent of the bakery?",  # right, only not said here
        "Where does the horse stand?",  # one letter from "house"
        "Does the mouse open it?",
        "Who is the president of the mull?",
        "Who is Melissande Quarow?",  # names stay
        "Is OAKEN_DEPSOIT set, or depsoit.txt, or huose2?",  # codes and names of files
        "mail huose@depsoit.com",
        'Where is the "mill huose"?',  # as it is written
        "rent file:huose -depsoit",
        "Wo ist das Hauss?",  # another language
        "東京の家",
        "houses and deposits",  # forms of known words
        "",
        "?!",
    ],
)
def test_what_stays_as_it_is(library: Library, embedder: ReaderEmbedder, question: str) -> None:
    from rag.retrieval.filters import filter_spans

    assert correct_spelling(question, library, embedder, filter_spans(question)).text == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("skolko stoit remont pechi", "сколько стоит ремонт печи"),
        ("u kogo klyuch ot masterskoy", "у кого ключ от мастерской"),
        ("crjkmrj cnjbn htvjyn gtxb?", "сколько стоит ремонт печи?"),
        ("rk.x jn vfcnthcrjq", "ключ от мастерской"),
        ("црфе шы еру вузщыше?", "what is the deposit?"),
    ],
)
def test_other_letters_and_layouts(library: Library, embedder: ReaderEmbedder, typed: str, meant: str) -> None:
    assert correct_spelling(typed, library, embedder).text == meant


@same_library
@given(data=st.data(), language=st.sampled_from(sorted(WORDS)))
def test_a_known_word_stays(library: Library, embedder: ReaderEmbedder, data: st.DataObject, language: str) -> None:
    """Words of the documents, and right words that no document holds, in any order."""
    some = data.draw(st.lists(st.sampled_from([*WORDS[language], *sorted(OFTEN)]), min_size=1, max_size=6))
    question = " ".join(some)
    assert correct_spelling(question, library, embedder).text == question


@same_library
@given(st.text(max_size=40))
def test_any_text_comes_back_with_its_numbers(library: Library, embedder: ReaderEmbedder, text: str) -> None:
    right = correct_spelling(text, library, embedder)
    assert re.findall(r"\d", right.text) == re.findall(r"\d", text)
    assert bool(right.text.strip()) == bool(text.strip())


@same_library
@given(st.integers(0, 10_000))
def test_letters_exchanged_within_a_long_word_are_put_back(
    library: Library, embedder: ReaderEmbedder, seed: int
) -> None:
    chosen = random.Random(seed)
    word = chosen.choice([word for word in WORDS["en"] if len(word) >= 6])
    at = chosen.randrange(1, len(word) - 1)
    typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert correct_spelling(f"where is the {typed} of the house", library, embedder).text.split()[3] in (word, typed)


def test_an_answer_shows_how_the_question_was_read(library: Library, embedder: ReaderEmbedder) -> None:
    with_slips = Assistant(library, embedder).ask("waht is the depsoit for the mill huose?")
    right = Assistant(library, embedder).ask("what is the deposit for the mill house?")
    assert with_slips.question == "waht is the depsoit for the mill huose?"
    assert with_slips.corrected == "what is the deposit for the mill house?" and right.corrected == ""
    assert with_slips.quotes == right.quotes and with_slips.confidence == right.confidence
    assert with_slips.status is AnswerStatus.QUOTED and "1,920" in with_slips.quotes[0].quote


def test_a_greeting_on_another_keyboard_is_a_greeting(library: Library, embedder: ReaderEmbedder) -> None:
    assert Assistant(library, embedder).ask("ghbdtn").status is AnswerStatus.TOLD


def test_a_follow_up_leans_on_what_was_meant(library: Library, embedder: ReaderEmbedder) -> None:
    asked = [Turn("user", "What is the depsoit?")]
    answer = Assistant(library, embedder).ask("and of the mill house?", history=asked)
    assert "1,920" in answer.quotes[0].quote


@pytest.mark.parametrize("question", ["depsoit \ud83d of it", "\udce9\udce8", "the\x00deposit\x1b"])
def test_half_a_character_is_no_reason_to_fail(library: Library, embedder: ReaderEmbedder, question: str) -> None:
    assistant = Assistant(library, embedder)
    answer = assistant.ask(question, history=[Turn("user", question)])
    assert answer.question.encode() and assistant.search(question) is not None


@pytest.mark.parametrize(
    "day",
    ["2024-03-09", "9/3/2024", "09.03.2024", "March 9, 2024", "9 March 2024", "9 de marzo de 2024", "9 марта 2024"],
)
def test_a_day_is_found_in_whatever_form(library: Library, embedder: ReaderEmbedder, day: str) -> None:
    query = parse_query(f"What was signed on {day}?", library, embedder)
    [term] = [term for term in query.terms if "2024-03-09" in term.stems]
    assert term.code and not {"9", "09", "2024", "march", "marzo", "марта"} & {each.word for each in query.terms}
    quotes = Assistant(library, embedder).ask(f"What was signed on {day}?").quotes
    assert "9 March 2024" in quotes[0].quote


def test_a_day_that_no_document_holds_is_not_found(library: Library, embedder: ReaderEmbedder) -> None:
    query = parse_query("What was signed on 2024-03-10?", library, embedder)
    assert not any("2024-03-10" in term.stems and term.code for term in query.terms)


@pytest.mark.parametrize("unit", ["m2", "m²", "square metres", "metros cuadrados", "кв. м"])
def test_a_unit_is_found_in_words_and_signs(library: Library, embedder: ReaderEmbedder, unit: str) -> None:
    query = parse_query(f"How large is the mill house in {unit}?", library, embedder)
    assert any("m2" in term.stems for term in query.terms)
    assert "84 square metres" in Assistant(library, embedder).search(f"How large is it in {unit}?", 1)[0].text


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_names_and_phrases_meet_composed_or_not(
    library: Library, embedder: ReaderEmbedder, form: str, written: str
) -> None:
    """As macOS names files, and as a keyboard types."""

    def put(text: str) -> str:
        return unicodedata.normalize(written, text)

    name = unicodedata.normalize(form, "Résumé й.txt")
    text = unicodedata.normalize(form, "The café plays the bassoon. Its lamp is copper.")
    file_away(library, name, text, "en", embedder)
    library.follow()
    search = Assistant(library, embedder).search
    assert [each.source for each in search(put('bassoon file:"Résumé й"'))] == [name]
    assert [each.source for each in search(put("bassoon file:résumé"))] == [name]
    assert [each.source for each in search(put('the "café plays"'))] == [name]
    assert name not in [each.source for each in search(put("bassoon lamp -café"))]


def test_a_language_that_the_embedder_does_not_know_is_left_alone(library: Library) -> None:
    embedder = ReaderEmbedder()
    embedder.card = replace(embedder.card, trust_by_language={"": 0.0, "es": 1.0, "ru": 1.0})
    assert correct_spelling("the depsoit of the mill huose", library, embedder).text == "the depsoit of the mill huose"


def test_where_every_noun_has_a_capital_nouns_are_put_right(library: Library, embedder: ReaderEmbedder) -> None:
    text = "Die Glocke der Kirche hängt im Turm. Den Schlüssel verwahrt der Küster Anton Hartmann."
    file_away(library, "glocke.md", text, "de", embedder)
    library.follow()
    assert correct_spelling("Wo hängt die Glokce der Kirche?", library, embedder).shown == (
        "Wo hängt die Glocke der Kirche?"
    )
    named = "Hat der Küster Anton Hartmnan den Schlüssel?"
    assert correct_spelling(named, library, embedder).text == named
