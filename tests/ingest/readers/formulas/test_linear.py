"""The pieces of a formula in one line."""

from __future__ import annotations

import pytest

from ingest.readers.formulas.linear import (
    _RELATION,
    accented,
    fraction,
    group,
    root,
    rows,
    script,
    spaced,
    tokens_joined,
)
from tests.linear_time import excess


def test_pieces() -> None:
    assert [group(text) for text in ("x", "a + b", "(a)", "")] == ["x", "(a + b)", "(a)", ""]
    assert (fraction("17", "4"), fraction("a+b", "2c")) == ("17/4", "(a+b)/2c")
    assert (
        script("x", "i", "2") == "x_i^2" and script("e", over="iπ") == "e^(iπ)" and script("a+b", over="2") == "(a+b)^2"
    )
    assert script("10", over="-6") == "10^-6"
    assert (root("x"), root("x", "3"), root("x", "5")) == ("√(x)", "∛(x)", "root_5(x)")
    assert (accented("x", "¯"), accented("ab", "~"), accented("x", "⌒")) == ("x̄", "ãb̃", "x^⌒")
    assert rows([["a", "b"], ["c", "d"]]) == "[a, b; c, d]"


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (["m", "c^2"], "mc^2"),
        (["340", "m/s"], "340 m/s"),
        (["2", "x"], "2x"),
        (["2", "sin", "x"], "2 sin x"),
        (["∑_(i=1)^n", "x_i"], "∑_(i=1)^n x_i"),
        (["", "x"], "x"),
    ],
)
def test_names_and_units_stand_apart(parts: list[str], line: str) -> None:
    assert tokens_joined(parts) == line


@pytest.mark.parametrize(
    ("formula", "line"),
    [("E=mc^2", "E=mc^2"), ("y=a^2+b", "y = a^2 + b"), ("x_(i+1)=2", "x_(i+1)=2"), ("−3", "−3"), ("a  = b", "a = b")],
)
def test_sums_are_spaced(formula: str, line: str) -> None:
    assert spaced(formula) == line


def test_spaces_take_time_in_proportion() -> None:
    assert not excess(lambda text: _RELATION.sub(" ", text), "a", " ", (3_000, 12_000))
    assert [_RELATION.sub(r"\1", each) for each in ("a  =  b", "= = b", "a=b", " <")] == ["a=b", "==b", "a=b", "<"]
