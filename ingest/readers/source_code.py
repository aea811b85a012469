"""Reader of source code and other files read line by line.

Where the language has definitions, each is an element of its own, its section the names around it: ``("Ferry",
"fare")`` for the method ``fare`` of the class ``Ferry``.
"""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.readers.shared.build import clean_code
from ingest.readers.shared.decoding.text_decoding import decode
from rag.text.detect import detect_language
from rag.types import Document, Element

# Suffix -> the language, and the tree-sitter package with its grammar (and the name of the function there).
_GRAMMARS = {
    ".py": ("python", "tree_sitter_python", "language"),
    ".pyi": ("python", "tree_sitter_python", "language"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), ("javascript", "tree_sitter_javascript", "language")),
    ".ts": ("typescript", "tree_sitter_typescript", "language_typescript"),
    ".tsx": ("typescript", "tree_sitter_typescript", "language_tsx"),
    ".java": ("java", "tree_sitter_java", "language"),
    ".go": ("go", "tree_sitter_go", "language"),
    ".rs": ("rust", "tree_sitter_rust", "language"),
    ".c": ("c", "tree_sitter_c", "language"),
    **dict.fromkeys((".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh"), ("c++", "tree_sitter_cpp", "language")),
    ".cs": ("csharp", "tree_sitter_c_sharp", "language"),
    ".php": ("php", "tree_sitter_php", "language_php"),
    ".rb": ("ruby", "tree_sitter_ruby", "language"),
}
_LANGUAGE_EXTENSIONS = {
    **dict.fromkeys((".sh", ".bash", ".zsh", ".fish"), "shell"),
    **dict.fromkeys((".yaml", ".yml"), "yaml"),
    **dict.fromkeys((".ini", ".cfg", ".conf", ".env", ".properties"), "ini"),
    **dict.fromkeys((".kt", ".kts"), "kotlin"),
    ".pl": "perl",
    ".r": "r",
    ".jl": "julia",
    ".hs": "haskell",
    ".log": "log",
    ".ps1": "powershell",
    ".vb": "visual-basic",
}
_HOLDS_OTHERS = re.compile(
    r"(?:abstract_)?(?:class|interface|struct|enum|trait|impl|module|mod|namespace|record|union|object)"
    r"_(?:definition|declaration|item|specifier)|internal_module|class|module"
)
_DEFINITION_END = re.compile(
    r"(?:generator_)?(?:function|method|constructor|destructor|macro|type|type_alias)"
    r"_(?:definition|declaration|item)|method|singleton_method"
)
_WRAPPING_NODES = frozenset({"decorated_definition", "export_statement", "template_declaration", "declaration"})
MAX_DEFINITION_DEPTH = 4  # definitions within definitions
MAX_SOURCE_CHARS = 4 * 2**20  # characters; longer files are generated, and not parsed for definitions
# A grammar looks for what may be meant in text that is none of its own, in time that grows with the square of the
# length. Code takes 0.3 s for a megabyte (220 files in Python and JavaScript).
MAX_PARSER_SECONDS = 0.1  # of processor, and for each megabyte:
MAX_PARSER_SECONDS_PER_MB = 6.0
_SLICE_BYTES = 64 * 1024
_TRIED_BYTES = 16 * 1024  # that are parsed alone, to tell whether they are in the language
MAX_CODE_SECONDS_PER_MB = 3.0  # of processor, where they are: minified code takes up to 2


@dataclass(frozen=True, slots=True)
class _Definition:
    name: str
    start: int
    end: int
    nested: tuple[_Definition, ...]


def read(path: Path) -> Document:
    """Read a source file: its text as it is, except for tabs and trailing white space."""
    suffix = path.suffix.lower()
    text = clean_code(decode(path.read_bytes()))
    name = _GRAMMARS[suffix][0] if suffix in _GRAMMARS else _LANGUAGE_EXTENSIONS.get(suffix, suffix.lstrip("."))
    elements = tuple(_elements(text, suffix))
    return Document(text, elements, f"text/x-{name or 'source'}", language=detect_language(text))


def _elements(text: str, suffix: str) -> Iterator[Element]:
    found = _outline(text, suffix) if suffix in _GRAMMARS and len(text) <= MAX_SOURCE_CHARS else ()
    for start, end, section in _pieces(found, 0, len(text), ()):
        while start < end and text[start] == "\n":
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if text[start:end].strip():
            yield Element("code", start, end, None, section)


