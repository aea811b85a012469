"""Typing errors in questions about the library; what each language asks is in ``tests/text/languages``."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.about_library.library_questions import parse_library_question
from rag.text.languages import known_languages


@given(st.text(max_size=80))
def test_no_text_whatever_breaks_it(question: str) -> None:
    found = parse_library_question(question)
    assert found is None or found.language in known_languages()
