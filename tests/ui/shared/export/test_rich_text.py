"""What is pasted elsewhere: the words of an answer as they are, whatever signs they hold, and nothing that runs."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer, AnswerStatus, Citation, Claim
from tests.ui.quoted import ANSWER, CODE, LIST, ROW
from ui.shared.export.markdown import of_answer
from ui.shared.export.rich_text import as_html, as_text

BOLT = Citation("d", "/home/ann/M400-manual.pdf", 2, ("Torque",), 0, 21, "Crank bolt | 42 Nm * 2", 0.9)


def test_plain_text_has_no_signs_of_markup() -> None:
    said = Answer("?", AnswerStatus.ANSWERED, 0.9, (BOLT,), (Claim("It is 42_Nm [sic].", True, 0.9, (BOLT,)),))
    assert as_text(of_answer(said)) == (
        "It is 42_Nm [sic]. [1]\n\nSources\n\n1. M400-manual.pdf, page 2, Torque: “Crank bolt | 42 Nm * 2”"
    )


def test_a_table_is_cells_between_tabs_and_a_list_keeps_its_numbers() -> None:
    assert as_text("| a | b |\n|---|---|\n| 1 | **2** |") == "a\tb\n1\t2"
    assert as_text("|  |  |\n|---|---|\n| 1 | 2 |") == "1\t2"
    assert as_text("3. a\n   b\n4. c\n   - d") == "3. a\n   b\n4. c\n   - d"
    assert as_text("> - a\n> - b\n\n```\n  code\n```") == "- a\n- b\n\n  code"


def test_what_an_answer_is_drawn_as_is_pasted_so() -> None:
    for quote, tag in ((ROW, "table"), (LIST, "ul"), (CODE, "code")):
        shown = of_answer(replace(ANSWER, quotes=(quote,), claims=(), short=None))
        assert f"<{tag}" in as_html(shown)
        assert re.search(r"\w", as_text(shown)) and not re.search(r"\\|^[>|]", as_text(shown), re.MULTILINE)


@given(st.text("ab <>&*_`[]()!#|~\\-1.\n\"'", max_size=40))
def test_whatever_a_document_says_stays_text(words: str) -> None:
    quote = replace(BOLT, quote=words, end=len(words))
    shown = of_answer(Answer("?", AnswerStatus.QUOTED, 0.9, (quote,)))
    tags = set(re.findall(r"<(\w+)", as_html(shown)))
    assert tags <= {"p", "blockquote", "strong", "em", "ol", "ul", "li", "pre", "code", "br", "table", "thead", "tbody"}
    assert "".join(words.split()) in "".join(as_text(shown).split())
