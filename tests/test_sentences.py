from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentences


def cut(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["The mill was built in 1884.", "It stands by the river."]),
        ("en", ["Dr. Wren met Mrs. Hale at 5 p.m. on Monday.", "They spoke."]),
        ("en", ["See fig. 3 and vol. 2 of the report.", "It is on p. 14."]),
        ("en", ["It cost 3.50 crowns.", "Nobody paid!", "Why not?"]),
        ("en", ['"Is it true?" she asked.', "He nodded."]),
        ("en", ["The firm, Hale & Co., closed.", "J. R. Hale retired."]),
        ("en", ["He waited … and left.", "It rained."]),
        ("es", ["La panadería abre a las 6 a. m. todos los días.", "Cierra el lunes."]),
        ("es", ["El Sr. Sosa vive en la Avda. Mayor.", "¿Desde cuándo?", "Desde 1990."]),
        ("es", ["La reunión fue a las 5 p. m. del 3 de enero.", "¡Qué frío hacía!"]),
        ("es", ["La empresa es Molinos S.A.", "¿Fue bien?"]),
        ("es", ["Véase la pág. 12 y el cap. 3.", "Es breve."]),
        ("ru", ["Маяк построили в 1874 году.", "Его видно за девятнадцать миль."]),
        ("ru", ["См. рис. 3 на стр. 12.", "Там всё видно."]),
        ("ru", ["Это было в 1874 г. на Тихом мысе.", "Шёл дождь."]),
        ("ru", ["Иногда, напр. ночью, свет гас.", "Это правда."]),
        ("ru", ["«Правда?» — спросила она.", "Он кивнул."]),
        ("ru", ["А. С. Лугин жил на ул. Садовой, д. 5.", "Он был смотрителем."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, expected: list[str]) -> None:
    assert cut(" ".join(expected), language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n ", []),
        ("A heading without a stop", ["A heading without a stop"]),
        ("The first paragraph\n\nthe second", ["The first paragraph", "the second"]),
        ("You need:\n- a lamp\n- a rope\n* a hook", ["You need:", "- a lamp", "- a rope", "* a hook"]),
        ("Steps:\n1. Ring the bell.\n2) Wait.", ["Steps:", "1. Ring the bell.", "2) Wait."]),
        ("Day | Opens | Closes\nMonday | 9:00 | 18:00", ["Day | Opens | Closes", "Monday | 9:00 | 18:00"]),
        ("Mr. A. | No. 5. Is it? | Yes.", ["Mr. A. | No. 5. Is it? | Yes."]),  # a row is cited whole
        ("A line that\ngoes on here. The next.", ["A line that\ngoes on here.", "The next."]),
    ],
)
def test_lists_rows_and_paragraphs_end_a_sentence(text: str, expected: list[str]) -> None:
    assert cut(text, "en") == expected


def test_a_language_that_is_not_known_is_cut_all_the_same() -> None:
    assert cut("One is here. Two is there.", "") == cut("One is here. Two is there.", "xx")
    assert len(cut("One is here. Two is there.", "")) == 2


PIECES = st.sampled_from(
    [
        *"Dr. Mr. p. m. рис. стр. S.A. 3 14 1.5 The mill река panadería 漢字。 é e\u0301 🏛️".split(),
        *"¿¡«»\"'“”()[]…—–-,;:.!?|*•",
        *["\n", "\n\n", " ", "  ", "\t", "\u00a0", "\u2028", "\x1c", "- ", "1. ", "2) ", " | "],
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60), st.sampled_from(["en", "es", "ru", "", "zh"]))
def test_spans_are_in_order_apart_trimmed_and_leave_nothing_out(text: str, language: str) -> None:
    spans = sentences(text, language)
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()
