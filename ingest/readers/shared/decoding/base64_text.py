"""Leaves base64 out of a text: pictures, fonts and keys written as letters, which are no words."""

from __future__ import annotations

import re

from ingest.readers.shared.left_out import leave_out
from rag.messages import marked

_ENCODED = marked("base64, which holds no words, was left out")
MIN_LINE = 60  # characters of a line that may be base64, or of a run of it after "data:"
MIN_RUN = 160  # characters that may be base64
_LETTER = "[A-Za-z0-9+/_-]"
_BASE64_RUN = re.compile(  # whole lines of one run, joined or not, the last of which is shorter
    rf"(?<!{_LETTER})(?P<data>data:[\w.+-]{{1,60}}/[\w.+-]{{1,60}}(?:;[\w=-]{{1,60}})*;base64,[ \n]?)?+"
    rf"(?P<run>{_LETTER}{{{MIN_LINE},}}+(?:=?[\n ][ \t]*+{_LETTER}{{{MIN_LINE},}}+)*+"
    rf"(?:(?:\n[ \t]*+(?:{_LETTER}{{4}})+|[\n ][ \t]*+(?:(?:{_LETTER}{{4}})*(?:{_LETTER}{{3}}=|{_LETTER}{{2}}==)"
    rf"|(?:{_LETTER}{{4}}){{6,}}))(?![A-Za-z0-9+/_=-]))?+={{0,2}})"
)


def without_base64(text: str) -> str:
    """Return the text without runs of base64; of a ``data:`` address its beginning stays."""
    return _BASE64_RUN.sub(_left_of, text) if _has_long_word(text) else text


def _has_long_word(text: str) -> bool:
    """Tell whether a text has MIN_LINE characters without a blank: the fastest way to tell that most have not.

    A ruled line is no word.
    """
    at = 0
    while at + MIN_LINE <= len(text):
        blank = text.rfind(" ", at, at + MIN_LINE)
        if blank < 0 and (blank := text.rfind("\n", at, at + MIN_LINE)) < 0:
            if any(map(str.isalnum, text[at : at + MIN_LINE])):
                return True
            blank = at + MIN_LINE - 1
        at = blank + 1
    return False


def _left_of(match: re.Match[str]) -> str:
    run = match["run"]
    if match["data"] is None and (len(run) < MIN_RUN or not _is_mixed(run)):
        return match[0]
    leave_out(_ENCODED)
    return match["data"] or ""


def _is_mixed(run: str) -> bool:
    """Tell whether capitals, small letters and digits mingle as in base64: in no word, path, number or DNA do they."""
    part = run[:2_000]
    capitals, small = sum(map(str.isupper, part)), sum(map(str.islower, part))
    return min(capitals, small) * 6 > len(part) and sum(map(str.isdigit, part)) * 25 > len(part)
