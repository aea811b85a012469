"""German: words of ``schema/bounds.py``."""

from __future__ import annotations

from rag.text.languages.schema.bounds import BoundWords

BOUNDS = BoundWords(
    more=r"über|mehr als|oberhalb von|älter als|länger als",
    less=r"unter|weniger als|unterhalb von|jünger als|kürzer als",
    at_least=r"mindestens|wenigstens|ab|nicht weniger als|minimum",
    at_most=r"bis zu|höchstens|maximal|nicht mehr als|max\.",
    or_more=r"(?:oder|und) (?:mehr|darüber|älter)",
    or_less=r"(?:oder|und) (?:weniger|darunter|jünger)",
    after="nach",
    before="vor",
    first=r"vom?",
    last=r"bis(?: zum)?",
    between=r"zwischen(?: dem)?",
    joiner=r"und(?: dem)?",
    only="nur|ausschließlich|lediglich",
    permits=r"darf|darfst|dürfen|dürft|kann|kannst|können|erlaubt|gestattet|zulässig",
    forbids=r"verboten|untersagt|geschlossen|gesperrt|unzulässig|ausgenommen|außer",
)
