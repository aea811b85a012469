"""The picture of how an answer came about."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from rag.types import Answer, AnswerStatus
from ui.python.explanation import explain


def test_each_step_leads_to_what_it_rests_on(answer: Answer) -> None:
    made = explain(answer)
    lines = str(made).splitlines()
    assert lines[0] == "Who was the miller?"
    assert lines[1] == "answered · confidence 0.87 · retrieve 0.02 s · prose 1.50 s"
    assert [line for line in lines if not line.startswith(" ")][2:] == [
        "Found: 1 passages",
        "Quoted: 1",
        "Written: 3 sentences",
    ]
    assert "supported · 0.90: He was called Tobias Wren." in lines[-3]
    assert "not in your documents" in lines[-1]
    drawn = ElementTree.fromstring(made.svg)
    paths = drawn.findall("{http://www.w3.org/2000/svg}path")
    assert len(paths) == 2  # passage to quote, quote to the sentence that rests on it
    assert made._repr_html_() == made.svg and made.seconds == {"retrieve": 0.02, "prose": 1.5}


def test_a_passage_that_ratings_moved_says_so(answer: Answer) -> None:
    assert "you rated" not in str(explain(answer))
    for opinion, said in (
        (1, "moved up: you rated a like answer good"),
        (-1, "moved down: you rated a like answer bad"),
    ):
        moved = replace(answer, passages=tuple(replace(each, opinion=opinion) for each in answer.passages))
        assert said in str(explain(moved)) and said[:8] in explain(moved).svg


def test_hostile_words_stay_words(answer: Answer) -> None:
    made = explain(replace(answer, question="</text><script>alert(1)</script>\x1b[2J"))
    ElementTree.fromstring(made.svg)
    assert "<script" not in made.svg and "\x1b" not in made.svg


def test_an_answer_without_a_search_is_explained_too() -> None:
    made = explain(Answer("Hello!", AnswerStatus.TOLD, 1.0, reply="Hello."))
    ElementTree.fromstring(made.svg)
    assert str(made).splitlines() == ["Hello!", "told · confidence 1.00"]
