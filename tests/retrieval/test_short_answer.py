"""Short answers: cut from a quote word for word, never within a word, and none where the reader is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.answer.assistant import Assistant
from rag.embedding.span_reader import units
from rag.interfaces import SpanScores
from rag.library.library import Library
from rag.retrieval import confidence as judged
from rag.retrieval import short_answer as module
from rag.retrieval.short_answer import (
    MAX_SENTENCES_READ,
    asks_whether,
    best_span,
    is_in_any_language,
    short_answer,
    short_citation,
)
from rag.types import Citation, QuotePart
from tests.doubles import BagEmbedder
from tests.town import file_away


class Pointing:
    """A reader that is sure of some words where they stand, or of nothing; keeps what it was given."""

    def __init__(self, words: str = "", sure: float = 8.0) -> None:
        self._words = words
        self._sure = sure
        self.read_sentences: list[str] = []

    def read(self, question: str, sentences: Sequence[str]) -> list[SpanScores]:
        self.read_sentences += sentences
        return [self._of(text) for text in sentences]

    def _of(self, text: str) -> SpanScores:
        held = tuple(units(text))
        begins, ends = np.zeros(len(held) + 1, np.float32), np.zeros(len(held) + 1, np.float32)
        at = text.find(self._words) if self._words else -1
        if at < 0:
            begins[0] = ends[0] = self._sure
        else:
            touched = [i for i, (a, b) in enumerate(held, 1) if a < at + len(self._words) and b > at]
            begins[touched[0]] = ends[touched[-1]] = self._sure
        return SpanScores(held, begins, ends)


class Random:
    """A reader that says anything."""

    def __init__(self, seed: int, scale: float) -> None:
        self._random = np.random.default_rng(seed)
        self._scale = scale

    def read(self, question: str, sentences: Sequence[str]) -> list[SpanScores]:
        rows = [tuple(units(text)) for text in sentences]
        return [
            SpanScores(
                row,
                self._random.normal(0, self._scale, len(row) + 1).astype(np.float32),
                self._random.normal(0, self._scale, len(row) + 1).astype(np.float32),
            )
            for row in rows
        ]


def quote(text: str, start: int = 100, **more: object) -> Citation:
    return Citation("d", "a.md", 3, ("Part",), start, start + len(text), text, **more)  # type: ignore[arg-type]


TEXTS = st.text(alphabet=st.sampled_from("ab 1é.,;:()«»“”-'$%\n\tЖя東はก\u0301\u200d?!"), min_size=0, max_size=60)


@settings(deadline=None)  # a busy machine
@given(st.lists(TEXTS, max_size=5), st.integers(0, 99), st.sampled_from((0.1, 3.0, 30.0)))
@example([".", "  ", ""], 0, 1.0)
def test_a_span_lies_in_its_sentence_on_the_edges_of_words(quoted: list[str], seed: int, scale: float) -> None:
    span = best_span("Which one?", quoted, Random(seed, scale))
    if span is None:
        return
    text = quoted[span.sentence]
    assert 0 <= span.start < span.end <= len(text)
    edges = units(text)
    assert span.start in {start for start, _ in edges}
    assert span.end in {end for _, end in edges}
    assert text[span.start : span.end] == text[span.start : span.end].strip()
    assert 0 <= span.confidence <= 1


@settings(deadline=None)  # a busy machine
@given(st.lists(TEXTS, max_size=5), st.integers(0, 99))
def test_what_is_shown_is_what_was_found_or_nothing(quoted: list[str], seed: int) -> None:
    shown = short_answer("Which one?", "en", quoted, Random(seed, 6.0))
    found = best_span("Which one?", quoted[:MAX_SENTENCES_READ], Random(seed, 6.0))
    assert shown is None or (shown == found and shown.confidence >= module.MIN_SHORT_ANSWER_CONFIDENCE)


@settings(deadline=None)  # a busy machine
@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(0, 99))
def test_a_short_citation_slices_the_document(texts: list[str], seed: int) -> None:
    document = "\n\n".join(texts)
    quotes, at = [], 0
    for text in texts:
        quotes.append(quote(text, at))
        at += len(text) + 2
    short = short_citation("Which one?", "en", quotes, Random(seed, 9.0))
    assert short is None or (short.quote and document[short.start : short.end] == short.quote)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The lamp burned until 1952, when it was put out.", "1952"),
        ("Tickets cost £12.50 (children free).", "£12.50"),
        ("Лампа горела до 5 мая 1952 года, потом её погасили.", "5 мая 1952 года"),
        ("La panadería abre a las seis y media.", "a las seis y media"),
        ("It is kept in ~/.gitconfig, which you own.", "~/.gitconfig"),
        ("図書館は九時に開く。", "九時"),
    ],
)
def test_the_words_that_the_reader_points_at_are_shown(sentence: str, words: str) -> None:
    span = short_answer("…?", "", [sentence], Pointing(words))
    assert span is not None
    assert sentence[span.start : span.end] == words


def test_signs_around_the_words_are_left_out_and_the_stop_of_an_abbreviation_is_kept() -> None:
    sentence = "(Built in 1911, in the U.S.A. by hand.)"
    for pointed, shown in (("(Built in 1911,", "Built in 1911"), ("U.S.A.", "U.S.A."), ("by hand.)", "by hand")):
        span = best_span("?", [sentence], Pointing(pointed))
        assert span is not None
        assert sentence[span.start : span.end] == shown
    ended = best_span("?", ["It was built by hand."], Pointing("by hand."))
    assert ended is not None
    assert (ended.start, ended.end) == (13, 20)


def test_nothing_is_shown_where_the_reader_sees_no_answer_or_is_not_sure() -> None:
    sentence = "The lamp burned until 1952, when it was put out."
    assert short_answer("Why?", "en", [sentence], Pointing()) is None
    assert short_answer("When?", "en", [sentence], Pointing("1952", sure=0.5)) is None
    assert short_answer("When?", "en", [], Pointing("1952")) is None
    assert short_answer("When?", "en", ["", " \n"], Pointing("1952")) is None
    assert short_answer("  ", "en", [sentence], Pointing("1952")) is None


@pytest.mark.parametrize(
    ("question", "pointed", "shown"),
    [
        ("When does it open on Saturdays?", "9 a.m. to 2 p.m", True),
        ("When does it open on Saturdays?", "10 a.m. to 7 p.m", False),
        ("When does it open on Saturdays?", "Sundays and Mondays", False),
        ("When does it open on Wednesdays?", "10 a.m. to 7 p.m", True),  # from Tuesday to Friday
        ("When does it open on Sundays?", "Sundays and Mondays", False),  # no moment but the one in the question
        ("When does it open?", "10 a.m. to 7 p.m", True),
        ("When is it closed?", "Sundays and Mondays", True),
    ],
)
def test_a_moment_is_one_of_the_day_asked_about(question: str, pointed: str, *, shown: bool) -> None:
    hours = "It is open Tuesday to Friday from 10 a.m. to 7 p.m. and on Saturday from 9 a.m. to 2 p.m."
    closed = "We are closed on Sundays and Mondays."
    span = short_answer(question, "en", [hours, closed], Pointing(pointed))
    assert (span is not None) is shown


def test_many_words_are_no_short_answer() -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen"
    assert short_answer("What?", "en", [f"They are {words}."], Pointing(words)) is None
    assert short_answer("What?", "en", [f"They are {words}."], Pointing(words.rpartition(" ")[0])) is not None


def test_the_sentence_that_answers_is_found_among_those_of_the_first_quotes() -> None:
    quotes = [quote("The lamp was lit by oil. It was tall."), quote("It burned until 1952.", 900)]
    short = short_citation("Until when?", "en", quotes, Pointing("1952"))
    assert short is not None
    assert (short.start, short.end, short.quote) == (916, 920, "1952")
    assert (short.document_id, short.page, short.section) == ("d", 3, ("Part",))
    assert 0 < short.score <= 1


def test_of_a_long_quote_the_marked_sentences_are_read_and_of_code_nothing() -> None:
    text = "The lamp was lit by oil. It burned until 1952. It was tall."
    marked = quote(text, marks=((125, 146),), parts=(QuotePart("text", 100, 159),), items=(1, 2))
    reader = Pointing("1952")
    short = short_citation("Until when?", "en", [marked], reader)
    assert reader.read_sentences == ["It burned until 1952."]
    assert short is not None
    assert (short.quote, short.parts, short.marks, short.items) == ("1952", (), (), None)
    code = quote("year = 1952", parts=(QuotePart("code", 100, 111),))
    assert short_citation("Which year?", "en", [code], reader) is None


@pytest.mark.parametrize(
    ("language", "question", "whether"),
    [
        ("en", "Can I use a bicycle on the bridge?", True),
        ("en", "Is the mill open on Sundays?", True),
        ("en", "Is it known who built the mill?", False),
        ("en", "Opening hours of the mill", False),
        ("es", "¿Puedo usar la bicicleta en el puente?", True),
        ("es", "¿Qué día abre el molino?", False),
        ("ru", "Можно ли ездить по мосту на велосипеде?", True),
        ("ru", "Во сколько открывается мельница?", False),
        ("fr", "Peut-on traverser le pont à vélo ?", False),
    ],
)
def test_a_yes_or_no_question_is_recognised(language: str, question: str, whether: bool) -> None:
    assert asks_whether(question, language) is whether


def test_to_a_question_of_yes_or_no_the_clause_that_says_it_is_shown() -> None:
    sentence = "The bridge is narrow; bicycles must be pushed (except on Sundays)."
    span = short_answer("Can I cycle over the bridge?", "en", [sentence], Pointing("must be pushed"))
    assert span is not None
    assert sentence[span.start : span.end] == "bicycles must be pushed"
    assert short_answer("Can I cycle over the bridge?", "en", [sentence], Pointing()) is None
    long = "Bicycles must be pushed " + "by their owners and " * 5 + "others."
    assert short_answer("Can I cycle over the bridge?", "en", [long], Pointing("pushed")) is None


@pytest.mark.parametrize(
    ("language", "question", "shown"),
    [
        ("en", "Why did it burn until 1952?", False),
        ("en", "How do I light it?", False),
        ("en", "How long did it burn?", True),
        ("en", "What is the difference between 1952 and 1953?", False),
        ("es", "¿Por qué ardió hasta 1952?", False),
        ("es", "¿Cómo se enciende?", False),
        ("es", "¿Cómo se llama el faro?", True),
        ("ru", "Почему он горел до 1952 года?", False),
        ("ru", "Как его зажечь?", False),
        ("ru", "Как долго он горел?", True),
        ("ru", "Чем он отличается от другого?", False),
    ],
)
def test_reasons_ways_and_comparisons_have_no_short_answer(language: str, question: str, shown: bool) -> None:
    sentence = "The lamp burned until 1952, when it was put out."
    assert (short_answer(question, language, [sentence], Pointing("1952")) is not None) is shown


def test_of_two_quotes_that_answer_the_first_is_taken() -> None:
    quotes = [quote("It burned until 1952."), quote("Others say that it burned until 1952.", 900)]
    short = short_citation("Until when?", "en", quotes, Pointing("1952"))
    assert short is not None
    assert short.start == 116
    other = short_citation("Until when?", "en", [quote("It was tall."), quotes[1]], Pointing("1952"))
    assert other is not None
    assert (other.start, other.quote) == (932, "1952")
    assert other.score < short.score


@pytest.mark.parametrize(("sure", "shown"), [(0.4, False), (0.9, True)])
def test_it_is_shown_only_where_the_answer_is_sure(
    sure: float, shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = BagEmbedder()
    monkeypatch.setattr("rag.retrieval.pipeline.confidence", lambda *_: sure)
    with Library.open(tmp_path / "library", embedder.card) as library:
        file_away(library, "lamp.md", "The lamp burned until 1952, when it was put out.", "en", embedder)
        asked = Assistant(library, embedder, reader=Pointing("1952"))
        answer = asked.ask("When was the lamp put out?", prose=False)
    assert answer.quotes and (answer.short is not None) is shown


@pytest.mark.parametrize(
    ("sentence", "question", "pointed", "clause"),
    [
        ("The library is open on Friday from 10:00 to 18:30.", "Is it open on Friday?", "Friday",
         "The library is open on Friday from 10:00 to 18:30"),
        ("Hours: open on Friday 9–17; closed on Sunday.", "Is it open on Friday?", "Friday", "open on Friday 9–17"),
        ("It is open until 6 p.m. on Friday.", "Is it open on Friday?", "Friday", "It is open until 6 p.m. on Friday."),
    ],
)  # fmt: skip
def test_a_clause_does_not_end_within_a_time_or_after_an_abbreviation(
    sentence: str, question: str, pointed: str, clause: str
) -> None:
    span = short_answer(question, "en", [sentence], Pointing(pointed))
    assert span is not None
    assert sentence[span.start : span.end] == clause


@pytest.mark.parametrize(
    ("language", "words", "readable"),
    [
        ("es", "10:00", True), ("es", "30 días", True), ("es", "el 5 de mayo de 2021", True),
        ("es", "Remedios Vela", True), ("ru", "Афанасий Лугин", True), ("de", "Dr. Ada Lamm", True),
        ("es", "dos mensualidades", False), ("es", "un plazo de 30 días desde la entrega de las llaves", False),
        ("de", "Hunde sind nicht erlaubt", False), ("de", "einen Aufzug", False), ("ru", "девятнадцать миль", False),
    ],
)  # fmt: skip
def test_names_and_quantities_are_read_in_any_language(language: str, words: str, *, readable: bool) -> None:
    assert is_in_any_language(words, language) is readable


@pytest.mark.parametrize(
    ("pointed", "shown"), [("Remedios Vela", True), ("64 puestos", True), ("en el barrio alto", False)]
)
def test_words_of_another_language_are_no_short_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pointed: str, *, shown: bool
) -> None:
    monkeypatch.setattr(judged, "ANSWERED_FROM", 0.0)  # the double knows no second language
    embedder = BagEmbedder()
    text = "El mercado está en el barrio alto, tiene 64 puestos y lo dirige Remedios Vela."
    with Library.open(tmp_path / "library", embedder.card) as library:
        file_away(library, "mercado.md", text, "es", embedder)
        answer = Assistant(library, embedder, reader=Pointing(pointed)).ask(
            "Where is the market with the 64 stalls that is run by Remedios Vela?"
        )
        assert answer.quotes
        assert (answer.short is not None) is shown
        asked = Assistant(library, embedder, reader=Pointing(pointed)).ask(
            "¿Quién dirige el mercado con 64 puestos, Remedios Vela, en el barrio alto?"
        )
        assert asked.short is not None and asked.short.quote == pointed


def test_words_of_another_kind_than_asked_for_are_no_short_answer() -> None:
    held = "Either side may end it with three months' notice; it runs until 31 March 2027."
    for question, pointed, shown in (
        ("When does it end?", "31 March 2027", True),
        ("When does it end?", "Either side", False),
        ("How much does it cost?", "Either side", False),
        ("Where does it end?", "Either side", True),
    ):
        assert (short_answer(question, "en", [held], Pointing(pointed)) is not None) is shown


def test_no_span_runs_from_one_date_to_the_next_across_other_words() -> None:
    held = "The lease begins on 1 April 2024 and runs until 31 March 2027."
    assert (
        short_answer("When does it end?", "en", [held], Pointing("1 April 2024 and runs until 31 March 2027")) is None
    )
    ranged = "The policy runs from 1 April 2024 to 31 March 2025."
    span = short_answer("When does it run?", "en", [ranged], Pointing("1 April 2024 to 31 March 2025"))
    assert span is not None and ranged[span.start : span.end] == "1 April 2024 to 31 March 2025"


def test_neither_the_stop_after_a_date_nor_the_sign_of_a_list_is_shown() -> None:
    held = "It is to be paid by 1 May."
    span = short_answer("When must it be paid?", "en", [held], Pointing("1 May."))
    assert span is not None and held[span.start : span.end] == "1 May"
    rule = "- Barbecues on balconies are forbidden."
    span = short_answer("Can I grill here?", "en", [rule], Pointing("forbidden"))
    assert span is not None and rule[span.start : span.end] == "Barbecues on balconies are forbidden"
