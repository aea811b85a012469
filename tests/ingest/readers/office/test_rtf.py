"""Rich text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.office.rtf import _text
from tests.ingest.readers.reading import told
from tests.linear_time import excess


def test_rich_text_signs_groups_and_pictures(tmp_path: Path) -> None:
    content = (
        rb"{\rtf1\ansi\ansicpg1251\uc0{\fonttbl{\f0\fcharset204 Arial;}}{\info{\title secret}{\author secret}}"
        rb"{\header \pard Ferry company\par}"
        rb"\pard\outlinelevel0 \'cf\'e0\'f0\'ee\'ec\par\pard \u1055 \'e0\'f0\'ee\'ec{\v secret}"
        rb"{\footnote note} \{six\}\par "
        rb"{\pict\pngblip\bin6 }{}{}{}{\*\generator secret;}"
        rb"{\listtext\pard\plain 2.\tab}Second\par "
        rb"\trowd\cellx1\cellx2 Day\cell Opens|at\cell\row \trowd\cellx1\cellx2 Monday\par or so\cell 9:00\cell\row "
        rb"\trowd\cellx1\cellx2 Friday\cell 10:00\cell\row \pard After.\par}"
    )
    (tmp_path / "a.rtf").write_bytes(content)
    document = read(tmp_path / "a.rtf")
    assert told(document) == [
        ("text", "Ferry company"),
        ("title", "Паром"),
        ("text", "Паром note {six}"),
        ("list", "2. Second"),
        ("row", "Day | Opens|at"),
        ("row", "Day: Monday or so | Opens|at: 9:00"),
        ("row", "Day: Friday | Opens|at: 10:00"),
        ("text", "After."),
    ]
    assert "secret" not in document.text


@pytest.mark.parametrize(
    ("content", "text", "remark"),
    [
        (rb"5 x 10{\super 6} kg, H{\sub 2}O", "5 x 10⁶ kg, H₂O", ""),
        (rb"10\super 6\nosupersub  kg and 10\up6 3\up0  m", "10⁶ kg and 10³ m", ""),
        (rb"2011{\dn4 15ya} and 10{\super \u8722?1}", "2011_(15ya) and 10⁻¹", ""),
        (rb"10{\b{\super\'36}} kg{\super\plain  plain}", "10⁶ kg plain", ""),
        (rb"It is {\strike 640 }700, {\strike\strike0 kept}", "It is 700, kept", "left out: struck-out text (1)"),
        (
            rb"The limit is {\mmath{\*\moMath{\mr x}}}. It {\*\annotation note}ends.",
            "The limit is […]. It ends.",
            "left out: equations (1), comments (1)",
        ),
    ],
)
def test_rich_text_layout_that_carries_meaning(tmp_path: Path, content: bytes, text: str, remark: str) -> None:
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}" + content + rb"\par}")
    document = read(tmp_path / "a.rtf")
    assert (document.text, document.remark) == (text, remark)


@pytest.mark.parametrize(
    ("before", "seed"), [("", "\\trowd "), ("", 'HYPERLINK "a" '), ("{\\listtext ", "1. "), ("{", "\\a ")]
)
def test_controls_without_an_end_take_time_in_proportion(before: str, seed: str) -> None:
    assert not excess(lambda text: _text(f"{{\\rtf1 {text}".encode()), before, seed, (5_000, 20_000))
