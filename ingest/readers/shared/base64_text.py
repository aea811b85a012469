"""Leaves base64 out of a text: pictures, fonts and keys written as letters, which are no words."""

from __future__ import annotations

import re

from ingest.readers.shared.hidden_text import note_left_out
from rag.messages import Message

_ENCODED = Message("base64, which holds no words, was left out")
MIN_LINE = 60  # characters of a line that may be base64, or of a run of it after "data:"
MIN_RUN = 160  # characters that may be base64
_LETTER = "[A-Za-z0-9+/_-]"
_LONG_WORD = re.compile(f"[^A-Za-z0-9+/_-]{_LETTER}{{{MIN_LINE}}}")  # behind one that begins a text
_RUN = re.compile(  # whole lines of one run, joined or not, the last of which is shorter
    rf"(?<!{_LETTER})(?P<data>data:[\w.+-]{{1,60}}/[\w.+-]{{1,60}}(?:;[\w=-]{{1,60}})*;base64,[ \n]?)?+"
    rf"(?P<run>{_LETTER}{{{MIN_LINE},}}+(?:=?[\n ][ \t]*+{_LETTER}{{{MIN_LINE},}}+)*+"
    rf"(?:(?:\n[ \t]*+(?:{_LETTER}{{4}})+|[\n ][ \t]*+(?:(?:{_LETTER}{{4}})*(?:{_LETTER}{{3}}=|{_LETTER}{{2}}==)"
    rf"|(?:{_LETTER}{{4}}){{6,}}))(?![A-Za-z0-9+/_=-]))?+={{0,2}})"
)


def without_base64(text: str) -> str:
    """Return the text without runs of base64; of a ``data:`` address its beginning stays."""
    if len(text) < MIN_LINE or not (_LONG_WORD.search(text) or _LONG_WORD.match(f" {text[:MIN_LINE]}")):
        return text  # most are, and this is faster to find out
    return _RUN.sub(_left_of, text)


def _left_of(match: re.Match[str]) -> str:
    run = match["run"]
    if match["data"] is None and (len(run) < MIN_RUN or not _is_mixed(run)):
        return match[0]
    note_left_out(_ENCODED)
    return match["data"] or ""


def _is_mixed(run: str) -> bool:
    """Tell whether capitals, small letters and digits mingle as in base64: in no word, path, number or DNA do they."""
    part = run[:2_000]
    capitals, small = sum(map(str.isupper, part)), sum(map(str.islower, part))
    return min(capitals, small) * 6 > len(part) and sum(map(str.isdigit, part)) * 25 > len(part)
