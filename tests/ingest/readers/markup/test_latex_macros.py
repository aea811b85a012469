"""A file's own LaTeX macros and siunitx quantities: no word of theirs is lost, and no text grows without limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup.latex_macros import MAX_MACRO_GROWTH
from tests.ingest.readers.reading import document_of


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\newcommand{\kiln}{Quarrow kiln} The \kiln{} and the \kiln.", "The Quarrow kiln and the Quarrow kiln."),
        (r"\newcommand\kiln{Quarrow kiln} The \kiln reaches 900.", "The Quarrow kiln reaches 900."),
        (r"\newcommand{\heat}[1]{#1\,$^\circ$C} At \heat{900}.", "At 900 °C."),
        (r"\newcommand{\pair}[2][x]{(#1, #2)} \pair{b} \pair[a]{b}", "(x, b) (a, b)"),
        (r"\def\both#1#2{#1 and #2} \both{Ann}{Bob} came.", "Ann and Bob came."),
        (r"\newcommand{\a}{the \b}\newcommand{\b}{mill} See \a.", "See the mill."),
        (r"\newcommand{\todo}[1]{} Kept\todo{not this}.", "Kept."),
        (r"\newcommand{\E}{\mathbb{E}} $\E + 1$ is more.", "E + 1 is more."),
    ],
)
def test_macros_are_put_in_place(tmp_path: Path, source: str, text: str) -> None:
    assert document_of(tmp_path, "a.tex", source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\SI{9.81}{\metre\per\second\squared}", "9.81 m/s^2"),
        (r"\qty{3}{\square\kilo\metre}", "3 km^2"),
        (r"\SI{5}{\kilo\watt\hour}", "5 kW h"),
        (r"\SIrange{1}{3}{\degreeCelsius}", "1–3 °C"),
        (r"\qty{7}{kg}, \num{1200}, \ang{30}, \unit{\percent}", "7 kg, 1200, 30°, %"),
        (r"\SI{5}{\parsec}", "5 parsec"),
    ],
)
def test_quantities_keep_their_units(tmp_path: Path, source: str, text: str) -> None:
    assert document_of(tmp_path, "a.tex", source).text == text


def test_a_macro_of_itself_ends(tmp_path: Path) -> None:
    source = r"\newcommand{\a}{\a\a\a\a\a\a\a\a word } \newcommand{\b}[1]{#1#1\b{#1#1}} \a \b{cat} The end."
    text = document_of(tmp_path, "a.tex", source).text
    assert text.endswith("The end.")
    assert len(text) < 3 * MAX_MACRO_GROWTH
