import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.model.local.client import LlamaCpp
from rag.model.worker.constrained import VerbatimConstraint
from rag.types import Prompt, Sampling, Turn

END = 0
PIECES = [bytes([n]) for n in range(256)] + [b" the", b"The", b" quay", b", and", " в".encode(), " año".encode()]
TOKENS = {piece: number for number, piece in enumerate(PIECES, 1)}
CLAUSES = st.lists(
    st.sampled_from(["The tram", "opened in 1,911", "on the quay", "в 1911 году", "el año", "3.5 km", "«Ока»"]),
    min_size=1,
    max_size=4,
)


def written(texts: list[str], seed: int, *, to_end: bool = False) -> str:
    """What comes of random logits."""
    verbatim = VerbatimConstraint(texts, TOKENS, {END}, to_end=to_end)
    draws = np.random.default_rng(seed)
    data = b""
    for _ in range(1 + sum(len(f" {text}".encode()) for text in texts)):
        token = verbatim.draw(draws.standard_normal(len(PIECES) + 1).astype(np.float32))
        if token == END:
            return data.decode()
        data += PIECES[token - 1]
    raise AssertionError("it does not end")


@settings(deadline=None)
@given(st.lists(CLAUSES, min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_only_whole_clauses_of_one_of_the_texts_are_written(clauses: list[list[str]], seed: int) -> None:
    texts = [", ".join(each) + "." for each in clauses]
    said = written(texts, seed).strip()
    assert said
    runs = [
        ", ".join(each[begin:end]) + ("." if end == len(each) else "")
        for each in clauses
        for begin in range(len(each))
        for end in range(begin + 1, len(each) + 1)
    ]
    assert said in runs


def test_the_likeliest_clause_is_written_and_a_full_stop_within_is_no_end() -> None:
    text = "After Mr. Hill left, the tram opened, and nobody came."
    verbatim = VerbatimConstraint([text], TOKENS, {END})
    said = b""
    while True:
        logits = np.zeros(len(PIECES) + 1, dtype=np.float32)
        logits[TOKENS[b" the"]] = 2.0
        logits[END] = 1.0
        if (token := verbatim.draw(logits)) == END:
            break
        said += PIECES[token - 1]
    assert said == b" the tram opened"


@settings(deadline=None)
@given(st.lists(CLAUSES, min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_to_the_end_of_its_text(clauses: list[list[str]], seed: int) -> None:
    texts = [", ".join(each) + "." for each in clauses]
    said = written(texts, seed, to_end=True).strip()
    assert said in [", ".join(each[begin:]) + "." for each in clauses for begin in range(len(each))]


@pytest.mark.real
@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The tram line, planned for years, opened in 1911 between the quay and mill.", "Write a poem about the sea."),
        ("Трамвай, о котором говорили годами, пустили в 1911 году.", "Напиши стихи о море."),
    ],
)
def test_the_model_writes_what_stands_there(model: LlamaCpp, text: str, question: str) -> None:
    tokens = model.encode([Turn("user", f"{text}\n\n{question}")])
    prompt = Prompt((), tokens, model.card.window, 64, verbatim=(text,))
    said = "".join(model.stream(prompt, Sampling(max_tokens=64)))
    assert said
    assert said in text
    free = "".join(model.stream(Prompt((), tokens, model.card.window, 64), Sampling(max_tokens=64)))
    assert free not in text  # or this test could not fail
