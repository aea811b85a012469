"""The routes to documents: list, add, remove them, and read what a citation points to."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Path, Query, UploadFile
from fastapi.responses import HTMLResponse, Response

from ingest.page_image import PageImageError, render_page
from rag.library.library import Library
from rag.types import Document, FileRecord, is_elsewhere
from ui.api.guards import SOURCE_PATH, UPLOAD_PATH
from ui.api.ingests import IngestQueue
from ui.api.schemas import Filters
from ui.api.service import ApiService
from ui.shared.adding.uploads import DroppedFile, keep
from ui.shared.deletion import forget, record_json
from ui.shared.folders import DocumentNames
from ui.shared.formatting import clean_in_place, one_line

_MAX_SPAN_CHARS = 100_000  # characters of a text that one response holds
_SURROUNDING_CHARS = 3_000  # characters before and after a source that its page shows
_MAX_FILES = 100  # in one upload
_LAST = 2**31
_PAGE_PICTURES: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "image/jpeg": {}}}}

_SOURCE_STYLE = (
    "body{font:17px/1.6 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}mark{background:#ffe08a}"
)

Ident = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Place = Annotated[int | None, Query(ge=0, le=_LAST)]
Named = Annotated[str, Query(max_length=1_000)]


class DocumentsQuery(Filters):
    """Which documents are listed: filters, and a part of the list."""

    limit: Annotated[int, Query(ge=1, le=1_000)] = 100
    offset: Annotated[int, Query(ge=0, le=_LAST)] = 0


def document_routes(service: ApiService) -> APIRouter:
    """Return the routes."""
    routes, queue = APIRouter(), IngestQueue(service.libraries)

    def library_of(name: str) -> Library:
        return service.libraries.assistant(name).library

    @routes.get(UPLOAD_PATH)
    def documents(query: Annotated[DocumentsQuery, Query()]) -> dict[str, Any]:
        """List the documents of a library, those without text too, with the outcome of each."""
        library = service.libraries.assistant(query.library).reader
        records = library.records()
        ids = query.scope.documents(records)
        found = [record for record in records if ids is None or record.id in ids]
        shown = found[query.offset : query.offset + query.limit]
        names = DocumentNames(library).of_records(shown)
        rows = [record_json(record) | names[record.id].row() for record in shown]
        return {"object": "list", "total": len(found), "data": rows}

    @routes.post(UPLOAD_PATH, status_code=202)
    def upload(files: Annotated[list[UploadFile], File()], library: Annotated[str, Form(max_length=1_000)] = "") -> Any:
        """Add files to a library. They are read in the background: the id leads to the outcome of each."""
        if len(files) > _MAX_FILES:
            raise HTTPException(400, f"One upload may have at most {_MAX_FILES} files.")
        name = service.libraries.name(library)
        sent = [DroppedFile(each.filename or "", each.file.read()) for each in files]
        return queue.add(name, keep(sent, library_of(name).folder)).row()

    @routes.get("/v1/ingests/{number}")
    def outcome(number: Annotated[int, Path(ge=0, le=_LAST)]) -> dict[str, Any]:
        """Say how far an upload is, and the outcome of each file."""
        if (job := queue.job(number)) is None:
            raise HTTPException(404, "There is no such upload.")
        return job.row()

    @routes.get("/v1/documents/{document_id}")
    def document(document_id: Ident, library: Named = "") -> dict[str, Any]:
        """Say what is known of a document."""
        record, held = _record(library_of(library), document_id)
        whole = held.document(record.id)
        more = {"characters": len(whole.text), "remark": whole.remark} if whole else {"characters": 0, "remark": ""}
        return record_json(record) | DocumentNames(held).of_records([record])[record.id].row() | more

    @routes.delete("/v1/documents/{document_id}")
    def remove(document_id: Ident, library: Named = "") -> dict[str, Any]:
        """Remove a document from the library. A person's own file stays where it is."""
        record, held = _record(library_of(library), document_id)
        _, note = forget(held, [record])
        return {"id": record.id, "object": "document", "deleted": True, "note": note}

    @routes.get("/v1/documents/{document_id}/text")
    def text(document_id: Ident, library: Named = "", start: Place = 0, end: Place = None) -> dict[str, Any]:
        """Return a document's text, or a span of it: the offsets of a citation are characters of it."""
        record, held = _record(library_of(library), document_id)
        words = _text(held, record).text
        first = min(start or 0, len(words))
        last = max(first, min(len(words) if end is None else end, first + _MAX_SPAN_CHARS, len(words)))
        place = {"document_id": record.id, "start": first, "end": last, "characters": len(words)}
        return place | {"text": words[first:last].encode("utf-8", "replace").decode()}

    @routes.get("/v1/documents/{document_id}/pages/{page}", responses=_PAGE_PICTURES, response_class=Response)
    def page(document_id: Ident, page: Annotated[int, Path(ge=1, le=_LAST)], library: Named = "") -> Response:
        """Draw a page of a PDF or an image, as it was when it was read."""
        record, held = _record(library_of(library), document_id)
        if record.root in held.restored_roots() or is_elsewhere(record.root) or not record.stamp.content_hash:
            raise HTTPException(404, "The file of this document is not on this machine.")
        try:
            drawn = render_page(FilePath(record.root, record.path), page, content_hash=record.stamp.content_hash)
        except PageImageError as error:
            raise HTTPException(404, f"The page cannot be drawn: {error.reason}.") from None
        return Response(drawn.image, media_type=drawn.media_type, headers={"Cache-Control": "no-store"})

    @routes.get(f"{SOURCE_PATH}{{document_id}}", include_in_schema=False)
    def source(document_id: Ident, start: int, end: int, library: Named = "") -> HTMLResponse:
        record, held = _record(library_of(library), document_id)
        name = DocumentNames(held).of_records([record])[record.id]
        words = _text(held, record).text
        html = "".join(_source_html(name.title, name.place, words, start, end))
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    return routes


def _record(library: Library, document_id: str) -> tuple[FileRecord, Library]:
    record = library.record(document_id)
    if record is None:
        raise HTTPException(404, "There is no such document.")
    return record, library


def _text(library: Library, record: FileRecord) -> Document:
    document = library.document(record.id)
    if document is None:
        raise HTTPException(404, "This document has no text.")
    return document


def _source_html(title: str, place: str, words: str, start: int, end: int) -> Iterator[str]:
    """Yield the page that shows a source among the text around it."""
    shown, heading = clean_in_place(words), escape(one_line(title or place))
    first, last = max(0, start - _SURROUNDING_CHARS), end + _SURROUNDING_CHARS
    yield "<!doctype html><html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    yield f"<title>{heading}</title><style>{_SOURCE_STYLE}</style>"
    yield f"<h1>{heading}</h1><p>{escape(one_line(place))} <a href='#source'>↓</a></p>"
    yield f"<pre>{'… ' if first else ''}{escape(shown[first:start])}<mark id=source>{escape(shown[start:end])}</mark>"
    yield f"{escape(shown[end:last])}{' …' if last < len(shown) else ''}</pre></html>"
