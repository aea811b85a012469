"""An answer judged: each rule, on answers made for it."""

from __future__ import annotations

from rag.answer.assistant import Assistant
from rag.evaluation.evaluate import QuestionResult, evaluate, judge
from rag.evaluation.questions import LabelledQuestion
from rag.library.library import Library
from rag.types import Answer, AnswerStatus, Citation, Claim, Passage, Turn
from tests.doubles import BagEmbedder
from tests.evaluation.questions import passage, quote


def asked(
    *answers: str, source: str | None = "guide/a.md", also: tuple[str, ...] = (), need: tuple[str, ...] = ()
) -> LabelledQuestion:
    return LabelledQuestion("1", "en", "x?", answers, source, "fact", need, also)


def judged(
    question: LabelledQuestion,
    library: Library,
    *,
    status: AnswerStatus = AnswerStatus.QUOTED,
    quotes: tuple[Citation, ...] = (),
    passages: tuple[Passage, ...] = (),
    claims: tuple[Claim, ...] = (),
    prose: bool = False,
) -> QuestionResult:
    answer = Answer("x?", status, 0.123456, quotes, claims, passages)
    return judge(question, answer, library, prose=prose)


def test_the_right_file_is_looked_for_in_the_first_three_passages(library: Library) -> None:
    others = (passage("/x/other.md", "no"),) * 3
    right = passage("/x/guide/a.md", "no")
    assert judged(asked("long enough text"), library, passages=(*others[:2], right)).measured["source3"] == 1.0
    fourth = judged(asked("long enough text"), library, passages=(*others, right))
    assert fourth.measured["source3"] == 0.0 and fourth.rank == 4
    also = asked("long enough text", source="guide/b.md", also=("x/guide/a.md",))
    assert judged(also, library, passages=(right,)).measured["source3"] == 1.0
    assert "source3" not in judged(asked("long enough text", source=None), library, passages=(right,)).measured


def test_the_text_counts_in_the_first_three_passages_of_any_file(library: Library) -> None:
    held = passage("/x/other.md", "So it is LONG `enough` text.")
    empty = passage("/x/other.md", "no")
    assert judged(asked("long enough text"), library, passages=(empty, empty, held)).measured["passage3"] == 1.0
    assert judged(asked("long enough text"), library, passages=(empty,) * 3 + (held,)).measured["passage3"] == 0.0


def test_a_short_answer_counts_in_a_right_file_alone(library: Library) -> None:
    elsewhere, there = quote("/x/other.md", "It is 15."), quote("/x/guide/a.md", "It is 15.")
    assert not judged(asked("15"), library, quotes=(elsewhere,)).quoted
    assert judged(asked("15"), library, quotes=(elsewhere, there)).quoted
    assert judged(asked("15", source=None), library, quotes=(elsewhere,)).quoted
    assert judged(asked("123456789012"), library, quotes=(quote("/x/other.md", "no 123456789012"),)).quoted, (
        "12 letters"
    )
    assert not judged(asked("12345678901"), library, quotes=(quote("/x/other.md", "no 12345678901"),)).quoted


def test_first_is_the_first_quote_alone(library: Library) -> None:
    no, yes = quote("/x/guide/a.md", "no"), quote("/x/guide/a.md", "fourteen stops")
    assert judged(asked("fourteen stops"), library, quotes=(yes, no)).measured["first"] == 1.0
    late = judged(asked("sixteen", "fourteen stops"), library, quotes=(no, yes)).measured
    assert late["first"] == 0.0 and late["quoted"] == 1.0


def test_what_is_refused_is_not_quoted_but_held(library: Library) -> None:
    said = judged(
        asked("fourteen stops"), library, status=AnswerStatus.NOT_FOUND, quotes=(quote("a", "fourteen stops"),)
    )
    assert said.refused and not said.quoted and said.measured["first"] == 0.0 and said.measured["held"] == 1.0


def test_all_that_is_needed_may_be_spread_over_the_quotes(library: Library) -> None:
    quotes = (quote("/x/guide/a.md", "First **mix**."), quote("/x/guide/a.md", "Then bake."))
    assert judged(asked("mix", need=("mix", "then bake")), library, quotes=quotes).measured["complete"] == 1.0
    assert judged(asked("mix", need=("mix", "cool")), library, quotes=quotes).measured["complete"] == 0.0
    assert "complete" not in judged(asked("mix"), library, quotes=quotes).measured


def test_words_confidence_and_validity(library: Library) -> None:
    found = judged(asked("x" * 12), library, quotes=(quote("a", "one two"), quote("a", " three\nfour "))).measured
    assert found["words"] == 4.0 and found["confidence"] == 0.1235 and found["valid"] == 0.0


def test_only_supported_claims_answer_and_only_prose_is_asked_for_them(library: Library) -> None:
    claims = (Claim("It has fourteen stops.", False, 0.1), Claim("It is red.", True, 0.9))
    assert judged(asked("fourteen stops"), library, claims=claims, prose=True).measured["answered"] == 0.0
    supported = (Claim("It has fourteen stops.", True, 0.9),)
    assert judged(asked("fourteen stops"), library, claims=supported, prose=True).measured["answered"] == 1.0
    assert "answered" not in judged(asked("fourteen stops"), library, claims=supported).measured


def test_nothing_is_right_for_what_no_document_answers(library: Library) -> None:
    found = judged(asked(source=""), library, quotes=(quote("/x/a.md", "text"),), passages=(passage("/x/a.md", "t"),))
    assert found.rank is None and not found.quoted and "source3" not in found.measured
    assert found.measured["held"] == 0.0


def test_questions_are_asked_with_their_history(library: Library) -> None:
    history = (Turn("user", "How many stops does the tram have?"), Turn("assistant", "fourteen stops"))
    question = LabelledQuestion(
        "2", "en", "And who is its director?", ("Ada Lamb",), "tram.md", "follow_up", history=history
    )
    (result,) = evaluate(Assistant(library, BagEmbedder()), [question])
    assert result.rank == 1 and result.quoted and result.valid
