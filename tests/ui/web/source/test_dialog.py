"""The dialog's inside over a real library's ledger, and where its buttons lead."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ingest.page_image import PageImage
from rag.interfaces import EmbedderCard
from rag.library.library import Library
from rag.types import Citation, Document, Element, FileRecord, FileStamp, Outcome, PageLine
from tests.ui.web.test_html_views import PAYLOADS, Witness
from ui.shared.formatting import clean
from ui.web.source import dialog as source_dialog
from ui.web.source.dialog import SourcePosition, moved

TEXT = "The mill stands by the weir. The miller was Tobias Wren. He kept a goat."
QUOTE = "The miller was Tobias Wren."


def cite(quote: str = QUOTE, start: int = TEXT.index(QUOTE), **changes: object) -> Citation:
    fields = {"document_id": "d1", "source": "docs/mill.pdf", "page": 1, "section": ("People",), **changes}
    return Citation(start=start, end=start + len(quote), quote=quote, **fields)  # type: ignore[arg-type]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", EmbedderCard("bag", 4, 100)) as library:
        yield library


@pytest.fixture
def hold(library: Library, tmp_path: Path) -> Callable[..., None]:
    """Puts a document of one line into the library, and its file where it says."""

    def put(text: str = TEXT, name: str = "mill.pdf", *, there: bool = True, lines: bool = True) -> None:
        file = tmp_path / "mill.pdf"
        if there:
            file.write_bytes(b"%PDF-1.4 not really")
        status = file.stat() if there else None
        held = hashlib.sha256(file.read_bytes()).hexdigest() if there else "x"
        stamp = FileStamp(status.st_size, status.st_mtime_ns, held) if status else FileStamp(1, 1, held)
        record = FileRecord("d1", f"docs/{name}", str(tmp_path), "mill.pdf", stamp, Outcome.INDEXED, pages=2)
        where = (PageLine(0, len(text), 1, (10.0, 10.0, 90.0, 20.0)),) if lines else ()
        document = Document(text, (Element("text", 0, len(text), 1),), "application/pdf", "en", 2, (), where)
        library.replace(record, document, [], np.zeros((0, 4), dtype=np.float32))

    return put


@pytest.fixture
def drawn(library: Library, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """All HTML of the dialog's inside for a spot."""
    monkeypatch.setattr(source_dialog, "component", lambda _: lambda **_: None)

    def draw(spot: SourcePosition) -> str:
        def page(library: object, spot: object) -> None:  # its source is run elsewhere, without the names of this file
            from ui.web.source import dialog as source_dialog

            source_dialog.show(library, spot)

        ran = AppTest.from_function(page, kwargs={"library": library, "spot": spot}, default_timeout=60).run()
        assert not ran.exception
        return "".join(str(each.proto.body) for each in ran.get("html"))

    return draw


def page_or_reason(given: PageImage | None, why: str | None = None) -> Callable[..., object]:
    return lambda *_: (given, why)


