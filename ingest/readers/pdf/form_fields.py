"""The fields of a PDF's form: their values are put beside the words that label them."""

from __future__ import annotations

import bisect
import ctypes
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import pypdfium2.raw as raw

from ingest.readers.markup.html_marks import TICKED, UNTICKED
from ingest.readers.pages.text_line import TextLine
from ingest.readers.pdf.lines import Box, PageView

MOST_FIELDS = 2_000  # on one page
MOST_OPTIONS = 500  # of one list
LONGEST_FIELD = 20_000  # characters
FAR = 320.0  # points that a field's label may stand away from it, in its line
NEAR = 24.0  # points above the field, or beside a box that is ticked
_UNSEEN_FLAGS = 1 | 2 | 32  # invisible, hidden, not to be viewed
_PASSWORD = 1 << 13
_BOX_FIELDS = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_LIST_FIELDS = (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_BAND = 12.0  # points; lines are looked up by their height on the page


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as it is filled in: its place on the page's plane, its value, and its name for readers."""

    box: Box
    value: str
    name: str = ""
    is_box: bool = False


def fields_of(pdf: Any, page: Any) -> Iterator[FormField]:
    """Yield the fields of a page that hold something; ``pdf`` has its forms initialised."""
    for at in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MOST_FIELDS)):
        note = raw.FPDFPage_GetAnnot(page.raw, at)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_WIDGET and not (
                raw.FPDFAnnot_GetFlags(note) & _UNSEEN_FLAGS
            ):
                yield from _field(pdf.formenv.raw, note)
        finally:
            raw.FPDFPage_CloseAnnot(note)


def _field(form: Any, note: Any) -> Iterator[FormField]:
    kind = raw.FPDFAnnot_GetFormFieldType(form, note)
    rect = raw.FS_RECTF()
    if not raw.FPDFAnnot_GetRect(note, rect):
        return
    box = (
        min(rect.left, rect.right),
        min(rect.bottom, rect.top),
        max(rect.left, rect.right),
        max(rect.bottom, rect.top),
    )
    name = wide_text(lambda buffer, length: raw.FPDFAnnot_GetFormFieldAlternateName(form, note, buffer, length))
    if kind in _BOX_FIELDS:
        yield FormField(box, TICKED if raw.FPDFAnnot_IsChecked(form, note) else UNTICKED, name, is_box=True)
        return
    value = ""
    if kind in _LIST_FIELDS:
        value = ", ".join(_chosen(form, note))
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD and raw.FPDFAnnot_GetFormFieldFlags(form, note) & _PASSWORD:
        return
    if not value and kind in (*_LIST_FIELDS, raw.FPDF_FORMFIELD_TEXTFIELD):
        value = wide_text(lambda buffer, length: raw.FPDFAnnot_GetFormFieldValue(form, note, buffer, length))
    if value.strip():
        yield FormField(box, " ".join(value.split()), name)


def _chosen(form: Any, note: Any) -> Iterator[str]:
    for at in range(min(max(0, raw.FPDFAnnot_GetOptionCount(form, note)), MOST_OPTIONS)):
        if raw.FPDFAnnot_IsOptionSelected(form, note, at):
            yield wide_text(
                lambda buffer, length, at=at: raw.FPDFAnnot_GetOptionLabel(form, note, at, buffer, length)  # type: ignore[misc]
            )


