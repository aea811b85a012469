"""The reader of short answers: its tokens, its file, its graph, and made-up questions in languages it knows or not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embedding.bert import Linear
from rag.embedding.graph import write_graph
from rag.embedding.packed_e5 import read_packed
from rag.embedding.registry import E5, weights_of
from rag.embedding.session import open_session
from rag.embedding.span_reader import (
    ADAPTERS,
    ALL_TOKENS,
    OnnxSpanReader,
    PairTokenizer,
    corrected,
    read_adapters,
    units,
)
from rag.embedding.tokenizers import SentencePieceTokenizer
from rag.retrieval.short_answer import short_answer


@settings(deadline=None)
@given(st.text(max_size=80))
def test_units_hold_all_that_is_no_space_in_order_and_no_word_is_cut(text: str) -> None:
    spans = units(text)
    assert "".join(text[a:b] for a, b in spans) == regex.sub(r"\s+", "", text)
    assert all(a < b <= c for (a, b), (c, _) in pairwise(spans))


def test_units_are_words_numbers_and_signs() -> None:
    text = "In the U.S. a 13-year-old paid $1,234.50 (20%), «Мир» 東京は"
    found = [text[a:b] for a, b in units(text)]
    assert found == [
        "In", "the", "U.S", ".", "a", "13-year-old", "paid", "$", "1,234.50", "(", "20", "%", ")", ",", "«", "Мир", "»",
        "東", "京", "は",
    ]  # fmt: skip


def test_the_file_is_small_and_holds_nothing_that_must_be_executed() -> None:
    assert ADAPTERS.stat().st_size < 2_000_000
    adapters = read_adapters()
    assert all(array.dtype != object for array in adapters.values())


@pytest.fixture(scope="module")
def reader(models: Path) -> OnnxSpanReader:
    return OnnxSpanReader.open(models, threads=1)


@pytest.fixture(scope="module")
def tokenizer(reader: OnnxSpanReader, models: Path) -> PairTokenizer:
    (folder,) = (models / "prepared").glob("span-reader-*")
    return PairTokenizer(SentencePieceTokenizer.open(folder))


pytestmark = pytest.mark.real


def test_the_tokens_of_a_unit_are_its_own_and_a_long_text_is_cut_off(tokenizer: PairTokenizer) -> None:
    ids, held, places = tokenizer.pair("Why?", "It was (so) cold.")
    assert len(held) == len(places) == 7
    assert [first for first, _ in places[1:]] == [last + 1 for _, last in places[:-1]]
    assert places[-1][1] == len(ids) - 2
    ids, held, places = tokenizer.pair("Why? " * 100, "word " * 300)
    assert len(ids) <= ALL_TOKENS + 1
    assert len(held) == len(places) < 300


def test_a_sentence_reads_the_same_whatever_is_read_with_it(reader: OnnxSpanReader) -> None:
    sentence = "The lighthouse was built in 1911."
    (alone,) = reader.read("When was it built?", [sentence])
    _, beside = reader.read("When was it built?", ["The mill stands below the old weir, by the river. " * 3, sentence])
    assert alone.units == beside.units
    np.testing.assert_allclose(alone.begins, beside.begins, atol=1e-3)
    assert reader.read("When was it built?", []) == []


def test_the_graph_in_bytes_reads_nearly_as_in_floats(
    reader: OnnxSpanReader, tokenizer: PairTokenizer, tmp_path: Path
) -> None:
    model, _ = read_packed(weights_of(E5.name))
    adapters = read_adapters()
    head = Linear(adapters["head.weight"], adapters["head.bias"])
    write_graph(corrected(model, adapters), tmp_path, bits=None, head=head)
    exact = OnnxSpanReader(tokenizer, open_session(tmp_path / "model.onnx", 1))
    for question, sentence in (("When was it built?", "It was built in 1911."), ("¿Quién?", "La abrió Rosa Ferrer.")):
        (one,), (other,) = exact.read(question, [sentence]), reader.read(question, [sentence])
        assert one.begins.argmax() == other.begins.argmax()
        assert one.ends.argmax() == other.ends.argmax()


CASES = [
    ("en", "When was the lighthouse built?", "The lighthouse of Aldergrove was built in 1911 by two brothers.", "1911"),
    ("en", "Who built the bridge?", "The bridge was built by Martha Finch in the spring of 1902.", "Martha Finch"),
    ("en", "How many paddles does the wheel have?", "The wheel of the mill has twenty-four paddles.", "twenty-four"),
    ("en", "Where is the archive kept?", "Since the fire the archive is kept in Porto.", "Porto"),
    ("en", "How much does an adult ticket cost?", "An adult ticket costs £12.50, and children pay half.", "£12.50"),
    ("en", "Which port does the server use?", "Unless told otherwise the server listens on port 8443.", "8443"),
    ("es", "¿Cuándo se construyó el faro?", "El faro de Cerro Alto se construyó en 1911.", "1911"),
    ("es", "¿Quién fundó la panadería?", "La panadería fue fundada por Rosa Ferrer en 1950.", "Rosa Ferrer"),
    ("es", "¿Cuántas habitaciones tiene el hotel?", "El hotel tiene 42 habitaciones y un jardín.", "42"),
    ("es", "¿Dónde nació la autora?", "La autora nació en Sevilla y murió en Madrid.", "Sevilla"),
    ("ru", "Когда построили маяк?", "Маяк на мысе построили в 1911 году.", "1911"),
    ("ru", "Кто основал школу?", "Школу основала Анна Петрова в 1950 году.", "Анна Петрова"),
    ("ru", "Сколько комнат в гостинице?", "В гостинице 42 комнаты и сад.", "42"),
    ("ru", "Где хранится архив?", "После пожара архив хранится в Казани.", "Казани"),
    ("de", "Wer hat die Brücke gebaut?", "Die Brücke wurde 1902 von Martha Finch gebaut.", "Martha Finch"),
    ("fr", "Combien de chambres a l'hôtel ?", "L'hôtel a 42 chambres et un jardin.", "42"),
    ("it", "Quando fu costruito il faro?", "Il faro fu costruito nel 1911 da due fratelli.", "1911"),
]


@pytest.mark.parametrize(("language", "question", "sentence", "words"), CASES)
def test_a_few_words_answer(reader: OnnxSpanReader, language: str, question: str, sentence: str, words: str) -> None:
    span = short_answer(question, language, [sentence], reader)
    assert span is not None
    assert words in sentence[span.start : span.end]
    assert len(sentence[span.start : span.end]) <= len(words) + 12
