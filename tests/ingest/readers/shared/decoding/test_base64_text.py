"""Base64 in any text: left out with a remark; what only looks like it stays."""

from __future__ import annotations

import base64
import random
import textwrap
from pathlib import Path

import pytest

from ingest.readers.shared.decoding.base64_text import without_base64
from tests.ingest.readers.reading import document_of

DATA = random.Random(1).randbytes(700)
RUN = base64.b64encode(DATA).decode()
LINES = base64.encodebytes(DATA).decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"The gate is blue.\n\n{LINES}\nThe door is green.\n"),
        ("a.md", f"The gate is blue. ![x](data:image/png;base64,{RUN})\n\nThe door is green.\n"),
        ("a.json", f'{{"gate": "The gate is blue.", "icon": "{RUN}", "door": "The door is green."}}'),
        ("a.xml", f"<a><b>The gate is blue.</b><c>{RUN}</c><b>The door is green.</b></a>"),
        ("a.py", f'GATE = "The gate is blue."\nICON = "{RUN}"\n# The door is green.\n'),
        ("a.csv", f"gate,icon\nThe gate is blue.,{RUN}\nThe door is green.,{RUN}\n"),
        ("a.yaml", "gate: The gate is blue.\ncert: |\n" + textwrap.indent(LINES, "  ") + "door: The door is green.\n"),
        ("a.css", f"/* The gate is blue. */ a {{ src: url(data:font/woff2;base64,{RUN}) }} /* The door is green. */"),
        ("a.eml", f"Subject: x\n\nThe gate is blue.\n\n{LINES}\nThe door is green.\n"),
    ],
)
def test_it_is_left_out_of_any_text(tmp_path: Path, name: str, content: str) -> None:
    document = document_of(tmp_path, name, content)
    assert "The gate is blue." in document.text and "The door is green." in document.text
    assert not any(RUN[at : at + 30] in document.text for at in range(0, len(RUN) - 30, 40))
    if name != "a.md":  # a picture's address is no text to begin with
        assert document.remark == "base64, which holds no words, was left out"


@pytest.mark.parametrize("length", range(300, 306))
def test_the_last_line_goes_with_the_others(length: int) -> None:
    text = base64.encodebytes(random.Random(2).randbytes(length)).decode()
    assert without_base64(f"See\n{text}End of it.").split() == ["See", "End", "of", "it."]


@pytest.mark.parametrize(
    "text",
    [
        "ACGT" * 100,
        "deadbeef01" * 40,
        "https://example.org/" + "Some/Path/of/Words/" * 20,
        "x" * 900,
        "-" * 900,
        "ABC1" * 90,
        "Donaudampfschiff" * 20,
        RUN[:88],
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert without_base64(text) == text


def test_a_ruled_line_before_it_hides_it_from_no_one() -> None:
    assert without_base64("-" * 80) == "-" * 80
    assert without_base64(f"{'-' * 80}\n\n{LINES}\nIt is green.").split() == ["-" * 80, "It", "is", "green."]
