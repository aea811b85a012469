"""The source of a citation: its page or its text with the cited words marked, and the file itself.

It stands beside the conversation where the window is wide enough, else in a dialog. The open position is kept in the
session, and drawn again in each run of the script until it is closed: an answer being generated runs the script again
when it ends. Its own buttons are plain HTML. While an answer is being generated they are heard by the page (clicks.py),
since the source alone would have to wait for its end; else by the source itself (source.js), which then stays as it is
around what changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from rag.library.reader import LibraryReader
from rag.types import Citation, Document, FileRecord, is_address
from ui.shared.folders import DocumentName, DocumentNames
from ui.shared.formatting import file_name, heading, one_line, page_label
from ui.shared.i18n import show_message, tr
from ui.shared.source import original_file, page_marks
from ui.web import html_views, routes
from ui.web.clicks import component, in_wide_window, last_click
from ui.web.source import text as source_text

if TYPE_CHECKING:
    from ingest.page_image import PageImage

_POSITION_KEY = "source"  # in the session: the SourcePosition shown
_COMPONENT_KEY = "source-scroller"
_CLICK_PREFIX = "source:"  # prefix of what its buttons say
_CLOSING = f"{_CLICK_PREFIX}close:0"
_WIDTH_PIXELS = 920  # pixels


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A citation of a numbered list, and where the reader has moved to from there."""

    citations: tuple[Citation, ...]
    index: int
    page: int | None = None  # None: the page of the cited words
    window_offset: int = 0  # windows of a long text from the one with the cited words
    as_text: bool = False  # for a file with pages
    opened_by: str = ""  # what was clicked: the focus returns there when it is closed
    beside: bool = False  # the conversation, rather than in a dialog

    @property
    def cited(self) -> Citation:
        """The citation."""
        return self.citations[self.index]


def open_source(library: LibraryReader, citations: Sequence[Citation], at: int, *, busy: bool = False) -> None:
    """Open the source on citation ``at`` (from 0) of the list; it stays until it is closed. Call it once in a run.

    ``busy``: this run of the script will take long, for it follows an answer.
    """
    if 0 <= at < len(citations):
        st.session_state[_POSITION_KEY] = SourcePosition(
            tuple(citations), at, opened_by=last_click(), beside=in_wide_window()
        )
        _draw(library, busy)


def open_document(record: FileRecord) -> None:
    """Open the dialog at the beginning of a document, in the run that follows: see :func:`keep_open`."""
    beginning = Citation(record.id, record.source, None, (), 0, 0, "")
    st.session_state[_POSITION_KEY] = SourcePosition((beginning,), 0)


def keep_open(library: LibraryReader, *, busy: bool = False) -> None:
    """Draw the source where one is open, after the click made in it."""
    _follow(last_click())
    if _POSITION_KEY in st.session_state:
        _draw(library, busy)


def opened_by() -> str:
    """Return the click that opened the source which is open; "" for none."""
    position = st.session_state.get(_POSITION_KEY)
    return position.opened_by if position is not None else ""


def close() -> None:
    """Close the source."""
    st.session_state.pop(_POSITION_KEY, None)


def note_page_shown(name: str) -> None:
    """Record which page is shown: a dialog open on one page is not open on the next."""
    if routes.note_shown(name):
        close()


def moved(position: SourcePosition, click: str) -> SourcePosition:
    """Return the position after a click: ``source:at:2``, ``source:page:5``, ``source:turn:-1``, ``source:text:1``.

    Any other click changes nothing.
    """
    what, _, number = click.removeprefix(_CLICK_PREFIX).partition(":")
    if not click.startswith(_CLICK_PREFIX) or not number.removeprefix("-").isdecimal():
        return position
    to = int(number)
    if what == "at":
        return replace(position, index=min(max(to, 0), len(position.citations) - 1), page=None, window_offset=0)
    if what == "page":
        return replace(position, page=max(1, to))
    if what == "turn":
        return replace(position, window_offset=to)
    return replace(position, as_text=bool(to), page=None, window_offset=0) if what == "text" else position


def _follow(click: str) -> None:
    """Move to what was clicked in an open source, or close it."""
    position = st.session_state.get(_POSITION_KEY)
    if click == _CLOSING:
        close()
    elif position is not None:
        st.session_state[_POSITION_KEY] = moved(position, click)


