"""Word files of any XML."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from tests.ingest.made import WORDS, write_docx


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def word_with(path: Path, body: str, more: dict[str, str] | None = None, relations: str = "") -> Path:
    """A Word file whose body begins with that XML; ``more`` parts, and relations of the document to them."""
    write_docx(path, WORDS["en"])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["word/document.xml"] = re.sub(rb"<w:body>", b"<w:body>" + body.encode(), parts["word/document.xml"], count=1)
    rels = "word/_rels/document.xml.rels"
    parts[rels] = parts[rels].replace(b"</Relationships>", relations.encode() + b"</Relationships>")
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="{"text/html" if name.endswith(".html") else "application/xml"}"/>'
        for name in more or {}
    )
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kinds.encode() + b"</Types>")
    parts |= {name: text.encode() for name, text in (more or {}).items()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path
