"""MathML."""

from __future__ import annotations

import pytest
from lxml import etree

from ingest.readers.formulas.mathml import mathml_line

XY = "<mi>x</mi><mi>y</mi>"


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E=mc^2"),
        ("<mn>340</mn><mi>m/s</mi>", "340 m/s"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a + b)/c"),
        ("<msqrt><mi>x</mi></msqrt><mo>+</mo><mroot><mi>y</mi><mn>3</mn></mroot>", "√(x) + ∛(y)"),
        ("<munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover><msub><mi>x</mi><mi>i</mi></msub>", "∑_1^n x_i"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_i^2"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x̄"),
        (f"<mfenced>{XY}</mfenced>", "(x, y)"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>", "[1, 2]"),
        ("<mi>a</mi><mo>\u2062</mo><mi>b</mi><mspace/><mtext>if</mtext><mphantom><mi>z</mi></mphantom>", "ab if"),
        ("<semantics><mi>q</mi><annotation encoding='application/x-tex'>z</annotation></semantics>", "q"),
        ("<semantics><mrow/><annotation encoding='application/x-tex'>\\frac{a}{b}</annotation></semantics>", "a/b"),
        ("<mmultiscripts><mi>C</mi><mn>6</mn><mn>2</mn></mmultiscripts>", "C_6^2"),
    ],
)
def test_a_formula_is_a_line(inside: str, line: str) -> None:
    assert mathml_line(etree.fromstring(f"<math>{inside}</math>")) == line
    with_namespace = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{inside}</math>'
    assert mathml_line(etree.fromstring(with_namespace)) == line


def test_a_formula_that_nests_deep_gives_its_letters() -> None:
    deep = "<mrow>" * 200 + "<mi>x</mi>" + "</mrow>" * 200
    assert mathml_line(etree.fromstring(f"<math>{deep}</math>")) == "x"
    assert mathml_line(etree.fromstring("<math/>")) == ""