def _draw(library: LibraryReader, busy: bool) -> None:
    def source() -> None:
        if (position := st.session_state.get(_POSITION_KEY)) is not None:
            show(library, position, busy=busy)

    if st.session_state[_POSITION_KEY].beside:
        st.fragment(source)()
    else:  # one title for all: with another it would be another dialog, which closes and opens between two sources
        st.dialog(tr("Source"), width=_WIDTH_PIXELS, on_dismiss=close)(source)()


def show(library: LibraryReader, position: SourcePosition, *, busy: bool = False) -> None:
    """Draw the source."""
    cited = position.cited
    record, document = library.record(cited.document_id), library.document(cited.document_id)
    span = _span(document, cited)
    with st.container(key="source"):
        st.html(_head(position))
        if record is None or document is None or span is None:
            st.html(html_views.quiet(tr("The library no longer holds this text as it was cited. It read:")))
            st.html(
                f'<blockquote class="oaken-lost" dir="auto"><mark>{html_views.text(cited.quote)}</mark></blockquote>'
            )
        else:
            _inside(library, position, record, document, span)
        view_state = {  # for assets/source.js
            "spot": _name(position),  # id of the view to scroll in, once it is drawn
            "end": position.window_offset < 0,  # scroll to its end: the reader came from below
            "back": position.opened_by,  # what gets the focus when the dialog closes
            "alone": not busy,  # it hears its own buttons; else the page does
            "beside": tr("Source") if position.beside else "",  # what the place beside the conversation is called
        }
        component("source")(key=_COMPONENT_KEY, data=view_state, height=1, on_said_change=_step)


def _step() -> None:
    """Move to what was clicked, where the source hears its own buttons."""
    _follow(str(getattr(st.session_state.get(_COMPONENT_KEY), "said", None) or ""))


def _span(document: Document | None, cited: Citation) -> tuple[int, int] | None:
    """Return the span of the cited words: where they stood or, in a re-read file, where they are found if only once."""
    if document is None:
        return None
    if document.text[cited.start : cited.end] == cited.quote:
        return cited.start, cited.end
    at = document.text.find(cited.quote) if cited.quote else -1
    if at < 0 or document.text.find(cited.quote, at + 1) >= 0:
        return None
    return at, at + len(cited.quote)


def _inside(
    library: LibraryReader, position: SourcePosition, record: FileRecord, document: Document, span: tuple[int, int]
) -> None:
    restored_roots = library.restored_roots()
    found = original_file.original_file(record, restored_roots)
    drawn = problem = None
    page = position.page or page_marks.first_page(document, span)
    if page is not None and not found.problem and not position.as_text:
        with st.spinner(tr("Drawing the page…")):
            drawn, problem = _page(str(found.path), record.stamp.content_hash, page)
    if found.problem:
        st.html(html_views.quiet(f"{found.problem} {tr('This is its text as it was read.')}"))
    elif problem is not None:
        st.html(
            html_views.quiet(tr("The page cannot be drawn ({reason}). This is its text.", reason=show_message(problem)))
        )
    if drawn is not None and page is not None:
        marks = page_marks.boxes(document, page, span)
        image_text = f"{file_name(record.source)}, {page_label(record.source, page)}"
        st.html(_scrolled(page_marks.sheet(drawn, marks, image_text), position))
        if drawn.pages > 1:
            st.html(_page_navigation(page, drawn.pages, record.source))
    else:
        part = source_text.part(document, record.source, span, position.window_offset)
        earlier = (
            _button("turn", position.window_offset - 1, tr("Earlier in the document"), named="back")
            if part.before
            else ""
        )
        later = (
            _button("turn", position.window_offset + 1, tr("Later in the document"), named="on") if part.after else ""
        )
        st.html(_scrolled(f"{earlier}{part.html}{later}", position))
    named = DocumentNames(library).of_records([record])[record.id]
    _foot(
        position,
        record,
        found,
        restored_roots,
        named,
        switch=page is not None and not found.problem and problem is None,
    )


def _foot(
    position: SourcePosition,
    record: FileRecord,
    found: original_file.OriginalFile,
    restored_roots: Collection[str],
    named: DocumentName,
    *,
    switch: bool,
) -> None:
    """Draw the button for the original file, the switch between page and text, and where the file is."""
    with st.container(horizontal=True, vertical_alignment="center", key="source-foot"):
        if not found.problem:
            st.download_button(
                tr("Download the kept copy") if is_address(record.source) else tr("Download the original"),
                data=lambda: original_file.content(record, restored_roots),
                file_name=file_name(record.path),
                mime="application/octet-stream",  # never a type that a browser would render
                key="source-original",
                icon=":material/download:",
                on_click="ignore",
            )
        if switch:
            other = tr("Show the page") if position.as_text else tr("Show as text")
            st.html(_button("text", int(not position.as_text), other, named="text"), width="content")
        st.html(_place(record, found, named), width="content")


