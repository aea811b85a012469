"""A quote in its document: the marked page, or the text around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import oaken
from rag.errors import UsageError
from tests.copies import share_prepared
from ui.python.source_view import SourceView

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.mark.real
def test_a_page_is_shown_with_the_quote_marked(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAKEN_HOME", str(share_prepared(tmp_path / "python", models)))
    pdf = tmp_path / "riada-1957.pdf"
    pdf.write_bytes((REPOSITORY / "data" / "library" / "town" / "riada-1957.pdf").read_bytes())
    with oaken.open("flood", create=True, prose=False) as lib:
        lib.ingest(pdf, progress=False)
        quote = lib.ask("¿Durante cuántas horas conectó llamadas Consuelo Ibarra?").quotes[0]
        view = quote.open()
        assert view.note == "" and "diecinueve horas" in view.quote
        assert view._repr_mimebundle_()["image/png"] == view.png
        with Image.open(view.save(tmp_path / "page.png")) as page:
            yellow = sum(
                count for count, (r, g, b) in page.convert("RGB").getcolors(1 << 24) if r > 240 and g > 220 and b < 200
            )
            assert 1_000 < yellow < page.width * page.height / 4
        pdf.write_bytes(b"another file")
        changed = quote.open()
        assert changed.png == b"" and "has changed since it was read" in changed.note
        with pytest.raises(UsageError, match="no page to save"):
            changed.save(tmp_path / "none.png")


def test_text_around_a_quote_is_no_markup() -> None:
    shown = SourceView("a.txt", "<b>before</b> ", "<i>quote</i>", "\x1b[2J after")._repr_mimebundle_()
    html = str(shown["text/html"])
    assert "<mark>&lt;i&gt;quote&lt;/i&gt;</mark>" in html and "<b>before" not in html and "\x1b" not in html
