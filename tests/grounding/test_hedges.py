"""What limits a statement may not be left out of a claim."""

from __future__ import annotations

import pytest

from rag.grounding.hedges import drops_hedge
from rag.grounding.sentence_facts import facts

SCHOOLS = "Most schools in the valley closed in 1950; the tram still runs daily."
POOL = "If the gauge stands above two metres, rowing is forbidden on the river."


@pytest.mark.parametrize(
    ("claim", "source", "language"),
    [
        ("The coast is dry in summer.", "Much of the coast is dry in summer.", "en"),
        ("The schools in the valley closed in 1950.", SCHOOLS, "en"),
        ("The herb cures colds.", "The herb may cure colds.", "en"),
        ("The ferry sails in winter.", "The ferry rarely sails in winter.", "en"),
        ("Rowing is forbidden on the river.", POOL, "en"),
        ("Dogs travel free.", "Dogs travel free unless they take a seat.", "en"),
        ("Iron rusts in the rain.", "Iron can rust in the rain.", "en"),
        ("The bridge would fall.", "Critics believed that the bridge would fall.", "en"),
        ("The tower is cursed.", "The tower was said to be cursed, and nobody enters the tower.", "en"),
        ("La torre caería.", "Los vecinos temían que la torre caería.", "es"),
        ("Мост построили шведы.", "Историки предполагают, что мост построили шведы.", "ru"),
        ("La costa es seca.", "La mayor parte de la costa es seca.", "es"),
        ("El puente cierra en invierno.", "El puente casi nunca cierra en invierno.", "es"),
        ("Los perros viajan gratis.", "Los perros viajan gratis si llevan correa.", "es"),
        ("Школы закрылись.", "Большинство школ закрылись.", "ru"),
        ("Паром ходит зимой.", "Паром редко ходит зимой.", "ru"),
        ("Купаться запрещено.", "Купаться запрещено, если вода выше метра.", "ru"),
    ],
)
def test_what_is_limited_is_no_claim_without_it(claim: str, source: str, language: str) -> None:
    assert drops_hedge(facts(claim, language), facts(source, language))
    assert not drops_hedge(facts(source, language), facts(source, language))


@pytest.mark.parametrize(
    ("claim", "source", "language"),
    [
        ("The tram still runs daily.", SCHOOLS, "en"),
        ("The majority of schools in the valley closed.", "Most of the schools in the valley closed.", "en"),
        ("The committee looked at the bills.", "The committee looked at the bills to see if a man lived there.", "en"),
        ("The bridge holds.", "Even if it rains, the bridge holds.", "en"),
        ("The fair opens in May.", "In May the fair opens.", "en"),
        ("The tower is 40 metres high.", "The tower is almost 40 metres high.", "en"),
        ("The king believed that the bridge would fall.", "The old king believed that the bridge would fall.", "en"),
        ("The bridge would fall.", "The survey showed that the bridge would fall.", "en"),
        ("The tram stopped.", "The mayor thought that rain was near. The tram stopped.", "en"),
        ("El tranvía sigue.", "Casi toda la costa es seca; el tranvía sigue.", "es"),
        ("Мост стоит.", "Мост стоит, даже если идёт дождь.", "ru"),
        ("El puente cierra.", "The bridge rarely closes.", "es"),
    ],
)
def test_what_is_not_limited_may_be_said(claim: str, source: str, language: str) -> None:
    held = "en" if source.startswith("The bridge rarely") else language
    assert not drops_hedge(facts(claim, language), facts(source, held))
