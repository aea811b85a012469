from __future__ import annotations

import pytest

from rag.text.analyzer import codes
from rag.text.units import units_asked


@pytest.mark.parametrize(
    ("unit", "texts"),
    [
        (
            "m2",
            [
                "84 square metres",
                "84 m²",
                "84 m2",
                "84 sq. m",
                "84 metros cuadrados",
                "84 кв. м",
                "84 квадратных метра",
            ],
        ),
        ("km", ["1.2 kilometres", "1.2 km", "3 kilómetros", "3 kilometros", "3 км", "5 километров"]),
        ("m3", ["7 cubic metres", "7 m³", "7 metros cúbicos", "7 кубических метров"]),
        ("kg", ["40 kg", "40 kilograms", "40 kilos", "40 кг", "40 килограммов"]),
        ("m", ["9 m high", "3.4 metres", "9 м", "9 метров"]),
        ("km/h", ["90 km/h", "90 kilometres per hour", "90 км/ч", "90 километров в час"]),
    ],
)
def test_a_unit_in_words_and_in_signs_has_one_key(unit: str, texts: list[str]) -> None:
    assert [codes(text)[-1:] for text in texts] == [[unit]] * len(texts)


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("How big is it in m2?", ["m2"]),
        ("How many square metres?", ["m2"]),
        ("height in metres", ["m"]),
        ("сколько километров", ["km"]),
        ("¿Cuántos metros cuadrados tiene?", ["m2"]),
        ("Was M a man of 5 m?", ["m"]),
        ("Who is M?", []),
        ("the kilometrage", []),
    ],
)
def test_a_question_names_a_unit_without_a_number(question: str, units: list[str]) -> None:
    assert [unit for _, _, unit in units_asked(question)] == units
