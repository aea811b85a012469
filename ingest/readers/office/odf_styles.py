"""Styles of an OpenDocument file: which paragraph is a heading, how a list is numbered, what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from ingest.readers.shared.raised import LOWERED, RAISED

_ODF_HEADING = re.compile(r"Heading_20_(\d{1,2})$")
_PER_CENT = re.compile(r"(-?\d+(?:\.\d+)?)%")
_ROMAN_DIGITS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
MAX_STYLE_DEPTH = 12  # styles based on styles; damaged files go round in circles


def name_of(node: Any) -> str:
    """Return the name of an element without its namespace; "" for what is none."""
    return str(etree.QName(node).localname) if isinstance(node.tag, str) else ""


class OdfStyles:
    """The styles of a document, its own before the common ones."""

    def __init__(self, trees: Sequence[Any]) -> None:
        self._styles: dict[str, Any] = {}
        self._lists: dict[tuple[str, int], Any] = {}
        for tree in trees:
            for style in tree.iter("{*}style"):
                self._styles.setdefault(self.attribute(style, "name"), style)
            for style in tree.iter("{*}list-style"):
                for level in style:
                    key = self.attribute(style, "name"), self.number(level, "level")
                    self._lists.setdefault(key, level)

    def attribute(self, node: Any, name: str) -> str:
        """Return the value of an attribute, whatever its namespace; "" where there is none."""
        return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")

    def number(self, node: Any, name: str) -> int:
        """Return the value of a numeric attribute, 1 where there is none."""
        value = self.attribute(node, name)
        return int(value) if value.isdecimal() and len(value) < 9 else 1

    def level(self, node: Any, tag: str) -> int | None:
        """Return the level of a heading: 0 the title of the document, 1 the outermost; None for a paragraph."""
        for name in self._line(self.attribute(node, "style-name")):
            if name == "Title":
                return 0
            if match := _ODF_HEADING.match(name):
                return int(match.group(1))
        return self.number(node, "outline-level") if tag == "h" else None

    def is_hidden(self, node: Any) -> bool:
        """Tell whether a node is hidden from the document's readers."""
        if name_of(node) in ("hidden-text", "hidden-paragraph") or self.attribute(node, "display") == "none":
            return True
        name = self.attribute(node, "style-name")
        style = self._styles.get(name)
        return style is not None and any(
            self.attribute(properties, "display") == "none" for properties in style.iter("{*}text-properties")
        )

    def place(self, node: Any) -> int:
        """Return RAISED or LOWERED for a span that its style sets above or below the line, else 0."""
        for properties in self._text_properties(node):
            position = self.attribute(properties, "text-position").split()
            if position and position[0] in ("super", "sub"):
                return RAISED if position[0] == "super" else LOWERED
            if position and (match := _PER_CENT.fullmatch(position[0])) and float(match[1]):
                return RAISED if float(match[1]) > 0 else LOWERED
        return 0

    def is_struck(self, node: Any) -> bool:
        """Tell whether a span or a paragraph is struck out by its style."""
        return any(
            self.attribute(properties, name) not in ("", "none")
            for properties in self._text_properties(node)
            for name in ("text-line-through-style", "text-line-through-type")
        )

    def _text_properties(self, node: Any) -> Iterator[Any]:
        for name in self._line(self.attribute(node, "style-name")):
            if (style := self._styles.get(name)) is not None:
                yield from style.iterchildren("{*}text-properties")

    def first_number(self, style: str, depth: int) -> int:
        """Return the first number of a list."""
        level = self._lists.get((style, depth))
        return 1 if level is None else self.number(level, "start-value")

    def mark(self, style: str, depth: int, number: int) -> str:
        """Return the label of a numbered list's item: "2."; "" for a list with bullets."""
        level = self._lists.get((style, depth))
        if level is None or name_of(level) != "list-level-style-number":
            return ""
        shape = self.attribute(level, "num-format")
        if shape.lower() == "a" and number < 27:
            numeral = chr(ord(shape) + number - 1)
        elif shape.lower() == "i" and number < 40:
            numeral = _roman(number).upper() if shape == "I" else _roman(number)
        else:
            numeral = str(number) if shape else ""
        before, after = self.attribute(level, "num-prefix"), self.attribute(level, "num-suffix") or "."
        return f"{before}{numeral}{after}" if numeral else ""

    def _line(self, name: str) -> list[str]:
        """Return a style's name and those that it is based on."""
        names: list[str] = []
        while name and len(names) < MAX_STYLE_DEPTH:
            names.append(name)
            style = self._styles.get(name)
            name = self.attribute(style, "parent-style-name") if style is not None else ""
        return names


def _roman(number: int) -> str:
    digits = ""
    for value, letters in _ROMAN_DIGITS:
        while number >= value:
            digits += letters
            number -= value
    return digits