def test_a_page_with_the_line_marked(
    hold: Callable[..., None], drawn: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold()
    monkeypatch.setattr(source_dialog, "_page", page_or_reason(PageImage(b"png", "image/png", 100.0, 100.0, 2)))
    html = drawn(SourcePosition((cite(), cite()), 0))
    assert html.count("oaken-box") == 1 and "data:image/png" in html
    assert "page 1 of 2" in html and "1 of 2" in html and "People" in html
    assert "oaken-box" not in drawn(SourcePosition((cite(),), 0, page=2))
    assert f"<mark>{QUOTE}</mark>" in drawn(SourcePosition((cite(),), 0, as_text=True))


@pytest.mark.parametrize("there", [True, False])
def test_where_no_page_can_be_drawn_its_text_is_shown(
    hold: Callable[..., None], drawn: Callable[..., str], monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    hold(there=there)
    monkeypatch.setattr(source_dialog, "_page", page_or_reason(None, "it took longer than 30 seconds to read"))
    html = drawn(SourcePosition((cite(),), 0))
    assert f"<mark>{QUOTE}</mark> He kept a goat." in html
    assert ("it took longer than 30 seconds" if there else "The file is no longer where it was.") in html


def test_words_that_moved_are_found_and_missing_words_are_reported(
    hold: Callable[..., None], drawn: Callable[..., str]
) -> None:
    hold(f"A line more. {TEXT}", lines=False)
    assert f"<mark>{QUOTE}</mark> He kept a goat." in drawn(SourcePosition((cite(),), 0))
    hold(f"{QUOTE} {TEXT.replace('Wren.', 'Wren!')} {QUOTE}", lines=False)
    gone = drawn(SourcePosition((cite(),), 0))  # twice: which was meant cannot be told
    assert "no longer holds this text" in gone and f"<mark>{QUOTE}</mark>" in gone
    assert "no longer holds this text" in drawn(SourcePosition((cite(document_id="d9"),), 0))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_document_stays_text(hold: Callable[..., None], drawn: Callable[..., str], payload: str) -> None:
    hold(payload, payload.replace("/", "_"), lines=False)
    html = drawn(SourcePosition((cite(payload, 0, source=payload, section=(payload,)),) * 2, 1))
    seen = Witness(html)
    assert clean(payload) in seen.text
    assert all(said.startswith("source:") for said in seen.said)


def test_where_a_click_leads() -> None:
    spot = SourcePosition((cite(), cite(), cite()), 1, page=4, window_offset=2, as_text=True)
    assert moved(spot, "source:at:2") == SourcePosition(spot.citations, 2, as_text=True)
    assert moved(spot, "source:at:7").index == 2 and moved(spot, "source:at:-1").index == 0
    assert moved(spot, "source:page:5") == SourcePosition(spot.citations, 1, 5, 2, True)
    assert moved(spot, "source:turn:-1").window_offset == -1
    assert moved(spot, "source:text:0") == SourcePosition(spot.citations, 1)
    for nothing in ("", "cite:q:1", "source:", "source:at:", "source:at:x", "source:odd:1", "at:2"):
        assert moved(spot, nothing) == spot


@pytest.mark.parametrize("lines", [True, False])
def test_a_document_is_opened_at_its_beginning_with_nothing_marked(
    hold: Callable[..., None], drawn: Callable[..., str], library: Library, monkeypatch: pytest.MonkeyPatch, lines: bool
) -> None:
    hold(lines=lines)
    monkeypatch.setattr(source_dialog, "_page", page_or_reason(PageImage(b"png", "image/png", 100.0, 100.0, 2)))
    session: dict[str, SourcePosition] = {}
    monkeypatch.setattr(source_dialog.st, "session_state", session)
    record = library.record("d1")
    assert record is not None
    source_dialog.open_document(record)
    [spot] = session.values()
    monkeypatch.undo()
    monkeypatch.setattr(source_dialog, "component", lambda _: lambda **_: None)
    monkeypatch.setattr(source_dialog, "_page", page_or_reason(PageImage(b"png", "image/png", 100.0, 100.0, 2)))
    html = drawn(spot)
    assert "mill.pdf" in html and "<mark>" not in html and "oaken-box" not in html and "no longer holds" not in html
    assert ("<img" in html) is lines and ("Tobias Wren" in html) is not lines


def test_the_head_says_which_citation_and_which_page_is_shown() -> None:
    spot = SourcePosition((cite(), cite(), cite()), 1)
    assert "Citation 2 of 3" in source_dialog._head(spot)
    assert "page 1" in source_dialog._head(spot) and "People" in source_dialog._head(spot)
    turned = source_dialog._head(moved(spot, "source:page:5"))  # which is not the page of the heading
    assert "page 5" in turned and "page 1" not in turned and "People" not in turned
    assert "page 1" in source_dialog._head(moved(moved(spot, "source:page:5"), "source:page:1"))


def test_beside_the_conversation_it_has_a_button_that_closes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    spot = SourcePosition((cite(),), 0, beside=True)
    assert source_dialog._CLOSING in Witness(source_dialog._head(spot)).said
    assert not Witness(source_dialog._head(SourcePosition((cite(),), 0))).said  # a dialog has its own
    session: dict[str, object] = {source_dialog._POSITION_KEY: spot}
    monkeypatch.setattr(source_dialog.st, "session_state", session)
    source_dialog._follow("cite:q:1")
    assert session
    source_dialog._follow(source_dialog._CLOSING)
    assert not session
