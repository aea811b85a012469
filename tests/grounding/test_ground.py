from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.ground import MIN_SUPPORT, check_claim
from rag.text.sentences import sentences
from rag.types import Claim, Passage
from tests.grounding.sources import of

TEXT = {
    "en": "The tram line opened in 1911. It has fourteen stops between the Quay and Cerro Alto. The night car does not "
    "run on Sundays. Dr. Ada Lamb directs the company.",
    "es": "El mercado tiene sesenta y cuatro puestos desde 1887. La multa es de 25 coronas. Remedios Carrasco no cobra "
    "a los niños.",
    "ru": "Паром «Чайка» ходит с 1974 года. На борт берут не более 38 пассажиров. Капитан парома — Лука Вершинин.",
}


def ground(prose: str, passages: list[Passage], language: str) -> list[Claim]:
    return [check_claim(prose[start:end], passages, language) for start, end in sentences(prose, language)]


def passage(language: str, start: int = 100) -> Passage:
    text = TEXT[language]
    return Passage("d", f"{language}.md", text, start, start + len(text), None, ("The town",), language, 1.0, ("c",))


@pytest.mark.parametrize(
    ("language", "sentence", "quote"),
    [
        ("en", "The tram line opened in 1911.", "The tram line opened in 1911."),
        ("en", "It was opened in 1911, the tram line.", "The tram line opened in 1911."),
        ("en", "Dr. Ada Lamb directs the company.", "Dr. Ada Lamb directs the company."),
        ("es", "La multa es de 25 coronas.", "La multa es de 25 coronas."),
        ("ru", "На борт берут не более 38 пассажиров.", "На борт берут не более 38 пассажиров."),
    ],
)
def test_a_supported_sentence_is_bound_to_its_words(language: str, sentence: str, quote: str) -> None:
    judged = check_claim(sentence, [passage(language)], language)
    assert judged.supported and judged.score >= MIN_SUPPORT
    (citation,) = judged.citations
    assert citation.quote == quote
    assert TEXT[language][citation.start - 100 : citation.end - 100] == quote


@pytest.mark.parametrize(
    ("language", "text", "true", "false"),
    [
        ("en", "One cat is allowed. Dogs are not.", "One cat is allowed.", "No, you cannot have a dog or a cat."),
        ("en", "One cat is allowed, dogs are not.", "", "No, you cannot have a dog or a cat."),
        ("en", "The car runs daily. The ferry does not run.", "The ferry does not run.", "No car or ferry does run."),
        ("es", "Los gatos entran. Los perros no entran.", "Los perros no entran.", "No entran perros o gatos."),
        ("ru", "Кошки допускаются в зал. Собаки не допускаются в зал.", "Собаки не допускаются в зал.",
         "В зал не допускаются собаки или кошки."),
        ("de", "Katzen dürfen hinein. Hunde dürfen nicht hinein.", "Hunde dürfen nicht hinein.",
         "Hinein dürfen nicht Hunde oder Katzen."),
    ],
)  # fmt: skip
def test_what_is_denied_of_one_thing_is_not_denied_of_two(language: str, text: str, true: str, false: str) -> None:
    source = [of(text, language=language)]
    assert not check_claim(false, source, language).supported
    assert not true or check_claim(true, source, language).supported


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The tram line opened in 1912."),  # another number
        ("en", "The tram line did not open in 1911."),  # negated
        ("en", "The night car does run on Sundays."),  # negation lost
        ("en", "Dr. Eva Lamb directs the company."),  # another name
        ("en", "The tram line opened in 1911 with a great feast and fireworks."),  # more than is said
        ("en", "Dr. Ada Lamb directs the companion."),  # a shared root is not the same word
        ("es", "La multa es de 52 coronas."),
        ("es", "Remedios Carrasco cobra a los niños."),
        ("es", "Lucía Carrasco no cobra a los niños."),
        ("ru", "На борт берут не более 83 пассажиров."),
        ("ru", "На борт не берут 38 пассажиров совсем никогда и нигде."),
        ("ru", "Капитан парома — Пётр Вершинин."),
        ("en", "I'm sorry, I cannot answer that."),
        ("en", "The capital of France is Paris."),
        ("en", "It is."),
    ],
)
def test_a_sentence_that_it_does_not_is_marked(language: str, sentence: str) -> None:
    judged = check_claim(sentence, [passage(language)], language)
    assert not judged.supported
    assert judged.citations == ()


def test_without_passages_nothing_is_supported() -> None:
    assert not check_claim("The tram line opened in 1911.", [], "en").supported


def test_prose_is_judged_sentence_by_sentence() -> None:
    claims = ground("The tram line opened in 1911. It cost nine million.", [passage("en")], "en")
    assert [each.supported for each in claims] == [True, False]


@given(st.sampled_from(sorted(TEXT)), st.text(max_size=200), st.integers(0, 10_000))
def test_whatever_is_claimed_every_citation_stands_in_its_passage(language: str, prose: str, start: int) -> None:
    held = passage(language, start)
    for judged in ground(prose + " " + TEXT[language], [held], language):
        assert judged.supported == bool(judged.citations)
        for citation in judged.citations:
            assert TEXT[language][citation.start - start : citation.end - start] == citation.quote != ""


@given(st.sampled_from(sorted(TEXT)), st.integers(0, 9_999))
def test_a_number_that_the_text_does_not_hold_is_never_supported(language: str, number: int) -> None:
    if str(number) in TEXT[language]:
        return
    old = {"en": "1911", "es": "25", "ru": "38"}[language]
    for judged in ground(TEXT[language].replace(old, str(number)), [passage(language)], language):
        if str(number) in judged.text.split() or f"{number}." in judged.text:
            assert not judged.supported


@pytest.mark.parametrize(
    ("language", "one", "other", "sentence"),
    [
        ("en", "The tram line opened in 1911.", "So the tram line opened in 1913.", "The tram line opened in 1911."),
        ("es", "El mercado tiene 64 puestos.", "El mercado tiene setenta puestos.", "El mercado tiene 64 puestos."),
        ("ru", "Паром берёт 38 пассажиров.", "Паром берёт 40 пассажиров.", "Паром берёт 38 пассажиров."),
        ("en", "The tram runs on Sundays.", "The tram does not run on Sundays.", "The tram runs on Sundays."),
    ],
)  # fmt: skip
def test_two_sources_that_disagree_are_both_cited(language: str, one: str, other: str, sentence: str) -> None:
    judged = check_claim(sentence, [of(one, language, "a"), of(other, language, "b")], language)
    assert judged.supported and [c.quote for c in judged.citations] == [one]
    assert [c.quote for c in judged.conflict] == [other]


def test_contradicting_sources_are_shown_for_an_unsupported_claim_too() -> None:
    judged = check_claim("The tram line opened in 1912.", [of("The tram line opened in 1911.")], "en")
    assert not judged.supported and judged.citations == ()
    assert [c.quote for c in judged.conflict] == ["The tram line opened in 1911."]


def test_two_sources_that_agree_are_both_cited() -> None:
    text = "The tram line opened in 1911."
    judged = check_claim(text, [of(text, name="a"), of(f"Everyone knows: {text} So be it.", name="b")], "en")
    assert {c.document_id for c in judged.citations} == {"a", "b"} and judged.conflict == ()
