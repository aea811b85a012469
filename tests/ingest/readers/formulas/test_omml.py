"""Office's formulas."""

from __future__ import annotations

import pytest
from lxml import etree

from ingest.readers.formulas.omml import omml_line


def t(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        (t("Q=340 kJ"), "Q=340 kJ"),
        (t("v=") + f"<m:f><m:num>{t('17')}</m:num><m:den>{t('4')}</m:den></m:f>", "v=17/4"),
        (f"<m:sSup><m:e>{t('a')}</m:e><m:sup>{t('2')}</m:sup></m:sSup>{t('+b')}", "a^2 + b"),
        (f"<m:sSub><m:e>{t('x')}</m:e><m:sub>{t('i')}</m:sub></m:sSub>", "x_i"),
        (f"<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/><m:e>{t('x')}</m:e></m:rad>", "√(x)"),
        (
            f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{t('i=1')}</m:sub><m:sup>{t('n')}</m:sup>"
            f"<m:e>{t('x')}</m:e></m:nary>",
            "∑_(i=1)^n x",
        ),
        (f"<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=']'/></m:dPr><m:e>{t('x')}</m:e></m:d>", "[x]"),
        (f"<m:func><m:fName>{t('sin')}</m:fName><m:e>{t('x')}</m:e></m:func>", "sin x"),
        (f"<m:acc><m:accPr><m:chr m:val='~'/></m:accPr><m:e>{t('x')}</m:e></m:acc>", "x̃"),
        (f"<m:bar><m:e>{t('x')}</m:e></m:bar>", "x̄"),
        (f"<m:eqArr><m:e>{t('x=1')}</m:e><m:e>{t('y=2')}</m:e></m:eqArr>", "x=1; y=2"),
        (f"<m:m><m:mr><m:e>{t('1')}</m:e><m:e>{t('2')}</m:e></m:mr></m:m>", "[1, 2]"),
        (f"<m:limLow><m:e>{t('lim')}</m:e><m:lim>{t('n')}</m:lim></m:limLow>", "lim_n"),
    ],
)
def test_a_formula_is_a_line(inside: str, line: str) -> None:
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    assert omml_line(etree.fromstring(f'<m:oMath xmlns:m="{namespace}">{inside}</m:oMath>')) == line
