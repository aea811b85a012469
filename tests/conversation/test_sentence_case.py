"""A title in capitals is written as its document's text writes its words."""

from __future__ import annotations

import pytest

from rag.conversation.sentence_case import is_shouted, sentence_case


@pytest.mark.parametrize(
    ("title", "text", "language", "cased"),
    [
        ("HOUSE RULES", "The rules of the house.", "en", "House rules"),
        ("RULES FOR MILL LANE", "These rules hold.", "en", "Rules for Mill Lane"),
        ("REPORT TO UNESCO", "We report to UNESCO.", "en", "Report to Unesco"),
        ("HAUSORDNUNG UND RUHEZEITEN", "Die Hausordnung regelt Ruhezeiten.", "de", "Hausordnung und Ruhezeiten"),
        ("Quiet hours", "", "en", "Quiet hours"),
        ("NATO", "", "en", "NATO"),
    ],
)
def test_words_are_written_as_in_the_text(title: str, text: str, language: str, cased: str) -> None:
    assert sentence_case(title, text, language) == cased


def test_an_abbreviation_is_not_shouted() -> None:
    assert is_shouted("HOUSE RULES") and not is_shouted("NATO") and not is_shouted("House rules") and not is_shouted("")
