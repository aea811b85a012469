"""Questions after what changed are told from others by their words, in every language."""

from __future__ import annotations

import pytest

from rag.conversation.comparison.version_question import parse_version_question


@pytest.mark.parametrize(
    ("question", "language", "older", "newer"),
    [
        ("What changed between the old and the new lease?", "en", "the old", "the new lease"),
        ("How does the 2024 lease differ from the 2021 one?", "en", "the 2024 lease", "the 2021 one"),
        ("What is different in the new lease compared to the old one?", "en", "the old one", "the new lease"),
        ("Was hat sich zwischen dem alten und dem neuen Vertrag geändert?", "de", "dem alten", "dem neuen Vertrag"),
        ("¿Qué cambió entre el contrato antiguo y el nuevo?", "es", "el contrato antiguo", "el nuevo"),
        ("Что изменилось в новом договоре по сравнению со старым?", "ru", "старым", "новом договоре"),
        ("lease_2021.md vs lease_2024.md", "en", "lease_2021.md", "lease_2024.md"),
    ],
)
def test_two_sides_the_earlier_one_first(question: str, language: str, older: str, newer: str) -> None:
    parsed = parse_version_question(question)
    assert parsed is not None and parsed.language == language
    assert [side.text for side in parsed.sides] == [older, newer]
    assert all(side.is_qualified for side in parsed.sides)


@pytest.mark.parametrize(
    ("question", "nouns"),
    [
        ("How do the two leases differ?", ("leases",)),
        ("Wie unterscheiden sich die beiden Verträge?", ("verträge",)),
        ("¿En qué se diferencian los dos contratos?", ("contratos",)),
        ("Compare", ()),
        ("What are the main differences?", ()),
    ],
)
def test_one_name_for_both(question: str, nouns: tuple[str, ...]) -> None:
    parsed = parse_version_question(question)
    assert parsed is not None and [side.nouns for side in parsed.sides] == [nouns]


def test_what_is_compared_is_the_topic() -> None:
    parsed = parse_version_question("What changed in the rent between the old and the new lease?")
    assert parsed is not None and parsed.topic == ("rent",)


@pytest.mark.parametrize(
    "question", ["How high is the rent?", "Is the mill older than the yard?", "Wie alt ist sie?", ""]
)
def test_no_question_after_changes(question: str) -> None:
    assert parse_version_question(question) is None
