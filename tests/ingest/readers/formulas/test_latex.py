"""LaTeX."""

from __future__ import annotations

import pytest

from ingest.readers.formulas.latex import latex_line
from tests.linear_time import excess


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (r"E = mc^2", "E = mc^2"),
        (r"a^2+b", "a^2 + b"),
        (r"\frac{a+b}{c}", "(a + b)/c"),
        (r"\frac12", "1/2"),
        (r"\sqrt{x} + \sqrt[3]{y}", "√(x) + ∛(y)"),
        (r"x_i^2 + x_{ij}", "x_i^2 + x_ij"),
        (r"\sum_{i=1}^{n} x_i", "∑_(i=1)^n x_i"),
        (r"\alpha \le \Omega \times 10^{-6}\,\text{kg}", "α ≤ Ω × 10^-6 kg"),
        (r"e^{i\pi}", "e^(iπ)"),
        (r"\bar{x} \to \binom{n}{k}", "x̄ → binom(n, k)"),
        (r"\begin{pmatrix}a & b\\c & d\end{pmatrix}", "[a , b; c , d]"),
        (r"5\% \unknown", "5% unknown"),
    ],
)
def test_a_formula_is_a_line(source: str, line: str) -> None:
    assert latex_line(source) == line


@pytest.mark.parametrize("source", ["", "\\", "{", "}", "x^", "_", "\\frac{", "\\sqrt[", "{" * 300 + "x", "^" * 300])
def test_what_is_not_closed_ends_with_the_source(source: str) -> None:
    assert len(latex_line(source)) < 1_000


@pytest.mark.parametrize("seed", ["_", "^", "^{", "\\frac", "a_"])
def test_a_formula_takes_time_in_proportion(seed: str) -> None:
    assert not excess(latex_line, "", seed, (8_000, 24_000))
