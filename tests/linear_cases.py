"""The functions of rag/ and ingest/ that take a text, found by their annotations, and what they are tried with.

A text goes in as every parameter that may hold one: as a string, as bytes, as its lines, as a document, a passage or a
quote. Parameters beside it get a small value by their name. Readers of text files are tried whole, too, with the text
as their file and in the places of a file where a text may stand.
"""

from __future__ import annotations

import importlib
import inspect
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from rag.types import Chunk, Citation, Document, Element, Passage, QuotePart

REPOSITORY = Path(__file__).parent.parent
LANGUAGES = ("en", "es", "ru", "de")
PIECE = 12  # characters of a line, where a text has none; and at least of an element: no reader makes empty ones

# Values of parameters that are no text of a document or a person, by their names.
WORDS = {
    "declared": "", "delimiter": "|", "document_id": "d", "encoding": "cp1252", "field": "text", "kind": "text",
    "media_type": "text/plain", "script": "Latin", "separator": "|", "sign": "|", "suffix": ".toml", "usual": ",",
}  # fmt: skip
NUMBERS = {"begin": 0, "start": 0, "at": 0, "place": 0, "limit": 300, "k": 8, "most": 8, "width": 60}
ENDS = ("end", "until")
FITTED = {"heading": ("a",)}  # the headings above a chunk, which are cut to a quarter of its limit before
CLAIM = 300  # characters of a sentence that is compared with passages, word by word: a model wrote it


@dataclass(frozen=True)
class Case:
    """A function and what makes its arguments of a text."""

    name: str
    parameters: tuple[str, ...]  # that hold the text
    function: Callable[..., Any]
    arguments: Callable[[str], dict[str, Any]]

    def __str__(self) -> str:
        return self.name


def lines_of(text: str) -> list[str]:
    """Return the lines of a text; of one that has none its pieces, so that there are many."""
    return text.splitlines() if "\n" in text else [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


def as_bytes(text: str) -> bytes:
    """Return a text in UTF-8, with bytes that are no UTF-8 where it has surrogates for them."""
    return text.encode("utf-8", "surrogateescape")


def _elements(text: str) -> list[Element]:
    found, start, end = [], 0, 0
    for line in text.splitlines(keepends=True):
        end += len(line)
        if end - start >= PIECE or end == len(text):
            found.append(Element("text", start, end, section=("a",)))
            start = end
    return found


def _document(text: str) -> Document:
    return Document(text, tuple(_elements(text)), "text/plain", "en")


def _chunk(text: str) -> Chunk:
    return Chunk("c", "d", 0, text, 0, len(text), None, (text,), "en")


def _passage(text: str) -> Passage:
    return Passage("d", "d.txt", text, 0, len(text), None, ("a",), "en", 1.0)


def _quote(text: str) -> Citation:
    parts = tuple(QuotePart("text", each.start, each.end) for each in _elements(text))
    return Citation("d", "d.txt", None, ("a",), 0, len(text), text, parts=parts)


def _blocks(text: str) -> list[ReaderBlock]:
    return [ReaderBlock("text", line) for line in lines_of(text)]


def _words(text: str) -> int:
    return 2 + text.count(" ") + len(text) // 5


MAKERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "str | None": str,
    "bytes": as_bytes,
    **dict.fromkeys(("list[str]", "Sequence[str]", "Iterable[str]", "Collection[str]"), lines_of),
    "Iterator[str]": lambda text: iter(lines_of(text)),
    "tuple[str, ...]": lambda text: tuple(lines_of(text)),
    **dict.fromkeys(("set[str]", "frozenset[str]"), lambda text: frozenset(lines_of(text))),
    "Sequence[bytes]": lambda text: [as_bytes(line) for line in lines_of(text)],
    **dict.fromkeys(
        ("list[list[str]]", "Sequence[Sequence[str]]"), lambda text: [line.split("|") for line in lines_of(text)]
    ),
    "Iterable[tuple[str, int]]": lambda text: [(line, at % 3 - 1) for at, line in enumerate(lines_of(text))],
    **dict.fromkeys(("Mapping[str, str]", "dict[str, str]"), lambda text: {line: line for line in lines_of(text)}),
    "Document": _document,
    "list[Element]": _elements,
    "Chunk": _chunk,
    "Passage": _passage,
    "Sequence[Passage]": lambda text: [_passage(text)],
    "Citation": _quote,
    **dict.fromkeys(("Sequence[Citation]", "Iterable[Citation]"), lambda text: [_quote(text)]),
    **dict.fromkeys(("list[ReaderBlock]", "Iterable[ReaderBlock]"), _blocks),
}
PLAIN = {"int", "bool", "Count"}


def functions() -> list[Case]:
    """Return the module-level functions of rag/ and ingest/ whose parameters can all be made of a text."""
    found = []
    for base in ("rag", "ingest"):
        for path in sorted((REPOSITORY / base).rglob("*.py")):
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
            found.extend(_functions_of(name))
    return found


