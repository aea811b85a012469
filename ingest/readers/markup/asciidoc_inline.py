"""Inline AsciiDoc to plain text and its links: quotes marks, macros, cross references, attribute references.

Knows nothing of blocks. Every pattern consumes what it has looked at, found or not, so that no text is scanned twice.
"""

from __future__ import annotations

import html
import re

from ingest.readers.shared.raised import lowered, raised

_INNER = r"(?:[^{0}`]|`[^`]*`)++(?<=\S)"  # between two marks: a mark within `code` is none
_FORMATTING_MARKS = "|".join(
    rf"{re.escape(m * 2)}(?P<{name}2>[^{m}]++){re.escape(m * 2)}"
    rf"|(?<![\w{m}]){re.escape(m)}(?=[^\s{m}])(?P<{name}>{_INNER.format(m)}){re.escape(m)}(?![\w{m}])"
    for name, m in (("bold", "*"), ("italic", "_"), ("mark", "#"))
)
_BRACKETS = r"\[(?P<{0}>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*+)\]"
_MACROS = (
    "link mailto xref image icon kbd btn menu footnote footnoteref pass stem latexmath asciimath anchor indexterm "
    "indexterm2"
)
_INLINE_TOKEN = re.compile(
    "|".join(
        (
            r"\\(?P<escaped>\(\(\(?|<<|\*\*|__|##|``|--|[*_`#^~{+]|(?=https?:|\w+:\S*\[))",
            r"\+\+\+(?P<raw3>[^+]++)\+\+\+|(?<!\w)\+\+(?=\S)(?P<raw2>[^+]++)\+\+",
            r"(?<![\w+])\+(?=[^\s+])(?P<raw>[^+]++(?<=\S))\+(?![\w+])",
            r'"`(?P<double>[^`]++)`"' + r"|(?<!\w)'`(?P<single>[^`]++)`'|(?<=\w)(?P<apostrophe>`')(?=\w)",
            r"`{1,2}(?P<code>[^`]++)`{1,2}",
            r"(?P<hidden> ?(?:\(\(\([^()]*\)\)\))+(?=[\s.,;:!?)]|$)|(?:\(\(\([^()]*\)\)\))+)",
            r"\(\((?P<term>[^()]+)\)\)",
            r"<<(?=[^\W\d]|[\"#./])(?P<id>[^<>,]+)(?:,(?P<shown>[^<>]*))?>>",
            r"\[\[(?P<bibliography>\[[\w:.-]+\])(?:,[^\[\]]*)?\]\]|(?P<anchor>\[\[[\w:.-]+(?:,[^\[\]]*)?\]\])",
            r"<(?P<address>(?:https?|ftp)://[^\s<>]++)>",
            r"(?<!\w)(?P<url>(?:https?|ftp|irc)://[^\s\[\]<>\"`]*+)(?:" + _BRACKETS.format("named") + ")?",
            rf"(?<![\w:])(?P<macro>{_MACROS.replace(' ', '|')}):(?!:)(?P<target>[^\s\[\]]*+)"
            rf"(?:{_BRACKETS.format('words')})?",
            r"(?P<role>\[[.\w-]+\])(?=[#*_`]\S)",
            _FORMATTING_MARKS,
            r"\^(?P<above>[^\s^]++)\^|~(?P<below>[^\s~/][^\s~]*+)~",
            r"(?P<dash>(?<=\s)--(?=\s)|(?<=\w)--(?=\w))",
            r"(?P<entity>&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]\w{1,30});)",
        )
    )
)
# Within `code` a sign is escaped where it would else be replaced or mark words: `HEAD\~~~`, but not `\*.c`.
_ESCAPED_IN_CODE = re.compile(
    r"\\(?=--(?:\s|\w|$)|~\S{1,99}~|\^\S{1,99}\^|([*_#])[^\s*_#][^*_#]{0,99}\1(?!\w)|\{[\w-]{1,40}\})"
)
_REFERENCE = re.compile(r"(?<!\\)\{([\w-]+)\}")
_WINDOW = re.compile(r"\^?(?:,\s*(?:window|role|opts|rel|title|id)=.*)?$", re.DOTALL)
_BUILT_IN_ATTRIBUTES = {
    **{
        "nbsp": " ",
        "sp": " ",
        "empty": "",
        "blank": "",
        "zwsp": "",
        "cpp": "C++",
        "plus": "&#43;",
        "asterisk": "&#42;",
    },
    **{"backtick": "&#96;", "lt": "&lt;", "gt": "&gt;", "amp": "&amp;", "vbar": "|", "startsb": "&#91;"},
    **{"endsb": "&#93;", "caret": "&#94;", "tilde": "&#126;", "apos": "'", "quot": '"', "backslash": "\\"},
    **{"lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "deg": "°", "two-colons": "::", "two-semicolons": ";;"},
}
LONGEST_VALUE = 1_000  # characters of an attribute
MOST_INSERTED = 500_000  # characters of all references together: values may be made of values

Links = list[tuple[str, str]]


class InlineContext:
    """What inline text of one document may refer to: its attributes, and the titles of its anchors."""

    def __init__(self, titles: dict[str, str]) -> None:
        self.titles = titles
        self.attributes = dict(_BUILT_IN_ATTRIBUTES)
        self._inserted = 0

    def define(self, name: str, value: str) -> None:
        """Set an attribute; a name with ``!`` before or after it is unset."""
        if "!" in name:
            self.attributes.pop(name.strip("!").lower(), None)
        else:
            self.attributes[name.lower()] = self.referred(value)[:LONGEST_VALUE]

    def referred(self, text: str) -> str:
        """Return text with ``{name}`` replaced; unknown names stay."""

        def value(match: re.Match[str]) -> str:
            found = self.attributes.get(match[1].lower(), match[0])
            self._inserted += len(found)
            return found if self._inserted <= MOST_INSERTED else match[0]

        return _REFERENCE.sub(value, text) if "{" in text else text

    def plain(self, text: str) -> tuple[str, Links]:
        """Return the visible text, and (words, target) for each link in it."""
        links: Links = []
        return self._plain(self.referred(text), links), links

    def _plain(self, text: str, links: Links) -> str:
        return _INLINE_TOKEN.sub(lambda match: self._shown(match, links), text)

    def _shown(self, match: re.Match[str], links: Links) -> str:
        kind, found = match.lastgroup or "", match[match.lastgroup or 0]
        if match["macro"] is not None:
            return self._macro(match, links)
        if match["url"] is not None:
            return self._link(match["url"], match["named"], links) or match[0]
        if match["id"] is not None:
            return self._plain(match["shown"] or "", links).strip() or self._title(match["id"])
        if kind in ("hidden", "anchor", "role"):
            return ""
        if kind in ("escaped", "raw", "raw2", "raw3", "address", "bibliography"):
            return found
        if kind == "code":  # `+x+`: what is between is literal
            literal = len(found) > 2 and found[0] == found[-1] == "+"
            return found[1:-1] if literal else _ESCAPED_IN_CODE.sub("", found)
        if kind == "entity":
            return html.unescape(found)
        if kind in ("dash", "apostrophe"):
            return {"dash": "—", "apostrophe": "’"}[kind]
        words = self._plain(found, links)
        if kind in ("above", "below"):  # 2^80^ is not 280
            return (raised if kind == "above" else lowered)(words, match.string[: match.start()][-8:])
        return {"double": f"“{words}”", "single": f"‘{words}’"}.get(kind, words)

    def _link(self, target: str, words: str | None, links: Links) -> str:
        """Return the words of a link, "" where it has no brackets. Without words it shows its target."""
        if words is None:
            return ""
        shown = self._plain(_WINDOW.sub("", words.replace("\\]", "]")).strip().strip('"'), []) or target
        links.append((shown, target))
        return shown

    def _macro(self, match: re.Match[str], links: Links) -> str:
        name, target, words = match["macro"], match["target"], match["words"]
        if words is None:
            return match[0]
        if name in ("image", "icon", "anchor", "indexterm"):
            return ""
        if name == "xref":
            return self._plain(words, links) or self._title(target)
        if name in ("link", "mailto"):
            shown = self._link(target if name == "link" else f"mailto:{target}", words, links)
            return shown.removeprefix("mailto:")
        if name in ("pass", "stem", "latexmath", "asciimath"):
            return words
        if name == "menu":
            return " > ".join(filter(None, (target, words)))
        shown = self._plain(words, links)
        return f" ({shown})" if name.startswith("footnote") and shown else shown

    def _title(self, name: str) -> str:
        """Return what a reference without words shows: its target's title, else its name."""
        name = name.strip('"').rpartition("#")[2] or name.rstrip("#")
        return self.titles.get(name, name)
