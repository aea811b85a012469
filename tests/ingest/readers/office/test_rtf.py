"""Rich text."""

from __future__ import annotations

from pathlib import Path

from ingest.readers import read
from tests.ingest.readers.reading import told


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
