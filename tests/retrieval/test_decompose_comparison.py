"""A comparison is told by its words, and taken apart into a question for either side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.interfaces import Vectors
from rag.retrieval.decompose_comparison import asks_to_compare, comparison_parts, own_words, whole_name
from rag.text.analyzer import words


@pytest.mark.parametrize(
    ("language", "question", "first", "second"),
    [
        ("en", "How do rye bread and spelt bread differ?", "rye bread", "spelt bread"),
        (
            "en",
            "What's the difference between the rent of the attic and the cellar?",
            "rent of the attic",
            "rent of the cellar",
        ),
        ("en", "Which is taller, the oak or the ash?", "the oak", "the ash"),
        ("en", "Is the old mill bigger than the new barn?", "the old mill", "the new barn"),
        ("en", "granite or slate: which is heavier?", "granite", "slate"),
        ("es", "¿En qué se diferencia el pino del abeto?", "el pino", "abeto"),
        ("es", "¿Cuál es más barato, el tren o el autobús?", "el tren", "el autobús"),
        ("es", "¿Es el río más ancho que el canal?", "el río", "el canal"),
        ("ru", "Чем рысь отличается от пумы?", "рысь", "пумы"),
        ("ru", "Что тяжелее, гранит или сланец?", "гранит", "сланец"),
        ("ru", "Дуб выше ясеня?", "Дуб", "ясеня"),
    ],
)
def test_two_sides_are_recognised(language: str, question: str, first: str, second: str) -> None:
    found = comparison_parts(question, language)
    assert found is not None
    one, other = found.names
    assert one.endswith(first) and other.endswith(second)
    for side, ways, left_out in zip((first, second), found.sides, (second, first), strict=True):
        asked = found.question(ways[-1])
        assert set(words(ways[-1])) <= set(words(side)) and ways[-1] in asked
        assert not own_words(left_out, side, language) & set(words(asked))


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Who runs the pub and brewery?"),
        ("en", "Who is the owner or the manager of the pub?"),
        ("en", "Can I come earlier than nine?"),
        ("en", "Is the rent more than 500 euros?"),
        ("en", "What makes eels different from all other fish?"),
        ("en", "How do I compare two files?"),
        ("en", "How does it differ from the old one?"),
        ("en", "What is the difference between the two leases?"),
        ("es", "¿Hay más de dos salas o cursos?"),
        ("es", "¿Cuál es la ciudad más grande que no tiene tren?"),
        ("es", "¿Quién lleva el bar y la tienda?"),
        ("ru", "Можно ли прийти раньше срока?"),
        ("ru", "Кто и когда открыл пекарню?"),
        ("ru", "С чем связаны более длительные периоды роста?"),
        ("fr", "Quelle est la différence entre A et B ?"),
        ("en", ""),
    ],
)
def test_what_compares_nothing_is_left_alone(language: str, question: str) -> None:
    assert comparison_parts(question, language) is None


_PIECES = [
    "which is ",
    "cheaper",
    ", ",
    "the barn",
    " or ",
    " and ",
    "difference between ",
    " than ",
    "is ",
    "чем ",
    "?",
    "{}",
    "más ",
]


@given(
    st.text(max_size=80) | st.lists(st.sampled_from(_PIECES)).map("".join), st.sampled_from(["en", "es", "ru", "de"])
)
def test_sides_are_made_of_the_words_asked(question: str, language: str) -> None:
    found = comparison_parts(question, language)
    if found is not None:
        for ways in found.sides:
            for way in ways:
                assert words(way) and set(words(way)) <= set(words(question)) and way in found.question(way)


@pytest.mark.parametrize(
    ("language", "question", "compares"),
    [
        ("en", "Compare the two leases", True),
        ("en", "What is the difference between a.pdf and b.pdf?", True),
        ("en", "What do the two reports have in common?", True),
        ("en", "Who signed the lease of the compartment?", False),
        ("de", "Vergleiche die beiden Verträge", True),
        ("de", "Worin unterscheiden sich die Verträge?", True),
        ("de", "Wer hat den Vertrag unterschrieben?", False),
        ("es", "Compara los dos contratos", True),
        ("es", "¿Qué diferencias hay entre los contratos?", True),
        ("es", "¿Quién firmó el contrato?", False),
        ("ru", "Сравни два договора", True),
        ("ru", "В чём разница между договорами?", True),
        ("ru", "Кто подписал договор?", False),
        ("fr", "Compare les deux contrats", False),
    ],
)
def test_a_question_that_asks_to_compare(language: str, question: str, *, compares: bool) -> None:
    assert asks_to_compare(question, language) is compares


NEAR = {"old": 0, "new": 0, "cat": 1, "dog": 1, "alte": 0, "neue": 0, "nuevo": 0, "antiguo": 0, "gatos": 1, "perros": 1}


def by_kind(texts: Sequence[str]) -> Vectors:
    """Vectors of words that are near to others of their kind: 0 attributes, 1 animals, 2 the rest."""
    return np.eye(3, dtype=np.float32)[[NEAR.get(text, 2) for text in texts]]


@pytest.mark.parametrize(
    ("side", "other", "language", "whole"),
    [
        ("the old", "the new lease", "en", "the old lease"),
        ("the cat", "the small dog", "en", "the cat"),
        ("the rent", "the deposit", "en", "the rent"),
        ("the", "the new lease", "en", "the"),
        ("der alte", "der neue Mietvertrag", "de", "der alte Mietvertrag"),
        ("el nuevo", "el contrato antiguo", "es", "el contrato nuevo"),
        ("gatos", "perros grandes", "es", "gatos"),
    ],
)
def test_a_side_that_leaves_its_noun_to_the_other_is_named_with_it(
    side: str, other: str, language: str, whole: str
) -> None:
    assert whole_name(side, other, language, by_kind) == whole
