"""Reader of reStructuredText: parsed by docutils, which includes no file and runs nothing.

Directives and roles of other programs (Sphinx, for one) are read as the text that they hold. A long paragraph is parsed
piece by piece: docutils' time for one grows with its square.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.readers.markup.html_page import page_blocks
from ingest.readers.registry import READERS
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from rag.types import Document

_DOCUTILS_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "halt_level": 5,
    "report_level": 5,
    "doctitle_xform": False,
    "initial_header_level": 1,
    "embed_stylesheet": False,
    "stylesheet_path": None,
    "syntax_highlight": "none",
    "math_output": "latex",
    "output_encoding": "unicode",
    "line_length_limit": 1_000_000,
    "smart_quotes": False,
    "warning_stream": False,
    "section_self_link": False,
    "footnote_references": "brackets",
    "table_style": "",
    "pep_references": False,
    "rfc_references": False,
}
_ROLE_TITLE = re.compile(r"([^<]*[^<\s])\s*<[^<>]*>", re.DOTALL)  # :ref:`the words<their target>`
_SPACED_CODE = re.compile(r"``[ ]+([^`\s](?:[^`]*[^`\s])?)[ ]+``")  # what docutils takes for text, and people for code
_GLUED_CODE = re.compile(r"(?<=\w)``(?=\w{3})")  # a space is lacking behind it
_MAX_INLINE_CHARS = 2_000  # characters of a paragraph that are parsed at once
_NOT_READ = frozenset("toctree index graphviz digraph graph plot mermaid tabularcolumns".split())
_NOT_SHOWN = _NOT_READ | frozenset(
    "include literalinclude image figure highlight only module currentmodule program default-role codeauthor".split()
)


def read(path: Path) -> Document:
    """Read a reStructuredText file."""
    return build(page_blocks(_page(decode(path.read_bytes()))), READERS[".rst"].media_type)


def _page(text: str) -> str:
    from docutils.core import publish_parts
    from docutils.parsers.rst import Parser

    _take_foreign_words()
    parser = Parser(inliner=_piecewise_inliner())
    return str(publish_parts(text, parser=parser, writer="html5", settings_overrides=_DOCUTILS_SETTINGS)["html_body"])


def _piecewise_inliner() -> Any:
    from docutils import nodes
    from docutils.parsers.rst.states import Inliner

    inliner = Inliner()
    whole = inliner.parse

    def parse(text: str, *place: Any) -> tuple[list[Any], list[Any]]:
        found = (node for piece in _pieces(text) for node in whole(piece, *place)[0])
        return [meant(node) for node in found], []

    def meant(node: Any) -> Any:
        if isinstance(node, nodes.problematic):
            # Unclosed markup is text. docutils makes it so at the end, searching all nodes for each.
            return nodes.Text(_SPACED_CODE.sub(r"\1", node.astext()))
        if isinstance(node, nodes.Text):
            return nodes.Text(_SPACED_CODE.sub(r"\1", node)) if "``" in node else node
        if isinstance(node, nodes.title_reference) and (titled := _ROLE_TITLE.fullmatch(node.astext())):
            return nodes.Text(titled[1])
        if isinstance(node, nodes.literal) and "``" in node.astext():
            return nodes.Text(_GLUED_CODE.sub(" ", node.astext()).replace("``", ""))
        return node

    inliner.parse = parse  # of the object: docutils makes patterns of the variables of the class itself
    return inliner


def _pieces(text: str) -> Iterator[str]:
    """Cut a text after a sentence, or after a word, where it is too long."""
    begin = 0
    while len(text) - begin > _MAX_INLINE_CHARS:
        least, most = begin + _MAX_INLINE_CHARS // 2, begin + _MAX_INLINE_CHARS
        found = (text.rfind(sign, least, most) + len(sign) for sign in (". ", ".\n", "\n", " "))
        end = next((end for end in found if end > least), most)
        yield text[begin:end]
        begin = end
    yield text[begin:]


@lru_cache(maxsize=1)
def _take_foreign_words() -> None:
    """Let unknown directives and roles give their text, where docutils would give an error in its place."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles

    class AnyOption(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            return directives.unchanged

    class Unknown(Directive):  # type: ignore[misc]
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = AnyOption()

        def run(self) -> list[Any]:
            found: list[Any] = []
            name = self.name.rpartition(":")[2]
            if self.arguments and name not in _NOT_SHOWN:
                inner, messages = self.state.inline_text(" ".join(self.arguments[0].split()), self.lineno)
                found += [nodes.paragraph("", "", *inner), *messages]
            if self.content and name not in _NOT_READ:
                holder = nodes.container()
                self.state.nested_parse(self.content, self.content_offset, holder)
                found.append(holder)
            return found

    def unknown(name: str, raw: str, text: str, *_: Any) -> Any:
        titled = _ROLE_TITLE.fullmatch(text)
        shown = titled[1] if titled else text.lstrip("~!")
        return [nodes.inline(raw, shown.replace("\0", ""))], []

    known_directive, known_role = directives.directive, roles.role

    def directive(name: str, language: Any, document: Any) -> Any:
        found, messages = known_directive(name, language, document)
        if found and not isinstance(getattr(found, "option_spec", None), AnyOption):
            found.option_spec = AnyOption(getattr(found, "option_spec", None) or {})  # Sphinx knows more of them
        return (found, messages) if found else (Unknown, [])

    def role(name: str, language: Any, lineno: int, reporter: Any) -> Any:
        found, messages = known_role(name, language, lineno, reporter)
        return (found, messages) if found else (unknown, [])

    directives.directive, roles.role = directive, role
