"""Web pages saved as one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.readers.reading import document_of, told

PAGE = """From: <Saved by Blink>
Snapshot-Content-Location: https://example.org/kiln
Subject: =?utf-8?Q?Kiln_r=C3=BAles?=
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="--XX"

----XX
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><body>{heading}<p>The kiln is lit at dawn, caf=C3=A9 opens later.</p></body></html>
----XX
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAABBBB
----XX--
"""


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "page", "a.txt"])
def test_a_saved_page_is_read_as_the_page(tmp_path: Path, name: str) -> None:
    assert told(document_of(tmp_path, name, PAGE.replace("{heading}", ""))) == [
        ("title", "Kiln rúles"),
        ("text", "https://example.org/kiln"),
        ("text", "The kiln is lit at dawn, café opens later."),
    ]


def test_its_own_heading_is_kept_and_a_page_without_markup_is_read(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.mhtml", PAGE.replace("{heading}", "<h1>Rules</h1>"))
    assert [words for kind, words in told(document) if kind == "title"] == ["Rules"]
    plain = PAGE.replace("text/html", "text/plain").replace("{heading}", "")
    assert "lit at dawn" in document_of(tmp_path, "b.mhtml", plain).text
