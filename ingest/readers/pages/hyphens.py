"""Words divided at the end of a line: put together, with the hyphen where it is a part of the word. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.pages.text_line import TextLine

MIN_SLUG_HYPHENS = 2  # other hyphens in a word with which the last one, too, is its own: state-of-the-
_LINE_HYPHENS = "-‐"
_BROKEN_WORD = re.compile(rf"\b(\w+)[{_LINE_HYPHENS}]$")
_HYPHENED = re.compile(rf"\w[{_LINE_HYPHENS}]\w")
_COMPOUND = re.compile(rf"\b(\w+)[{_LINE_HYPHENS}](?=(\w+))")
_FIRST_WORD = re.compile(r"\w+")
_ADDRESS_SIGNS = re.compile(r"://|\bwww\.|/.*/")


def with_compounds(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return the lines, those that end in a hyphen with what follows their last word behind one elsewhere."""
    broken = [_BROKEN_WORD.search(line.text) for line in lines]
    if not any(broken):
        return list(lines)
    follows: defaultdict[str, set[str]] = defaultdict(set)
    for word in (word for line in lines if _HYPHENED.search(line.text) for word in line.text.split()):
        if _HYPHENED.search(word):
            for match in _COMPOUND.finditer(word.casefold()):
                follows[match[1]].add(match[2])
    return [
        replace(line, compounds=frozenset(follows[match[1].casefold()])) if match else line
        for line, match in zip(lines, broken, strict=True)
    ]


def before_more(text: str, line: TextLine, more: str) -> str:
    """Return ``text``, which ends with ``line``, as it stands before ``more``: a space, a hyphen or nothing between."""
    if not (len(text) > 1 and text[-1] in _LINE_HYPHENS and text[-2].isalpha() and more[:1].islower()):
        return f"{text} "
    word = text.rsplit(maxsplit=1)[-1]
    first = _FIRST_WORD.match(more.casefold())
    is_own = (
        _ADDRESS_SIGNS.search(word)
        or sum(map(word[:-1].count, _LINE_HYPHENS)) >= MIN_SLUG_HYPHENS
        or (first and first[0] in line.compounds)
    )
    return text if is_own else text[:-1]
