"""Claims in one language with a source in another, judged with the embedder in the box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embedding import registry
from rag.grounding.ground import check_claim
from rag.grounding.translated import NEGATION, translation
from rag.interfaces import Embedder, EmbedderCard, Vectors
from rag.retrieval.sentence_vectors import vectors_of
from rag.types import Claim, Passage

TEXTS = {
    "en": "The tram line opened in 1911 after three years of work. It has fourteen stops between the Quay and the "
    "Observatory. The night car does not run on Sundays. Doctor Ada Lamb has directed the company since it moved to "
    "Warsaw.",
    "es": "El mercado de los jueves tiene sesenta y cuatro puestos desde 1887. La multa por pesar de menos es de 25 "
    "coronas. Remedios Carrasco no cobra nada a los niños que traen su cesta.",
    "ru": "Паром «Чайка» ходит через реку с 1974 года. На борт берут не более 38 пассажиров. Капитан парома Лука "
    "Вершинин никогда не выходит на реку в туман.",
    "fr": "La bibliothèque du port ouvre à 9 heures et ferme à 18 heures. Le directeur ne prête jamais les cartes.",
}

Judge = Callable[..., Claim]


def passage(language: str, text: str = "") -> Passage:
    text = text or TEXTS[language]
    return Passage(language, f"{language}.md", text, 50, 50 + len(text), None, (), language, 1.0, ("c",))


@pytest.fixture(scope="session")
def embedder(models: Path) -> Embedder:
    return registry.load(models, registry.E5.name)


@pytest.fixture(scope="session")
def judge(embedder: Embedder) -> Judge:
    def judged(sentence: str, language: str, *held: Passage, question: str = "") -> Claim:
        def meaning(texts: Sequence[str]) -> Vectors:
            return vectors_of(texts, embedder)

        return check_claim(sentence, held, language, question=question, embed=meaning, card=embedder.card)

    return judged


@pytest.mark.real
@pytest.mark.parametrize(
    ("sentence", "language", "source", "quote"),
    [
        (
            "La línea de tranvía se abrió en 1911 tras tres años de obras.",
            "es",
            "en",
            "The tram line opened in 1911 after three years of work.",
        ),
        ("Ночной трамвай не ходит по воскресеньям.", "ru", "en", "The night car does not run on Sundays."),
        (
            "La doctora Ada Lamb dirige la empresa desde que se trasladó a Varsovia.",
            "es",
            "en",
            "Doctor Ada Lamb has directed the company since it moved to Warsaw.",
        ),
        (
            "The Thursday market has had sixty-four stalls since 1887.",
            "en",
            "es",
            "El mercado de los jueves tiene sesenta y cuatro puestos desde 1887.",
        ),
        (
            "Captain Luka Vershinin never goes out on the river in fog.",
            "en",
            "ru",
            "Капитан парома Лука Вершинин никогда не выходит на реку в туман.",
        ),
        (
            "Штраф за обвес составляет 25 крон.",
            "ru",
            "es",
            "La multa por pesar de menos es de 25 coronas.",
        ),
        (
            "Die Straßenbahnlinie wurde 1911 nach drei Jahren Bauzeit eröffnet.",
            "de",
            "en",
            "The tram line opened in 1911 after three years of work.",
        ),
        (
            "Doktor Ada Lamb leitet das Unternehmen seit dem Umzug nach Warschau.",
            "de",
            "en",
            "Doctor Ada Lamb has directed the company since it moved to Warsaw.",
        ),
        (
            "Der Donnerstagsmarkt hat seit 1887 vierundsechzig Stände.",
            "de",
            "es",
            "El mercado de los jueves tiene sesenta y cuatro puestos desde 1887.",
        ),
    ],
)
def test_a_translation_is_cited_and_never_called_supported(
    judge: Judge, sentence: str, language: str, source: str, quote: str
) -> None:
    judged = judge(sentence, language, passage(source))
    assert judged.translated and not judged.supported and judged.unchecked == ()
    (cited,) = judged.citations
    assert cited.quote == quote == TEXTS[source][cited.start - 50 : cited.end - 50]


@pytest.mark.real
@pytest.mark.parametrize(
    ("sentence", "language", "source"),
    [
        ("La línea de tranvía se abrió en 1912 tras tres años de obras.", "es", "en"),  # another number
        ("La línea de tranvía se abrió en 1911 tras cinco años de obras.", "es", "en"),
        ("La línea de tranvía no se abrió en 1911 tras tres años de obras.", "es", "en"),  # denied
        ("Ночной трамвай ходит по воскресеньям.", "ru", "en"),  # no longer denied
        ("Ночной трамвай не ходит по субботам.", "ru", "en"),  # another day
        ("The Tuesday market has had sixty-four stalls since 1887.", "en", "es"),
        ("La doctora Eva Lamb dirige la empresa desde que se trasladó a Varsovia.", "es", "en"),  # another name
        ("La doctora Ada Lamb dirige la empresa desde que se trasladó a Budapest.", "es", "en"),
        ("Captain Luka Sokolov never goes out on the river in fog.", "en", "ru"),
        ("Штраф за обвес составляет 25 рублей.", "ru", "es"),  # another unit
        ("Doktor Eva Lamb leitet das Unternehmen seit dem Umzug nach Warschau.", "de", "en"),
        ("Doktor Ada Lamb leitet das Unternehmen seit dem Umzug nach Budapest.", "de", "en"),
        ("Die Straßenbahnlinie wurde 1912 nach drei Jahren Bauzeit eröffnet.", "de", "en"),
        ("El ayuntamiento pintó de verde los bancos del parque.", "es", "en"),  # nothing of the kind
        ("¿La línea de tranvía se abrió en 1911 tras tres años de obras?", "es", "en"),
        ("Se abrió.", "es", "en"),
    ],
)
def test_what_says_something_else_has_no_source(judge: Judge, sentence: str, language: str, source: str) -> None:
    judged = judge(sentence, language, passage(source))
    assert not judged.translated and not judged.supported and judged.citations == ()


@pytest.mark.real
@settings(deadline=None)
@given(year=st.integers(1000, 2099), stalls=st.sampled_from("60 61 63 65 66 46 640 6".split()))
def test_a_changed_number_is_never_a_translation(judge: Judge, year: int, stalls: str) -> None:
    true = year == 1887
    held = passage("es")
    judged = judge(f"The Thursday market has had sixty-four stalls since {year}.", "en", held)
    assert judged.translated == true and bool(judged.citations) == true
    assert not judge(f"The Thursday market has had {stalls} stalls since 1887.", "en", held).translated


@pytest.mark.real
def test_where_negation_is_unknown_that_is_shown(judge: Judge) -> None:
    judged = judge("The harbour library opens at 9 and closes at 18.", "en", passage("fr"))
    assert judged.translated and judged.unchecked == (NEGATION,)
    assert not judge("The harbour library opens at 8 and closes at 18.", "en", passage("fr")).translated


@pytest.mark.real
def test_names_and_days_may_stand_in_the_heading(judge: Judge) -> None:
    text = "Hay sesenta y cuatro puestos, pintados en el suelo con números blancos."
    headed = replace(passage("es", text), section=("El mercado de los jueves en Varsovia",))
    said = "The Thursday market in Warsaw has sixty-four stalls, painted on the ground with white numbers."
    assert judge(said, "en", headed).translated and not judge(said, "en", passage("es", text)).translated


@pytest.mark.real
@pytest.mark.parametrize(("code", "met"), [("ctDNA", True), ("cDNA", False)])
def test_what_is_written_as_no_word_is_must_stand_there_letter_for_letter(judge: Judge, code: str, met: bool) -> None:
    held = passage("es", "Los cloroplastos tienen su propio ADN, que a menudo se abrevia como ctDNA.")
    assert (
        judge(f"Chloroplasts have their own DNA, which is often abbreviated as {code}.", "en", held).translated == met
    )


@pytest.mark.real
def test_the_same_language_is_no_translation(judge: Judge) -> None:
    said = "After three years of building the tram line was opened in 1911."
    assert not judge(said, "en", passage("en")).translated
    mistaken = passage("es", TEXTS["en"])  # an English document that was taken for a Spanish one
    assert not judge(said, "en", mistaken).translated
    copied = "El mercado de los jueves tiene desde 1887 sus sesenta y cuatro puestos."
    assert not judge(copied, "en", passage("es")).translated  # a model that copies where it was to answer in English
    assert not judge("La línea de tranvía se abrió en 1911.", "es", passage("", TEXTS["en"])).translated


@pytest.mark.real
def test_a_language_that_the_embedder_does_not_know_is_not_tried(models: Path) -> None:
    asked: list[str] = []
    card = registry.MINILM

    def meaning(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        raise AssertionError("it was asked")

    assert translation("Трамвай не ходит по воскресеньям.", "ru", [passage("en")], meaning, card) is None
    assert translation("The ferry takes no more than 38 people.", "en", [passage("ru")], meaning, card) is None
    assert asked == []


def test_an_embedder_half_trusted_must_be_nearer() -> None:
    import numpy as np

    def alike(texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)

    said = "La línea de tranvía se abrió en 1911 tras tres años de obras."
    sure = EmbedderCard("all the same", 1, 64, trust_by_language={"": 1.0})
    half = EmbedderCard("all the same", 1, 64, trust_by_language={"": 0.51})
    held = [passage("en", "The tram line opened in 1911 after three years of work.")]
    assert translation(said, "es", held, alike, sure) is not None
    assert translation(said, "es", held, alike, half) is None
