"""A library in memory, and small files made on the spot."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from ingest.document_codec import Chunking
from ingest.parse import Parsed, _parsed, refusal_reason
from ingest.worker.main import respond
from rag.interfaces import PendingTexts, PendingVectors, Vector
from rag.library.db.ledger import Ledger
from rag.library.db.queries import text_hash
from rag.types import Chunk, Document, FileRecord, chunk_id, document_id
from tests.doubles import BagEmbedder as BagEmbedder


class MemoryLibrary:
    """Holds what it is given, as the real one does; ``follow`` is counted."""

    def __init__(self) -> None:
        self.held: dict[str, FileRecord] = {}
        self.documents: dict[str, Document] = {}
        self.chunks: dict[str, list[Chunk]] = {}
        self.vectors: dict[str, Vector] = {}  # by the text that was embedded
        self.written: list[str] = []
        self.restored: frozenset[str] = frozenset()
        self.followed = 0
        self.lags = ""  # what follow says
        self.folder = Path("/nowhere")
        self.lock = threading.Lock()

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def records(self) -> list[FileRecord]:
        return list(self.held.values())

    def record(self, document_id: str) -> FileRecord | None:
        return self.held.get(document_id)

    def restored_roots(self) -> frozenset[str]:
        return self.restored

    def add_roots(self, roots: Collection[str]) -> None:
        self.restored -= frozenset(roots)

    def pending(self) -> PendingVectors:
        with self.lock:
            waiting = {
                key: bare
                for key, own in self.chunks.items()
                if (bare := {c.embedding_text for c in own} - {*self.vectors})
            }
            return PendingVectors(
                frozenset(waiting), sum(len(self.chunks[key]) for key in waiting), len(set().union(*waiting.values()))
            )

    def next_texts(self, most: int, skip: Collection[str] = ()) -> PendingTexts:
        with self.lock:  # the pipeline asks from another thread
            every = [(key, piece.embedding_text) for key, pieces in self.chunks.items() for piece in pieces]
            bare = {text_hash(text): (key, text) for key, text in every if text not in self.vectors}
        found = [(key, *bare[key]) for key in bare if key not in skip][:most]
        return PendingTexts({key: text for key, _, text in found}, self.held[found[0][1]].source if found else "")

    def add_vectors(self, vectors: Mapping[str, Vector]) -> list[str]:
        before = self.pending().documents
        with self.lock:
            every = {piece.embedding_text for pieces in self.chunks.values() for piece in pieces}
            self.vectors.update({text: vectors[key] for text in every if (key := text_hash(text)) in vectors})
        return sorted(before - self.pending().documents)

    def documents_with(self, text_hashes: Collection[str]) -> list[str]:
        return [
            key
            for key, pieces in self.chunks.items()
            if any(text_hash(piece.embedding_text) in text_hashes for piece in pieces)
        ]

    def document_id(self, root: str, path: str) -> str:
        return document_id(root, path)

    def replace(self, record: FileRecord, document: Document, chunks: Sequence[Chunk]) -> None:
        assert len(chunks) == record.chunks
        with self.lock:
            self.held[record.id] = record
            self.documents[record.id] = document
            self.chunks[record.id] = list(chunks)
            self._sweep()
        self.written.append(record.source)

    def copy(self, record: FileRecord, original_id: str, *, remove_original: bool = False) -> bool:
        if original_id not in self.documents:
            return False
        document = self.documents[original_id]
        chunks = [
            replace(piece, document_id=record.id, id=chunk_id(record.id, piece.start, piece.text))
            for piece in self.chunks[original_id]
        ]
        self.replace(record, document, chunks)
        if remove_original:
            self.remove(original_id)
        self.written.pop()
        return True

    def store_without_text(self, record: FileRecord) -> None:
        with self.lock:
            self._drop(record.id)
            self.held[record.id] = record

    def update_metadata(self, record: FileRecord) -> None:
        assert record.id in self.held
        self.held[record.id] = record

    def remove(self, document_id: str) -> None:
        with self.lock:
            self._drop(document_id)
            self.held.pop(document_id, None)

    def empty_log(self) -> None:
        """It has none: what is removed is gone."""

    def follow(self, *, wait: float = 0.0, vectors: bool = True) -> str:
        self.followed += 1
        return self.lags

    def _drop(self, document_id: str) -> None:
        self.chunks.pop(document_id, None)
        self.documents.pop(document_id, None)
        self._sweep()

    def _sweep(self) -> None:
        used = {piece.embedding_text for pieces in self.chunks.values() for piece in pieces}
        self.vectors = {text: vector for text, vector in self.vectors.items() if text in used}

    def content(self) -> dict[str, list[str]]:
        """Source -> texts of its chunks."""
        return {self.held[key].source: [piece.text for piece in pieces] for key, pieces in self.chunks.items()}


class InProcess:
    """The real readers without their processes: quick, for tests of what lies around them. Keeps what it read."""

    def __init__(self, workers: int = 2) -> None:
        self.workers = workers
        self.read: list[Path] = []

    def parse(
        self,
        path: Path,
        doing: Callable[[str], None] = lambda _: None,
        chunking: Chunking | None = None,
        source: object = None,
    ) -> Parsed:
        self.read.append(path)
        asked = {"path": str(path)} | (
            {"chunking": chunking.to_data(chunking.tokenizer_files[0].parent)} if chunking else {}
        )
        refused = refusal_reason(path, path.stat().st_size)
        return refused or _parsed(json.loads(json.dumps(respond(asked))), None, chunking)

    def close(self) -> None: ...


class LedgerShelf(Ledger):
    """The real ledger, with nothing that follows it."""

    followed = 0

    @property
    def folder(self) -> Path:
        return self.path.parent

    def writing(self) -> AbstractContextManager[None]:
        return nullcontext()

    def document_id(self, root: str, path: str) -> str:
        return document_id(root, path)

    def follow(self, *, wait: float = 0.0, vectors: bool = True) -> str:
        self.followed += 1
        return ""


def write_word(path: Path) -> Path:
    """A Word file with headings in three depths, lists, a table with a merged cell, and a break within a line."""
    import docx

    word = docx.Document()
    word.add_heading("The Mill Handbook", 0)
    word.add_paragraph("The mill stands by the river. It was built in 1884.")
    word.add_heading("Opening hours", 1)
    word.add_paragraph("OPEN DAILY")  # short and loud, and yet no heading
    word.add_paragraph("Mondays", style="List Bullet")
    word.add_paragraph("Fridays", style="List Bullet")
    word.add_paragraph("Ring the bell", style="List Number")
    table = word.add_table(rows=3, cols=3)
    for line, cells in enumerate((("Day", "Opens", "Closes"), ("Monday", "9:00", "18:00"), ("Friday", "10:00", ""))):
        for cell, text in enumerate(cells):
            table.cell(line, cell).text = text
    word.add_heading("Часы работы зимой", 2)
    word.add_paragraph("Зимой мельница закрыта по понедельникам.")
    word.add_heading("Prices", 1)
    word.add_paragraph("A ticket costs two crowns.")
    word.save(str(path))
    return path


def write_pdf(path: Path, pages: int = 3, password: str = "") -> Path:
    """A PDF with a heading and paragraphs on each page, a table, and a header and page number on every page."""
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()
    flow: list[object] = [Paragraph("The Ferry Rules", style["Title"])]
    for page in range(1, pages + 1):
        flow += [
            Paragraph(f"Chapter {page}", style["Heading1"]),
            Paragraph(f"The ferry number {page} leaves the eastern pier every morning. " * 6, style["BodyText"]),
            Paragraph(f"Dogs travel free on boat {page}.", style["BodyText"]),
        ]
        if page == 1:
            flow.append(
                Table([["Pier", "First boat", "Last boat"], ["East", "6:10", "22:40"], ["West", "6:25", "22:55"]])
            )
        if page < pages:
            flow.append(PageBreak())

    def edges(canvas: object, document: object) -> None:
        canvas.drawString(60, 570, "Tresvado Ferry Company")  # type: ignore[attr-defined]
        canvas.setFont("Helvetica", 9)  # type: ignore[attr-defined]
        canvas.drawString(200, 20, f"Page {canvas.getPageNumber()}")  # type: ignore[attr-defined]

    SimpleDocTemplate(str(path), pagesize=A5).build(flow, onFirstPage=edges, onLaterPages=edges)
    if password:
        import pypdf

        writer = pypdf.PdfWriter(clone_from=str(path))
        writer.encrypt(password, algorithm="AES-256")
        writer.write(str(path))
    return path


def write_blank_pdf(path: Path) -> Path:
    """A PDF whose page holds a drawing and no text, as a scan does."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    canvas.rect(10, 10, 200, 200, fill=1)
    canvas.save()
    return path


def write_bomb(path: Path) -> Path:
    """A small zip that unpacks to 60 MB of nothing."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (60 * 2**20))
    return path
