"""Excel's number formats."""

from __future__ import annotations

import datetime

import pytest

from ingest.readers.office.number_format import NumberSigns, elapsed, formatted


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (2138, "00000", "02138"),
        (7, '"ART-"000', "ART-007"),
        (79130000001, "+#", "+79130000001"),
        (123456789, "000-00-0000", "123-45-6789"),
        (5551234567, "(###) ###-####", "(555) 123-4567"),
        (7.5, '#,##0.00\\ "€"', "7.50 €"),
        (25, "#,##0.00\\ [$€-407]", "25.00 €"),
        (500, "#,##0 [$₽-419]", "500 ₽"),
        (-1234.5, '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)', "($1,234.50)"),
        (-1234.5, "[$£-809]#,##0.00", "-£1,234.50"),
        (1_234_567, '0.0,,"M"', "1.2M"),
        (1_500, "0.0,", "1.5"),
        (1_234.5, "0.00", "1234.50"),
        (1_234, "0.00", "1234.00"),
        (1_234_567.5, "#,##0.00", "1,234,567.50"),
        (1_234_567, "#,##0", "1,234,567"),
        (999, "#,##0", "999"),
        (-1_234, "#,##0", "-1,234"),
        (0, "0.00", "0.00"),
        (100, "0.0", "100.0"),
        (1_500, '#,##0 "kg"', "1,500 kg"),
        (1_000_000, "#,##0.00_);(#,##0.00)", "1,000,000.00"),
        (12_345_678, "#,##0,", "12,346"),
        (1_234.5, "#,##0.##", "1,234.5"),
        (0.256, "0%", "26%"),
        (0.125, "0.0%", "12.5%"),
        (5, '0 "kg"', "5 kg"),
        (-3, '0.0 "°C"', "-3.0 °C"),
        (3, "+0;-0;0", "+3"),
        (-3, "+0;-0;0", "-3"),
        (0, '0;-0;"none"', "none"),
        (150, '[>100]"high "0;"low "0', "high 150"),
        (50, '[>100]"high "0;"low "0', "low 50"),
        (1.5, "# ?/?", "1 1/2"),
        (0.25, "# ?/?", "1/4"),
        (12_345.678, "0.00E+00", "1.23E+04"),
        (12, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "12.00 €"),
    ],
)
def test_a_number_is_shown_in_its_format(value: float, number_format: str, shown: str) -> None:
    assert formatted(value, number_format) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("The rent of the mill house is due on Monday", ["1,234,567.50", "-5.00 €", "1.23E+04"]),
        (
            "El alquiler de la casa del molino se paga cada lunes, y la señora Núñez guarda la llave",
            ["1.234.567,50", "-5,00 €", "1,23E+04"],
        ),
        ("Die Miete für das Haus an der Mühle ist am Montag fällig", ["1.234.567,50", "-5,00 €", "1,23E+04"]),
        ("Плата за дом у мельницы вносится в понедельник", ["1\u00a0234\u00a0567,50", "-5,00 €", "1,23E+04"]),
        ("12 40 3", ["1,234,567.50", "-5.00 €", "1.23E+04"]),
    ],
)
def test_thousands_and_decimals_are_separated_as_the_workbook_s_language_does(words: str, shown: list[str]) -> None:
    signs = NumberSigns.of(words)
    formats = ((1_234_567.5, "#,##0.00"), (-5, '0.00 "€"'), (12_345.678, "0.00E+00"))
    assert [formatted(value, number_format, signs) for value, number_format in formats] == shown


@pytest.mark.parametrize("number_format", ["", "General", "@", "yyyy-mm-dd", "#", "0" * 501, ";;;", '0;-0;"-"??'])
def test_a_format_that_says_nothing_of_a_number(number_format: str) -> None:
    assert formatted(0, number_format) is None


def test_numbers_too_large_to_be_exact_are_left_alone() -> None:
    assert formatted(1e20, "00000") is None


@pytest.mark.parametrize(
    ("hours", "number_format", "shown"),
    [
        (30.25, "[h]:mm", "30:15"),
        (30.25, "[hh]:mm:ss", "30:15:00"),
        (-1.5, "[h]:mm", "-1:30"),
        (0.025, "[mm]:ss", "01:30"),
        (2, '[h]" h"', "2 h"),
        (26, "General", "26:00"),
        (26, "[h]\\h mm", "26h 00"),
    ],
)
def test_spans_of_time(hours: float, number_format: str, shown: str) -> None:
    assert elapsed(datetime.timedelta(hours=hours), number_format) == shown
