"""Why a file gave no text, or is not a document of its own, in the page's language. The readers speak English; what
they say most is translated here, the rest is shown as it is."""

from __future__ import annotations

import re
from functools import cache

from ui.tongue import language, tr, word

_SAID = (
    word("the file is empty"),
    word("there is no text in it"),
    word("it is protected by a password"),
    word("its text is locked (DRM)"),
    word("it is neither text nor of a kind that Oaken reads"),
    word("it is not text, whatever its name says"),
    word("it is not a PDF file, whatever its name says"),
    word("it is damaged or cut short: no PDF structure is left in it"),
    word("it is damaged: none of its pages can be read"),
    word("it is nested too deeply"),
    word("reading it takes more memory than one file may use"),
    word("it holds more text than one document may"),
    word("permission denied"),
    word("no such file or directory"),
    word("a link to a file that is not there"),
    word("not a regular file"),
    word("no words were found in the picture"),
    word("what was held of it before stays"),
    word("what was held of it before is no longer cited"),
    word("the same content as {file}"),
    word("moved from {file}"),
    word("it is damaged, or no {kind} file"),
    word("it is damaged or cut short, or is not {kind}"),
)
_GAP = re.compile(r"\\{(\w+)\\}")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_GAP.sub(r"(?P<\1>.+)", re.escape(each))), each) for each in _SAID]


def reason(given: str) -> str:
    """The reason in the page's language, part by part."""
    if not given or language() == "en":
        return given
    return "; ".join(map(_part, given.split("; ")))


def _part(given: str) -> str:
    for pattern, english in _patterns():
        if found := pattern.fullmatch(given):
            return tr(english, **found.groupdict())
    return given