def _functions_of(name: str) -> Iterator[Case]:
    for key, value in vars(importlib.import_module(name)).items():
        function = inspect.unwrap(value) if callable(value) else value
        if not inspect.isfunction(function) or function.__module__ != name:
            continue
        every = inspect.signature(function).parameters.values()
        optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        needed = [each for each in every if each.default is each.empty and each.kind not in optional]
        types = {each.name: str(each.annotation) for each in needed}
        texts = tuple(
            each for each, kind in types.items() if kind in MAKERS and each not in ("language", *WORDS, *FITTED)
        )
        returns = function.__annotations__.get("return") not in (None, "None", "Iterator[None]")
        if not texts or not returns or not set(types.values()) <= MAKERS.keys() | PLAIN:
            continue
        for language in LANGUAGES if "language" in types else ("",):
            case = f"{name}.{key}, {language}" if language else f"{name}.{key}"
            yield Case(case, texts, function, _arguments(types, language))


def _arguments(types: dict[str, str], language: str) -> Callable[[str], dict[str, Any]]:
    def value(name: str, kind: str, text: str) -> Any:
        if name == "language":
            return language
        if kind == "str" and name in WORDS:
            return WORDS[name]
        if name in FITTED and kind == "tuple[str, ...]":
            return FITTED[name]
        if name == "sentence" and "passages" in types:
            return text[:CLAIM]
        if kind == "int":
            return len(text) if name in ENDS else NUMBERS.get(name, 1)
        if kind in PLAIN:
            return _words if kind == "Count" else False
        return MAKERS[kind](text)

    return lambda text: {name: value(name, kind, text) for name, kind in types.items()}


# A text in a place of a file where one may stand: what stands before and after it, and how it is written there.
PLACES: dict[str, tuple[str, str, Callable[[str], str]]] = {
    ".eml": ("From: a@b.c\nSubject: a\nContent-Type: text/plain; charset=utf-8\n\n", "\n", str),
    ".mbox": ("From a@b.c Mon Jan  1 00:00:00 2024\nFrom: a@b.c\nSubject: a\n\n", "\n", str),
    ".html": ("<html><body><p>", "</p></body></html>", escape),
    ".xml": ("<a><b>", "</b></a>", escape),
    ".fb2": ('<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><body><section><p>',
             "</p></section></body></FictionBook>", escape),
    ".rss": ("<rss><channel><item><description>", "</description></item></channel></rss>", escape),
    ".enex": ("<en-export><note><title>a</title><content>", "</content></note></en-export>", escape),
    ".json": ('[{"a": ', "}]", json.dumps),
    ".jsonl": ('{"a": ', "}\n", json.dumps),
    ".ipynb": ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "markdown", "metadata": '
               '{}, "source": ', "}]}", json.dumps),
    ".yaml": ("a: |\n  ", "\n", lambda text: text.replace("\n", "\n  ")),
    ".toml": ("a = ", "\n", json.dumps),
    ".ini": ("[a]\nb = ", "\n", lambda text: text.replace("\n", "\n ")),
    ".plist": ('<plist version="1.0"><dict><key>a</key><string>', "</string></dict></plist>", escape),
    ".ics": ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:", "\nEND:VEVENT\nEND:VCALENDAR\n", str),
    ".vcf": ("BEGIN:VCARD\nFN:", "\nEND:VCARD\n", str),
    ".srt": ("1\n00:00:01,000 --> 00:00:02,000\n", "\n", str),
    ".vtt": ("WEBVTT\n\n00:01.000 --> 00:02.000\n", "\n", str),
    ".tex": ("\\documentclass{article}\\begin{document}", "\\end{document}", str),
    ".rtf": ("{\\rtf1 ", "}", lambda text: "".join(each if each.isascii() else f"\\u{ord(each)}?" for each in text)),
}  # fmt: skip


def readers() -> list[Case]:
    """Return the readers of text files: given the text as a file, and a file with the text in it."""
    found = []
    taken = set()
    for suffix, entry in READERS.items():
        if suffix not in PLACES and (not entry.is_text or entry.module in taken):
            continue
        taken.add(entry.module)
        read = importlib.import_module(entry.module).read
        if entry.is_text:
            found.append(_reader(f"{entry.module}.read, {suffix}", suffix, read, as_bytes))
        if suffix in PLACES:
            found.append(_reader(f"{entry.module}.read, in {suffix}", suffix, read, _placed(*PLACES[suffix])))
    return found


def _placed(before: str, after: str, written: Callable[[str], str]) -> Callable[[str], bytes]:
    return lambda text: as_bytes(before + written(text) + after)


def _reader(name: str, suffix: str, read: Callable[[Path], Document], content: Callable[[str], bytes]) -> Case:
    def arguments(text: str) -> dict[str, Any]:
        path = Path(tempfile.gettempdir()) / f"oaken-linear{suffix}"
        path.write_bytes(content(text))
        return {"path": path}

    return Case(name, ("text",), read, arguments)
