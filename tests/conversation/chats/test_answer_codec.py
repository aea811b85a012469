"""Answers as text and back: nothing lost, nothing that a newer or an older Oaken wrote breaks it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.chats.answer_codec import dump, load
from rag.errors import LibraryError
from rag.types import (
    Answer,
    AnswerStatus,
    AnswerVerdict,
    Citation,
    Claim,
    FileRecord,
    FileStamp,
    Outcome,
    Passage,
    QuotePart,
    WindowBudget,
)

# File names may hold halves of characters: those that stand for the bytes of a name that is not UTF-8.
letters = st.text(st.characters(exclude_categories=["Cs"]) | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF))
numbers = st.floats(allow_nan=False, allow_infinity=False)
sections = st.lists(letters, max_size=2).map(tuple)
pages = st.none() | st.integers()
spans = st.tuples(st.integers(), st.integers())
citations = st.builds(
    Citation,
    letters,
    letters,
    pages,
    sections,
    st.integers(),
    st.integers(),
    letters,
    numbers,
    st.lists(st.builds(QuotePart, letters, st.integers(), st.integers()), max_size=2).map(tuple),
    st.lists(spans, max_size=2).map(tuple),
    st.none() | spans,
)
claims = st.builds(
    Claim,
    letters,
    st.booleans(),
    numbers,
    st.lists(citations, max_size=2).map(tuple),
    st.lists(citations, max_size=1).map(tuple),
    st.booleans(),
    st.lists(letters, max_size=1).map(tuple),
)
passages = st.builds(
    Passage,
    document_id=letters,
    source=letters,
    text=letters,
    start=st.integers(),
    end=st.integers(),
    page=pages,
    section=sections,
    language=letters,
    score=numbers,
    chunk_ids=st.lists(letters, max_size=2).map(tuple),
    ranks=st.dictionaries(letters, st.integers(), max_size=2),
)
budgets = st.builds(
    WindowBudget,
    prompt_tokens=st.integers(),
    window=st.integers(),
    reserved=st.integers(),
    used=sections,
    dropped=sections,
    turns=st.integers(),
    dropped_turns=st.integers(),
)
records = st.builds(
    FileRecord,
    id=letters,
    source=letters,
    root=letters,
    path=letters,
    stamp=st.builds(FileStamp, st.integers(), st.integers(), letters),
    outcome=st.sampled_from(Outcome),
    reason=letters,
    media_type=letters,
    language=letters,
    pages=pages,
    chunks=st.integers(),
    seconds=numbers,
    ingested_at=letters,
    reader_fingerprint=letters,
)
answers = st.builds(
    Answer,
    question=letters,
    status=st.sampled_from(AnswerStatus),
    confidence=numbers,
    quotes=st.lists(citations, max_size=2).map(tuple),
    claims=st.lists(claims, max_size=2).map(tuple),
    passages=st.lists(passages, max_size=2).map(tuple),
    prompt_tokens=st.integers(),
    window=st.integers(),
    timings=st.dictionaries(letters, numbers, max_size=2),
    note=letters,
    budget=st.none() | budgets,
    reply=letters,
    documents=st.lists(records, max_size=2).map(tuple),
    evidence=letters,
    short=st.none() | citations,
    verdict=st.sampled_from(AnswerVerdict),
)


def test_a_renamed_field_keeps_its_stored_name() -> None:
    record = FileRecord("1", "a.md", "/", "a.md", FileStamp(1, 2), Outcome.INDEXED, reader_fingerprint="12345678")
    text = dump(Answer("What is here?", AnswerStatus.TOLD, 1.0, documents=(record,)))
    assert '"reader":"12345678"' in text and "reader_fingerprint" not in text
    assert load(text).documents == (record,)


@given(answers)
def test_an_answer_comes_back_as_it_was(answer: Answer) -> None:
    text = dump(answer)
    assert load(text) == answer
    assert text.encode().decode() == text


@given(answers)
def test_what_a_newer_oaken_wrote_besides_is_passed_over(answer: Answer) -> None:
    def more(value: object) -> object:
        if isinstance(value, dict):
            return {key: more(each) for key, each in value.items()} | {"of tomorrow": [1]}
        return [more(each) for each in value] if isinstance(value, list) else value

    row = json.loads(dump(answer))
    timings, ranks = row.pop("timings"), [each.pop("ranks") for each in row["passages"]]
    row = more(row)
    row["timings"] = timings
    for each, own in zip(row["passages"], ranks, strict=True):
        each["ranks"] = own
    assert load(json.dumps(row)) == answer


def test_what_an_older_oaken_did_not_know_has_its_default() -> None:
    assert load('{"status": "quoted"}') == Answer("", AnswerStatus.QUOTED, 0.0)
    held = load(
        '{"status": "told", "budget": {"window": 2048}, "claims": [{}],'
        ' "documents": [{"source": "a.txt", "outcome": "indexed"}]}'
    )
    assert held.budget == WindowBudget(0, 2048, 0)
    assert held.documents[0].stamp == FileStamp(0, 0)
    assert held.claims == (Claim("", False, 0.0),) and not held.claims[0].translated


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",  # every answer has a status
        "[]",
        "null",
        '{"status": "dreamt"}',
        '{"quotes": {"0": {}}}',
        '{"quotes": ["words"]}',
        '{"question": 1}',
        '{"timings": []}',
        '{"timings": {"all": "long"}}',
        '{"status": "told", "confidence": NaN}',
        '{"status": "told", "timings": {"all": Infinity}}',
        '{"status": "quoted", "quotes": [{"score": 1e999}]}',
        '{"status": "told", "confidence": 1%s}' % ("0" * 400),
        "[" * 100_000,
    ],
)
def test_text_that_is_no_answer_says_so(text: str) -> None:
    with pytest.raises(LibraryError, match="cannot be read") as caught:
        load(text)
    assert caught.value.hint
