"""What a web page shows by its layout, put into its words before they are read.

Raised and lowered characters, formulas, filled form fields, terms with their definitions; struck-out words are left
out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from ingest.readers.formulas.latex import latex_line
from ingest.readers.formulas.mathml import mathml_line
from ingest.readers.shared.left_out import EQUATIONS, SOUND, STRUCK, leave_hole, leave_out
from ingest.readers.shared.raised import footnote_sign, lowered, raised

TICKED, UNTICKED = "☒", "☐"
LONGEST_TERM = 200  # characters; a longer one is a paragraph by itself
_FIELD_TAGS = ("input", "select", "textarea")
_STRUCK_TAGS = ("s", "strike", "del")
_SCRIPT_STYLE = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,200}line-through", re.IGNORECASE)
_FORMULA_IMAGE = re.compile(r"\b(?:math|tex|latex|formula|equation)|mwe-math", re.IGNORECASE)
_TEXT_FORMULA = re.compile(r"\\\(((?:(?!\\\(|\\\)).){1,2000})\\\)|\\\[((?:(?!\\\[|\\\]).){1,2000})\\\]", re.DOTALL)
_TYPESETTER = re.compile(r"mathjax|katex", re.IGNORECASE)
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]{2}")
_NOT_TYPESET = ("script", "style", "code", "pre", "textarea", "kbd", "samp", "tt")
_NO_TEXT_FIELDS = frozenset("hidden password submit button image reset file color range".split())
_LABEL_TAGS = ("label", "b", "strong", "span", "em", "i")
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_AROUND = 4  # elements to look at for what stands before a raised character
_FIRST_IN = ("p", "div", "span")
BOX_TITLES = frozenset(("admonition-title", "markdown-alert-title"))  # classes, also of what plain_markdown writes
MAX_TERMS = 30  # terms of one definition
MAX_TITLE_NODES = 30  # elements within a title of a box
_REMOVED = "REMOVED"  # a tag: no page has one with capitals, once it is parsed
_TITLE_IS_SENTENCE = re.compile(r"[.!?…:;。！？]$")


def write_formulas(body: Any) -> None:
    """Put a line of text in the place of each formula, also where only an image of it is meant to be seen."""
    for node in list(body.iter("math", "script", "img")):
        if node.tag == "math":
            _put(_shown_place(node), mathml_line(node) or leave_hole(EQUATIONS))
        elif node.tag == "script" and (node.get("type") or "").lower().startswith("math/tex"):
            _put(node, latex_line(node.text or ""))
        elif node.tag == "img" and node.get("alt") and node.get("aria-hidden") != "true" and _is_formula(node):
            _put(node, latex_line(re.sub(r"^\{\\displaystyle (.*)\}$|^\$+|\$+$", r"\1", node.get("alt"))))


def write_typeset(body: Any) -> None:
    r"""Put a line of text in the place of each formula that a script would typeset: ``\\(x^2\\)``, ``\\[x^2\\]``.

    Where no such script is named, only one with a command or of a class that says so: ``\\(`` may be a pattern's.
    """
    if not _TEXT_FORMULA.search(etree.tostring(body, method="text", encoding="unicode")):
        return
    root = body.getroottree().getroot()
    typeset = any(_TYPESETTER.search(each.get("src") or each.text or "") for each in root.iter("script"))
    for node in body.iter(etree.Element):
        if node.text and _TEXT_FORMULA.search(node.text) and node.tag not in _NOT_TYPESET:
            named = typeset or _FORMULA_IMAGE.search(node.get("class") or "") is not None
            node.text = _with_formulas(node.text, named)
        if node.tail and node is not body and node.getparent().tag not in _NOT_TYPESET:
            node.tail = _with_formulas(node.tail, typeset)


def _with_formulas(text: str, named: bool) -> str:
    return _TEXT_FORMULA.sub(
        lambda found: latex_line(found[1] or found[2]) if named or _TEX_COMMAND.search(found[0]) else found[0], text
    )


def _is_formula(image: Any) -> bool:
    alt = image.get("alt")
    return _FORMULA_IMAGE.search(image.get("class") or "") is not None and ("\\" in alt or "^" in alt or "=" in alt)


def _shown_place(formula: Any) -> Any:
    """Return the node that a formula's text takes the place of: one that hides nothing but the formula."""
    place = formula
    for _ in range(_AROUND):
        around = place.getparent()
        alone = around is not None and len(around) == 1 and not (around.text or place.tail or "").strip()
        if not alone or around.tag not in ("span", "mjx-assistive-mml", "mjx-container"):
            break
        place = around
    return place


def _put(node: Any, text: str) -> None:
    """Put a plain element with this text in a node's place; what follows the node stays."""
    for child in list(node):
        node.remove(child)
    node.tag, node.text = "span", text
    node.attrib.clear()


def write_fields(body: Any) -> None:
    """Put what a form's fields hold in their place: text, what is chosen, a box that is ticked or is not.

    A field that nothing labels says nothing, such as the one of a search.
    """
    labelled = {label.get("for") for label in body.iter("label")} - {None}
    for node in list(body.iter(*_FIELD_TAGS)):
        value = _value(node)
        is_box = value in (TICKED, UNTICKED)
        if value and node.get("id") not in labelled and next(node.iterancestors("label"), None) is None:
            if label := (node.get("aria-label") or node.get("title") or "").strip():
                value = f"{value} {label}" if is_box else f"{label}: {value}"
            elif not _stands_by_words(node, behind=is_box):
                value = ""
        _put(node, f" {value} " if value else "")


def _stands_by_words(field: Any, *, behind: bool) -> bool:
    """Tell whether words stand before a field, or ``behind`` it, that may label it."""
    if behind and (field.tail or "").strip():
        return True
    previous, following, around = field.getprevious(), field.getnext(), field.getparent()
    if behind and following is not None and following.tag in _LABEL_TAGS and following.text_content().strip():
        return True
    if previous is not None:
        inline = previous.tag in _LABEL_TAGS and previous.text_content().strip()
        return bool((previous.tail or "").strip() or inline)
    if around is None or (around.text or "").strip():
        return around is not None
    cell = around.getprevious() if around.tag in ("td", "dd") else None
    return cell is not None and bool(cell.text_content().strip())


def _value(field: Any) -> str:
    if field.tag == "textarea":
        return str(field.text_content()).strip()
    if field.tag == "select":
        chosen = (each for each in field.iter("option") if each.get("selected") is not None)
        return ", ".join(each.text_content().strip() for each in chosen)
    kind = (field.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return TICKED if field.get("checked") is not None else UNTICKED
    return "" if kind in _NO_TEXT_FIELDS else str(field.get("value") or "").strip()


def count_sound(body: Any) -> None:
    """Count the sounds and videos of a page: they are not transcribed."""
    leave_out(SOUND, sum(1 for _ in body.iter("audio", "video")))


def write_inline_marks(body: Any, styled: Iterable[Any]) -> None:
    """Write raised and lowered words of a page as such, and leave out those that are struck out.

    ``styled`` are nodes whose own style may say so.
    """
    marked = list(styled)
    done: set[Any] = set()  # within a node that was written: deep nests are looked at once
    for node in (*marked, *body.iter(*_STRUCK_TAGS)):
        if node not in done and (node.tag in _STRUCK_TAGS or _STRUCK_STYLE.search(node.get("style") or "")):
            done.update(node.iter())
            leave_out(STRUCK, int(bool(node.text_content().strip())))
            mark_removed(node)
    remove_marked(body)
    for node in (*marked, *body.iter("sup", "sub")):
        place = _SCRIPT_STYLE.search(node.get("style") or "")
        if node not in done and node.getparent() is not None and (place or node.tag in ("sup", "sub")):
            done.update(node.iter())
            _write_script(node, up=node.tag == "sup" or (place is not None and place[1].lower() == "super"))


def mark_removed(node: Any) -> None:
    """Mark an element, that :func:`remove_marked` removes; one by one each would copy the text before it."""
    node.tag = _REMOVED


def remove_marked(body: Any) -> None:
    """Remove the marked elements; the text after each stays."""
    etree.strip_elements(body, _REMOVED, with_tail=False)


def _write_script(node: Any, *, up: bool) -> None:
    text = node.text_content()
    if not text.strip():
        return
    leaf = node
    while len(leaf) == 1 and not (leaf.text or "").strip() and not (leaf[0].tail or "").strip():
        leaf = leaf[0]
    linked = next((each for each in (node.getparent(), *node.iter("a")) if each.tag == "a"), None)
    if up and linked is not None and "#" in (linked.get("href") or ""):
        text = footnote_sign(text)
    for child in list(leaf):
        leaf.remove(child)
    leaf.text = raised(text, _before(node)) if up else lowered(text, _before(node))


def _before(node: Any) -> str:
    """Return the last characters before a node."""
    for _ in range(_AROUND):
        previous = node.getprevious()
        if previous is not None:
            if previous.tail:
                return str(previous.tail[-8:])
            if text := previous.text_content():
                return str(text[-8:])
            node = previous
            continue
        node = node.getparent()
        if node is None:
            return ""
        if node.text:
            return str(node.text[-8:])
    return ""


def write_definitions(body: Any, blocks: frozenset[str]) -> None:
    """Put each term of a definition list before its definitions: "Warranty: 24 months"; ``blocks``: block tags."""
    for listing in list(body.iter("dl")):
        for term in list(listing.iter("dt")):
            if term.getparent().tag == "dt":  # libxml2 puts a term into the one before that is not closed
                term.getparent().addnext(term)
        terms: list[Any] = []
        ended = defined = False  # a definition has come, and was written
        for node in _entries(listing):
            if node.tag == "dt":
                if ended:
                    terms, ended, defined = [], False, False
                terms.append(node)
            elif node.tag == "dd" and terms:
                ended = True
                if len(terms) <= MAX_TERMS and (_define(node, terms, blocks) or defined):
                    for term in terms:
                        if term.getparent() is not None:
                            term.drop_tree()
                    defined = True


def _entries(listing: Any) -> Iterator[Any]:
    for child in list(listing):
        yield from list(child) if child.tag == "div" else (child,)


def _define(definition: Any, terms: list[Any], blocks: frozenset[str]) -> bool:
    """Put terms before a definition; return False where a heading, a long term or a table stands in the way."""
    first = definition
    while not (first.text or "").strip() and len(first) and first[0].tag in _FIRST_IN:
        first = first[0]
    bare = not (first.text or "").strip()
    if (bare and (not len(first) or first[0].tag in blocks)) or any(map(_stands_alone, terms)):
        return False
    words = ", ".join(" ".join(term.text_content().split()) for term in terms)
    tail = f"{'' if words.endswith((':', '?', '–', '—')) else ':'} {(first.text or '').lstrip()}"
    put = first.makeelement("span")
    if len(terms) == 1 and terms[0].getparent() is not None:  # with its links
        put.text = (terms[0].text or "").lstrip()
        put.extend(list(terms[0]))
        if len(put):
            put[-1].tail = (put[-1].tail or "").rstrip()
        else:
            put.text = put.text.rstrip()
    else:
        put.text = words
    first.text, put.tail = None, tail
    first.insert(0, put)
    return True


def _stands_alone(term: Any) -> bool:
    words = term.text_content()
    return not 0 < len(words.strip()) <= LONGEST_TERM or any(node.tag in _HEADINGS for node in term.iter())


def number_items(body: Any) -> None:
    """Put the number of each item of an ordered list before its text."""
    for listing in body.iter("ol"):
        start = listing.get("start", "")
        number = int(start) if start.lstrip("-").isdecimal() and len(start) < 9 else 1
        for item in listing.iterchildren("li"):
            first = item
            while not (first.text or "").strip() and len(first) and first[0].tag in ("p", "div"):
                first = first[0]
            first.text = f"{number}. {(first.text or '').lstrip()}"
            number += 1


def write_box_titles(body: Any) -> None:
    """Put the title of a box ("Note") before its first paragraph: alone it would be a sentence that says nothing.

    A title that is a sentence stays by itself, and one above a list, a table or code.
    """
    for node in body.xpath(".//p[@class]|.//span[@class]|.//div[@class]"):
        if not BOX_TITLES.intersection(node.get("class", "").split()):
            continue
        if node.getparent() is None or sum(1 for _ in islice(node.iter(), MAX_TITLE_NODES + 1)) > MAX_TITLE_NODES:
            continue
        title = " ".join(node.text_content().split())
        around = node.getparent() if node.tag == "span" else node
        alone = around is node or (len(around) == 1 and not f"{around.text or ''}{node.tail or ''}".strip())
        text = around.getnext()
        while text is not None and text.tag in ("div", "section") and not (text.text or "").strip() and len(text):
            text = text[0]
        if text is None or text.tag != "p" or BOX_TITLES.intersection(text.get("class", "").split()):
            continue
        if title and alone and not (around.tail or "").strip() and not _TITLE_IS_SENTENCE.search(title):
            text.text = f"{title}: {(text.text or '').lstrip()}"
            around.drop_tree()