def _pieces(
    found: tuple[_Definition, ...], start: int, end: int, section: tuple[str, ...]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the text from ``start`` to ``end``, cut where definitions begin and end."""
    for each in found:
        yield start, each.start, section
        yield from _pieces(each.nested, each.start, each.end, (*section, each.name))
        start = each.end
    yield start, end, section


def _outline(text: str, suffix: str) -> tuple[_Definition, ...]:
    """Return the definitions of a source text; none where the parser finds no way through it."""
    from tree_sitter import Language, Parser

    _, module, function = _GRAMMARS[suffix]
    parser = Parser(Language(getattr(importlib.import_module(module), function)()))
    data = text.encode()
    end = time.process_time() + MAX_PARSER_SECONDS + MAX_PARSER_SECONDS_PER_MB * len(data) / 1e6
    try:
        if _is_foreign(parser, data, end):
            return ()
        tree = _parsed(parser, data, end)
    except ValueError:  # ended
        return ()
    return tuple(_definitions(tree.root_node, data, _ByteOffsets(text, data), MAX_DEFINITION_DEPTH))


def _parsed(parser: Any, data: bytes, end: float) -> Any:
    return parser.parse(
        lambda at, _: data[at : at + _SLICE_BYTES],  # a parser that is given all at once cannot be ended
        progress_callback=lambda *_: time.process_time() > end,
    )


def _is_foreign(parser: Any, data: bytes, end: float) -> bool:
    """Tell whether the parser is slow with a long run of the text: it is not in its language.

    Of such a run it keeps every word until the end, and there takes minutes and gigabytes, without asking whether it
    shall go on. A long comment that is cut, or C++ in a header of C, is parsed as fast as any code.
    """
    if len(data) <= 2 * _TRIED_BYTES:
        return False
    was_slow = False
    for piece in _slices(data):
        slow = _is_slow(parser, piece, end)
        if slow and was_slow:
            return True
        was_slow = slow
    return False


def _slices(data: bytes) -> Iterator[bytes]:
    """Yield the data cut at lines' ends, where lines are not too long."""
    at = 0
    while at < len(data):
        stop = data.find(b"\n", at + _TRIED_BYTES, at + 2 * _TRIED_BYTES) + 1 or at + _TRIED_BYTES
        yield data[at:stop]
        at = stop


def _is_slow(parser: Any, piece: bytes, end: float) -> bool:
    begun = time.process_time()
    _parsed(parser, piece, end)
    return time.process_time() - begun > MAX_CODE_SECONDS_PER_MB * len(piece) / 1e6


class _ByteOffsets:
    """Converts byte offsets to character offsets."""

    def __init__(self, text: str, data: bytes) -> None:
        self._plain = len(text) == len(data)
        self._data = data
        self._seen = (0, 0)

    def __call__(self, at: int) -> int:
        if self._plain:
            return at
        byte, character = self._seen if self._seen[0] <= at else (0, 0)
        character += len(self._data[byte:at].decode(errors="ignore"))
        self._seen = at, character
        return character


def _definitions(node: Any, data: bytes, place: _ByteOffsets, depth: int) -> Iterator[_Definition]:
    """Yield the definitions in a node, in order; those within others come with them."""
    waiting = list(reversed(node.children))
    while waiting:
        child = waiting.pop()
        inner = _unwrapped(child)
        holds = bool(_HOLDS_OTHERS.fullmatch(inner.type)) and inner.is_named
        if (holds or _DEFINITION_END.fullmatch(inner.type)) and inner.is_named and (name := _name(inner)):
            start = place(_with_remarks(child, data))
            within = tuple(_definitions(inner, data, place, depth - 1)) if holds and depth > 1 else ()
            yield _Definition(name, start, place(child.end_byte), within)
        else:
            waiting.extend(reversed(child.children))


def _unwrapped(node: Any) -> Any:
    """Return the definition in a decorated, exported or templated one."""
    while node.type in _WRAPPING_NODES:
        children = [
            c for c in node.named_children if _HOLDS_OTHERS.fullmatch(c.type) or _DEFINITION_END.fullmatch(c.type)
        ]
        children = children or [c for c in node.named_children if c.type in _WRAPPING_NODES]
        if len(children) != 1:
            return node
        node = children[0]
    return node


def _with_remarks(node: Any, data: bytes) -> int:
    """Return where a definition begins, including the comment right above it."""
    first = node
    while (before := first.prev_sibling) is not None and "comment" in before.type:
        if first.start_point.row - before.end_point.row > 1:
            break
        above = before.prev_sibling
        if above is not None and above.end_point.row == before.start_point.row and above.end_byte != before.start_byte:
            break  # at the end of another line
        first = before
    start = int(first.start_byte)
    line = data.rfind(b"\n", 0, start) + 1
    return line if not data[line:start].strip() else start  # with its indentation


def _name(node: Any) -> str:
    named = node.child_by_field_name("type" if node.type == "impl_item" else "name")
    deeper = node
    while named is None and (deeper := deeper.child_by_field_name("declarator")) is not None:
        if deeper.type.endswith("identifier") or deeper.child_by_field_name("declarator") is None:
            named = deeper
    if named is None and node.type == "type_declaration":
        named = next((child.child_by_field_name("name") for child in node.named_children), None)
    return named.text.decode(errors="replace").strip().split("\n")[0][:80] if named is not None else ""