def _place(record: FileRecord, found: original_file.OriginalFile, named: DocumentName) -> str:
    """Return where the file is, or a link to the web page."""
    full, shown = html_views.text(one_line(str(found.path))), html_views.text(named.place)
    if not is_address(record.source):
        return f'<span class="oaken-path" title="{full}">{shown}</span>'
    day = tr("Fetched on {day}", day=named.fetched) if named.fetched else ""
    link = f'<a href="{html_views.text(record.source)}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    return f'<span class="oaken-address">{link}<br>{html_views.text(day)}</span>'


@st.cache_data(max_entries=48, show_spinner=False)
def _page(path: str, content_hash: str, page: int) -> tuple[PageImage | None, str | None]:
    """Render the page, or say why it cannot be. Cached for paging back; the hash tells one file from the next."""
    from ingest.page_image import PageImageError, render_page

    try:
        return render_page(Path(path), page, content_hash=content_hash), None
    except PageImageError as error:
        return None, error.reason


# -- HTML


def _head(position: SourcePosition) -> str:
    """Return the header: which source it is, the place shown, and the links to the previous and next one."""
    cited, last = position.cited, len(position.citations) - 1
    first, at_end = position.index == 0, position.index == last
    turned = position.page is not None and position.page != cited.page  # to a page that is not the citation's
    page = position.page if turned else cited.page
    place = [page_label(cited.source, page)] if page is not None else []
    place += [heading(cited.section)] if cited.section and not turned else []
    below = '<span class="oaken-dot"> · </span>'.join(html_views.bdi(each) for each in place)
    count = tr("Citation {part} of {whole}", part=position.index + 1, whole=last + 1)
    way = (
        f'<nav class="oaken-leaf-through" aria-label="{html_views.text(tr("Citations"))}">'
        f"{_button('at', position.index - 1, tr('Previous citation'), '‹', disabled=first, named='before')}"
        f'<span aria-live="polite">{html_views.text(count)}</span>'
        f"{_button('at', position.index + 1, tr('Next citation'), '›', disabled=at_end, named='after')}</nav>"
        if last
        else ""
    )
    whole, last_part = html_views.text(one_line(cited.source)), html_views.text(file_name(cited.source))
    name = f'<h3 class="oaken-file" title="{whole}" dir="ltr">{last_part}</h3>'
    closing = _button("close", 0, tr("Close"), "×", named="close") if position.beside else ""
    tools = f'<div class="oaken-source-tools">{way}{closing}</div>'
    return f'<div class="oaken-source-head"><div>{name}<p class="oaken-quiet">{below}</p></div>{tools}</div>'


def _scrolled(inside: str, position: SourcePosition) -> str:
    """Return a region that scrolls within the dialog, by keyboard too."""
    named = f'role="region" aria-label="{html_views.text(tr("The document"))}"'
    return f'<div class="oaken-source" data-spot="{_name(position)}" {named} tabindex="0">{inside}</div>'


def _name(position: SourcePosition) -> str:
    """Return an id of the view: the script that scrolls (assets/source.js) waits until it is there."""
    return f"{position.index}.{position.page or 0}.{position.window_offset}.{int(position.as_text)}"


def _page_navigation(page: int, pages: int, source: str) -> str:
    """Return the links to the previous and next page."""
    return (
        f'<nav class="oaken-leaf-through oaken-pages" aria-label="{html_views.text(tr("Pages"))}">'
        f"{_button('page', page - 1, tr('Previous page'), '‹', disabled=page <= 1, named='back')}"
        f"<span>{html_views.text(tr('{part} of {whole}', part=page_label(source, page), whole=pages))}</span>"
        f"{_button('page', page + 1, tr('Next page'), '›', disabled=page >= pages, named='on')}</nav>"
    )


def _button(what: str, to: int, label: str, sign: str = "", *, disabled: bool = False, named: str) -> str:
    """Return a button heard by clicks.py. ``named`` is stable, so that it keeps the focus when redrawn."""
    name = html_views.text(label)
    attributes = f' aria-label="{name}" title="{name}"' if sign else ""
    return (
        f'<button type="button" class="oaken-step" data-oaken="{_CLICK_PREFIX}{what}:{to}" data-step="{named}"'
        f"{attributes}{' disabled' if disabled else ''}>{sign or name}</button>"
    )
