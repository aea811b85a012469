"""What Word shows by its layout, put into the runs of a part: raised figures, formulas, symbols, boxes that are ticked.

Struck-out runs are left out and counted. What stands within a sentence and gives no words leaves a sign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ingest.readers.formulas.omml import M, omml_line
from ingest.readers.markup.html_marks import TICKED, UNTICKED
from ingest.readers.markup.xml_document import parse
from ingest.readers.office.symbol_fonts import PRIVATE, in_unicode, symbol
from ingest.readers.shared.left_out import (
    CHARTS,
    EQUATIONS,
    HOLE,
    OBJECTS,
    PICTURES,
    STRUCK,
    UNKNOWN_SYMBOLS,
    leave_hole,
    leave_out,
)
from ingest.readers.shared.raised import LOWERED, RAISED, lowered, raised

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_OFF = ("0", "false", "off", "none")
_PLACES = {"superscript": RAISED, "subscript": LOWERED}
LEAST_POSITION = 4  # half points by which a run is moved up or down to count as raised or lowered
MAX_STYLE_DEPTH = 12
SIGNS = (
    *(b"w:vertAlign", b"w:strike", b"w:dstrike", b"w:position ", b"oMath", b"w:sym ", b"w:object", b"wp:inline"),
    *(b"wp:anchor", b"w:pict", b"w:ffData", b"\xef\x80", b"\xef\x81", b"\xef\x82", b"\xef\x83"),
)


@dataclass(frozen=True, slots=True)
class RunLayout:
    """How a run is set: RAISED, LOWERED or 0; struck out or not."""

    place: int = 0
    struck: bool = False


def style_layouts(styles: bytes) -> Mapping[str, RunLayout]:
    """Return the ids of character styles that raise, lower or strike out their words."""
    if not any(sign in styles for sign in (b"vertAlign", b"strike")):
        return {}
    found = {style.get(f"{W}styleId"): style for style in parse(styles).iter(f"{W}style")}
    layouts = {}
    for name, style in found.items():
        layout, depth = RunLayout(), 0
        while style is not None and style.get(f"{W}type") == "character" and depth < MAX_STYLE_DEPTH:
            own = _layout(style.find(f"{W}rPr"), {})
            layout = RunLayout(layout.place or own.place, layout.struck or own.struck)
            based = style.find(f"{W}basedOn")
            style, depth = found.get(based.get(f"{W}val")) if based is not None else None, depth + 1
        if layout != RunLayout() and name:
            layouts[str(name)] = layout
    return layouts


def write_marks(tree: Any, styles: Mapping[str, RunLayout]) -> None:
    """Write the marks of a part of a Word file into its runs."""
    for formula in list(tree.iter(f"{M}oMath")):
        _write_formula(formula)
    for node in list(tree.iter(f"{W}sym")):
        shown = symbol(node.get(f"{W}font", ""), int(node.get(f"{W}char", "0"), 16))
        _as_text(node, shown or leave_hole(UNKNOWN_SYMBOLS))
    for text in tree.iter(f"{W}t"):
        if text.text and PRIVATE.search(text.text):
            fonts = text.getparent().find(f"{W}rPr/{W}rFonts")
            text.text = in_unicode("" if fonts is None else fonts.get(f"{W}ascii", ""), text.text)
    for field in list(tree.iter(f"{W}ffData")):
        _write_field(field)
    for drawn, before, after in _drawings(tree):
        _write_drawing(drawn, before=before, after=after)
    _write_layouts(tree, styles)


def _as_text(node: Any, text: str) -> None:
    """Turn a node of a run into words."""
    for child in list(node):
        node.remove(child)
    node.attrib.clear()
    node.tag, node.text = f"{W}t", text
    node.set(_XML_SPACE, "preserve")


def _write_formula(formula: Any) -> None:
    line = omml_line(formula) or leave_hole(EQUATIONS)
    around = formula.getparent()
    place = around if around is not None and around.tag == f"{M}oMathPara" and len(around) == 1 else formula
    if place.getparent() is None:
        return
    run = place.makeelement(f"{W}r")
    text = run.makeelement(f"{W}t")
    text.text = line
    text.set(_XML_SPACE, "preserve")
    run.append(text)
    if around.tag == f"{M}oMathPara" and place is formula:  # one of several lines
        around.addprevious(run)
        around.remove(formula)
    else:
        place.getparent().replace(place, run)


def _write_field(field: Any) -> None:
    """Write the box or the list of a form of older versions of Word into the run that begins its field."""
    run = next(field.iterancestors(f"{W}r"), None)
    box, listed = field.find(f"{W}checkBox"), field.find(f"{W}ddList")
    if run is None:
        return
    shown = ""
    if box is not None:
        ticked = next((node for node in (box.find(f"{W}checked"), box.find(f"{W}default")) if node is not None), None)
        shown = TICKED if ticked is not None and ticked.get(f"{W}val", "1") not in _OFF else UNTICKED
    elif listed is not None:
        entries = [entry.get(f"{W}val", "") for entry in listed.iterchildren(f"{W}listEntry")]
        chosen = listed.find(f"{W}result")
        at = chosen.get(f"{W}val", "") if chosen is not None else "0"
        shown = entries[int(at)] if at.isdecimal() and int(at) < len(entries) else ""
    text = run.makeelement(f"{W}t")
    text.text = shown
    run.append(text)


def _write_drawing(drawn: Any, *, before: bool, after: bool) -> None:
    """Write what a picture is said to show where it stands; count objects and charts, which are not read."""
    if next(drawn.iter(f"{W}txbxContent"), None) is not None or drawn.getparent() is None:
        return
    kinds = {str(child.get("uri", "")).rpartition("/")[2] for child in drawn.iter("{*}graphicData")}
    if drawn.tag == f"{W}object":
        leave_out(OBJECTS)
    elif "chart" in kinds or "chartex" in kinds:
        leave_out(CHARTS)
    said = next((node.get("descr") for node in drawn.iter("{*}docPr") if node.get("descr")), "") or next(
        (node.get("alt") for node in drawn.iter("{*}shape") if node.get("alt")), ""
    )
    if not before and not after:
        shown = said
    elif before and after and next(drawn.iter("{*}anchor"), None) is None:  # within a sentence
        shown = f"[{said}]" if said else HOLE
        if not said and drawn.tag != f"{W}object":
            leave_out(PICTURES)
    else:
        shown = HOLE if drawn.tag == f"{W}object" else ""
    if shown:
        text = drawn.makeelement(f"{W}t")
        text.text = shown
        text.set(_XML_SPACE, "preserve")
        drawn.addprevious(text)


def _drawings(tree: Any) -> list[tuple[Any, bool, bool]]:
    """Return drawings, and whether words of their paragraph stand before them and behind them."""
    found: list[tuple[Any, Any, int]] = []
    words: Counter[Any] = Counter()
    for node in tree.iter(f"{W}t", f"{W}drawing", f"{W}pict", f"{W}object"):
        if node.tag == f"{W}t" and not (node.text or "").strip():
            continue
        paragraph = next(node.iterancestors(f"{W}p"), None)
        if node.tag == f"{W}t":
            words[paragraph] += 1
        elif paragraph is not None:
            found.append((node, paragraph, words[paragraph]))
    return [(node, bool(before), words[paragraph] > before) for node, paragraph, before in found]


def _write_layouts(tree: Any, styles: Mapping[str, RunLayout]) -> None:
    runs = ((run, _run_layout(run, styles)) for run in list(tree.iter(f"{W}r")))
    around: Any = None
    before = ""
    for (paragraph, layout), grouped in groupby(runs, key=lambda each: (each[0].getparent(), each[1])):
        texts = [text for run, _ in grouped for text in _texts(run, remove=layout.struck)]
        words = "".join(text.text or "" for text in texts)
        if paragraph is not around and (around is None or paragraph.tag == f"{W}p"):
            before = ""
        around = paragraph
        if layout.struck:
            if words.strip():
                leave_out(STRUCK)
            continue
        if layout.place and texts:
            texts[0].text = raised(words, before) if layout.place > 0 else lowered(words, before)
            texts[0].set(_XML_SPACE, "preserve")
            for text in texts[1:]:
                text.text = ""
        before = (before + words)[-8:]


def _texts(run: Any, *, remove: bool) -> Iterator[Any]:
    texts = list(run.iterchildren(f"{W}t"))
    if remove and run.getparent() is not None:
        run.getparent().remove(run)
    yield from texts


def _run_layout(run: Any, styles: Mapping[str, RunLayout]) -> RunLayout:
    return _layout(run.find(f"{W}rPr"), styles)


def _layout(properties: Any, styles: Mapping[str, RunLayout]) -> RunLayout:
    if properties is None:
        return RunLayout()
    named = properties.find(f"{W}rStyle")
    based = styles.get(named.get(f"{W}val", ""), RunLayout()) if named is not None else RunLayout()
    place, struck = based.place, based.struck
    for node in properties:
        value = node.get(f"{W}val", "")
        if node.tag == f"{W}vertAlign":
            place = _PLACES.get(value, 0)
        elif node.tag == f"{W}position" and value.lstrip("-").isdecimal() and abs(int(value)) >= LEAST_POSITION:
            place = RAISED if int(value) > 0 else LOWERED
        elif node.tag in (f"{W}strike", f"{W}dstrike"):
            struck = value not in _OFF
    return RunLayout(place, struck)