def wide_text(get: Callable[[Any, int], int]) -> str:
    """Return the text that a function of pdfium writes into a buffer as UTF-16."""
    length = min(get(None, 0), 2 * LONGEST_FIELD)
    if length < 4:
        return ""
    buffer = (raw.FPDF_WCHAR * (length // 2 + 1))()
    get(buffer, length)
    return bytes(ctypes.string_at(buffer, length)).decode("utf-16-le", "replace").split("\0")[0].strip()


def with_fields(lines: Sequence[TextLine], fields: Sequence[FormField], page: int, view: PageView) -> list[TextLine]:
    """Return the lines of a page with each field's value behind its label, or in a line of its own."""
    found = list(lines)
    bands: defaultdict[int, list[int]] = defaultdict(list)
    for at, line in enumerate(found):
        if not line.turns:
            bands[round(line.base / _BAND)].append(at)
    lone: list[FormField] = []
    for field in sorted(fields, key=lambda each: (-each.box[3], each.box[0])):
        label = _label(field, found, bands)
        if label is None:
            lone.append(field)
        else:
            at, cell, before = label
            found[at] = _filled(found[at], cell, field, view, before=before)
    size = median(line.size for line in found) if found else 10.0
    heights = [-line.base for line in found]
    for field in sorted(lone, key=lambda each: each.box[1]):  # the lowest first: the places of the others stay
        line = _line_of(field, page, view, size)
        at = bisect.bisect(heights, -line.base) if heights == sorted(heights) else len(found)
        found.insert(at, line)
        heights.insert(at, -line.base)
    return found


def _label(field: FormField, lines: Sequence[TextLine], bands: dict[int, list[int]]) -> tuple[int, int, bool] | None:
    """Return the line and the cell that label a field, and whether the value stands before the cell."""
    left, bottom, right, top = field.box
    best: tuple[float, int, int, bool] | None = None
    for band in range(round((bottom - NEAR) / _BAND) - 1, round((min(top, bottom + 800) + NEAR) / _BAND) + 2):
        for at in bands.get(band, ()):
            line = lines[at]
            beside = line.base < top and line.base + 0.7 * line.size > bottom
            above = top - 2 <= line.base <= top + NEAR
            if not beside and not above:
                continue
            spans = line.spans or ((line.left, line.right),)
            for cell, (begin, end) in enumerate(spans[: len(line.cells)]):
                to_left, to_right = left - end, begin - right
                colon = line.cells[cell].rstrip().endswith(":")
                if beside and -2 <= to_left <= FAR:
                    found = (to_left + (NEAR if field.is_box and not colon else 0), at, cell, False)
                elif beside and field.is_box and -2 <= to_right <= NEAR:
                    found = (to_right, at, cell, True)
                elif above and not field.is_box and begin < right and end > left:
                    found = (FAR / 2 + line.base - top, at, cell, False)
                else:
                    continue
                best = found if best is None or found < best else best
    return None if best is None else best[1:]


def _filled(line: TextLine, at: int, field: FormField, view: PageView, *, before: bool) -> TextLine:
    """Return the line with a value before or behind one of its cells."""
    cells = list(line.cells)
    start = sum(len(cell) + 1 for cell in cells[:at]) + (0 if before else len(cells[at]))
    cells[at] = f"{field.value} {cells[at]}" if before else f"{cells[at]} {field.value}"
    by = len(field.value) + 1
    links = tuple(
        replace(link, start=link.start + by, end=link.end + by) if link.start >= start else link for link in line.links
    )
    box, shown = line.box, view.shown(field.box)
    if box and shown:
        box = min(box[0], shown[0]), min(box[1], shown[1]), max(box[2], shown[2]), max(box[3], shown[3])
    spans = list(line.spans)
    if spans and not before:
        spans[at] = spans[at][0], max(spans[at][1], field.box[2])
    right = max(line.right, field.box[2])
    return replace(line, cells=tuple(cells), links=links, box=box, spans=tuple(spans), right=right)


def _line_of(field: FormField, page: int, view: PageView, size: float) -> TextLine:
    left, bottom, right, top = field.box
    text = (
        (f"{field.value} {field.name}" if field.is_box else f"{field.name}: {field.value}")
        if field.name
        else field.value
    )
    base = bottom + max(0.0, (top - bottom - size) / 2)
    return TextLine(
        (text,), left, right, base, size, bold=False, page=page, box=view.shown(field.box), spans=((left, right),)
    )
