"""Citations, passages and answers as scripts see them."""

from __future__ import annotations

import json

from rag.serialize import answer_json, citation_json, passage_json
from rag.types import Answer, AnswerStatus, Change, Citation, Claim, Comparison, Passage

CITATION = Citation("d1", "docs/mill.txt", 4, ("The mill", "People"), 10, 14, "Wren", 0.123456)
PASSAGE = Passage("d1", "docs/mill.txt", "Tobias Wren", 3, 14, None, (), "en", 0.98765, ("c1",), {"words": 1})
QUOTE_KEYS = ["source", "document_id", "page", "section", "start", "end", "quote", "score"]
QUOTE_KEYS += ["kind", "parts", "marks", "items"]
RESULT_KEYS = ["rank", "score", "source", "document_id", "page", "section", "start", "end", "text", "opinion"]
ANSWER_KEYS = ["question", "status", "confidence", "quotes", "claims", "passages", "prompt_tokens", "timings"]
ANSWER_KEYS += [
    "budget",
    "reply",
    "documents",
    "unwritten",
    "short",
    "verdict",
    "corrected",
    "sources",
    "comparison",
    "indexing",
]  # later ones at the end


def test_a_citation_as_scripts_see_it() -> None:
    row = citation_json(CITATION)
    assert list(row) == QUOTE_KEYS and row["section"] == ["The mill", "People"] and row["score"] == 0.1235


def test_a_search_result_as_scripts_see_it() -> None:
    row = passage_json(PASSAGE, 2)
    assert list(row) == RESULT_KEYS and row["rank"] == 2 and row["score"] == 0.9877 and row["section"] == []


def test_an_answer_as_scripts_see_it() -> None:
    claim = Claim("He was Wren.", True, 0.77777, (CITATION,))
    answer = Answer(
        "Who?", AnswerStatus.ANSWERED, 0.5, (CITATION,), (claim,), (PASSAGE,), 99, 512, {"quote": 0.123456}, "x"
    )
    row = json.loads(json.dumps(answer_json(answer)))
    assert list(row) == ANSWER_KEYS
    assert row["status"] == "answered" and row["prompt_tokens"] == 99 and row["timings"] == {"quote": 0.1235}
    assert list(row["claims"][0]) == [
        "text",
        "supported",
        "score",
        "citations",
        "conflict",
        "translated",
        "unchecked",
        "numbers",
    ]
    assert row["claims"][0]["citations"] == row["sources"] and list(row["sources"][0]) == QUOTE_KEYS
    assert row["quotes"] == [row["sources"][0] | {"numbers": [1]}] and row["claims"][0]["numbers"] == [1]
    assert [each["rank"] for each in row["passages"]] == [1]


def test_a_comparison_names_its_quotes_by_their_places() -> None:
    compared = Comparison(("a (2021)", "b"), (Change(0, None),))
    row = json.loads(json.dumps(answer_json(Answer("?", AnswerStatus.TOLD, 1.0, (CITATION,), comparison=compared))))
    assert row["comparison"] == {"sides": ["a (2021)", "b"], "changes": [{"first": 0, "second": None}]}
