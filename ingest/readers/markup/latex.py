"""Reader of LaTeX: sections, paragraphs, items, table rows, listings and formulas; its own macros are put in place.

Formulas stay as they are written. What sets the page (preamble, labels, lengths) is left out; a command that is not
known gives its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ingest.readers.formulas.latex import latex_line
from ingest.readers.markup.latex_macros import expanded
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.raised import lowered, raised
from ingest.readers.shared.tables import table_blocks
from rag.types import Document

_TEX_LEVELS = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
    "subparagraph": 7,
}
_TEX_LEVELS |= {"frametitle": 4, "addchap": 2, "addsec": 3}
_TEX_TABLES = frozenset({"tabular", "tabularx", "tabular*", "longtable", "tabulary", "array"})
_LISTINGS = frozenset({"verbatim", "lstlisting", "minted", "Verbatim", "alltt"})
_FORMULAS = frozenset({"equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign"})
_UNREAD_ENVIRONMENTS = frozenset({"comment", "filecontents", "tikzpicture", "thebibliography*"})
# Commands whose arguments are no words, with the number of those that are skipped.
_SKIPPED_ARGUMENTS = dict.fromkeys(
    "column label vspace hspace usepackage documentclass pagestyle thispagestyle bibliographystyle bibliography "
    "input include includegraphics setlength setcounter addtocounter newcommand renewcommand providecommand "
    "newtheorem definecolor hypersetup geometry graphicspath pagenumbering index phantom vphantom hphantom color "
    "selectlanguage bibitem newenvironment renewenvironment def let cline cmidrule fontsize linespread "
    "addbibresource setmainfont".split(),
    1,
) | {"setlength": 2, "setcounter": 2, "addtocounter": 2, "newcommand": 2, "renewcommand": 2, "definecolor": 3}
_SKIPPED_ARGUMENTS |= {"newenvironment": 3, "renewenvironment": 3, "newtheorem": 2, "textcolor": 1, "fontsize": 2}
_REFERENCES = frozenset("cite citep citet parencite textcite autocite ref eqref autoref cref pageref nameref".split())
_SIGN_COMMANDS = {
    "textbackslash": "\\", "ldots": "…", "dots": "…", "textendash": "–", "textemdash": "—", "textdegree": "°",
    "euro": "€", "texteuro": "€", "pounds": "£", "textsterling": "£", "S": "§", "copyright": "©", "ss": "ß", "ae": "æ",
    "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı",
    "LaTeX": "LaTeX", "TeX": "TeX", "textasciitilde": "~", "textbar": "|", "textless": "<", "textgreater": ">",
    "quad": " ", "qquad": " ", "newline": "\u2028", "linebreak": "\u2028", "par": "\n\n", "today": "",
}  # fmt: skip
_LIGATURES = {"~": "\xa0", "``": "“", "''": "”", "---": "—", "<<": "«", ">>": "»"}
_LIGATURE = re.compile("|".join(map(re.escape, _LIGATURES)))
_RAISED_OR_LOWERED = {"textsuperscript": raised, "textsubscript": lowered}
_TEX_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323",
}  # fmt: skip
_TEX_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*)?")
_TEX_TOKEN = re.compile(
    r"\\begin\s*\{(?P<begin>[a-zA-Z]+\*?)\}|\\end\s*\{(?P<end>[a-zA-Z]+\*?)\}"
    r"|(?P<display>\$\$|\\\[)|(?P<inline>\$|\\\()|\\(?P<command>[a-zA-Z@]+)\*?[ \t]*|\\(?P<sign>.)|(?P<brace>[{}])"
    r"|(?P<empty>\n[ \t]*\n\s*)|(?P<other>[^\\${}\n]+|\n)",
    re.DOTALL,
)
_KEPT_NAMES = frozenset({*_TEX_LEVELS, *_SKIPPED_ARGUMENTS, *_REFERENCES, "item", "title", "author", "date", "caption"})
_OVERLAY = re.compile(r"<(?:[a-z]{1,12}@)?[\d+.][\d,+.|@:a-z-]{0,30}>")
_LETTER_PARTS = frozenset({"opening", "closing", "ps", "encl", "cc", "address", "signature"})
_TEX_OPTION = re.compile(r"\s*\[[^\]\n]{0,300}\]")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_TEX_ARGUMENT = re.compile(r"\s*\{")
_TEX_TITLE = re.compile(
    r"\\(title|subtitle|author|institute|affiliation|date|address|signature)\s*(?:\[[^\]\n]{0,300}\])?\s*\{"
)
MAX_FORMULA = 20_000


def read(path: Path) -> Document:
    """Read a LaTeX file. Raises UnreadableError where it is not text."""
    text = decode(path.read_bytes()).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return build(_blocks(text), READERS[".tex"].media_type)


@dataclass(slots=True)
class _State:
    """What is open where the reading stands."""

    kind: str = "text"
    words: list[str] = field(default_factory=list)
    lists: list[tuple[str, int]] = field(default_factory=list)  # environment, and the number of its last item

    def take(self) -> Iterator[ReaderBlock]:
        """Yield the paragraph that ends here; what follows an item within it is no item of its own."""
        text = _spaced("".join(self.words))
        self.words = []
        if text.strip():
            yield ReaderBlock(self.kind, text)
            self.kind = "text"


def _blocks(text: str) -> Iterator[ReaderBlock]:
    kept, listings = _without_comments(text)
    kept = expanded(kept, _argument, _KEPT_NAMES)
    head, begun, body = kept.partition(r"\begin{document}")
    if begun:
        yield from _head(head)
    else:
        body = kept
    yield from _body(body.partition(r"\end{document}")[0], listings)


def _without_comments(text: str) -> tuple[str, list[str]]:
    """Return the text without comments; listings, where % is a letter, are put aside."""
    listings: list[str] = []
    parts: list[str] = []
    at = 0
    for match in re.finditer(r"\\begin\s*\{(" + "|".join(map(re.escape, sorted(_LISTINGS))) + r")\}", text):
        end = text.find(f"\\end{{{match[1]}}}", match.end()) if match.start() >= at else -1
        if end < 0:
            if match.start() >= at:
                break
            continue
        parts.append(_TEX_COMMENT.sub(r"\1", text[at : match.start()]))
        code = re.sub(r"\A(?:\[[^\]\n]{0,300}\])?(?:\{[^}\n]{0,80}\})?", "", text[match.end() : end])
        parts.append(f"\\oakenlisting{{{len(listings)}}}")
        listings.append(code)
        at = end + len(match[1]) + 6
    parts.append(_TEX_COMMENT.sub(r"\1", text[at:]))
    return "".join(parts), listings


def _head(head: str) -> Iterator[ReaderBlock]:
    for match in _TEX_TITLE.finditer(head):
        words = _spaced(_plain(_argument(head, match.end() - 1)[0]))
        if words.strip():
            yield ReaderBlock("title", words, 0) if match[1] == "title" else ReaderBlock("text", words)


def _body(text: str, listings: list[str]) -> Iterator[ReaderBlock]:
    state = _State()
    at = 0
    while match := _TEX_TOKEN.match(text, at):
        at = match.end()
        name = match["command"] or ""
        if name and (overlay := _OVERLAY.match(text, at)):  # on which steps of a slide it is seen
            at = overlay.end()
        if environment := match["begin"]:
            yield from state.take()
            blocks, at = _environment(environment, text, at, state)
            yield from blocks
        elif match["end"]:
            yield from state.take()
            if state.lists and state.lists[-1][0] == match["end"]:
                state.lists.pop()
        elif match["empty"]:
            yield from state.take()
        elif match["display"]:
            yield from state.take()
            formula, at = _until(text, at, "$$" if match["display"] == "$$" else "\\]")
            yield ReaderBlock("text", latex_line(formula))
        elif name == "oakenlisting":
            yield from state.take()
            number, at = _argument(text, at)
            yield from [ReaderBlock("code", listings[int(number)])] if number.isdecimal() else []
        elif name in _TEX_LEVELS:
            yield from state.take()
            words, at = _argument(text, at)
            yield ReaderBlock("title", _spaced(_plain(words)), _TEX_LEVELS[name])
        elif name in ("item", "bibitem"):
            yield from state.take()
            at = _item(text, at, state)
        elif name in ("title", "author", "date", "caption"):
            yield from state.take()
            words, at = _argument(text, at)
            yield ReaderBlock("title" if name == "title" else "text", _spaced(_plain(words)), 0)
        elif name == "par":
            yield from state.take()
        elif name in _LETTER_PARTS:
            yield from state.take()
            words, at = _argument(text, at)
            yield ReaderBlock("text", _spaced(_plain(words)))
        else:
            words, at = _inline(match, text, at)
            state.words.append(words)
    yield from state.take()


def _environment(name: str, text: str, at: int, state: _State) -> tuple[list[ReaderBlock], int]:
    """Return the blocks of an environment that is read as a whole, and where reading goes on."""
    plain = name.rstrip("*")
    if name in _TEX_TABLES:
        inner, at = _until(text, at, f"\\end{{{name}}}")
        return list(_table(inner, name)), at
    if plain in _FORMULAS:
        inner, at = _until(text, at, f"\\end{{{name}}}")
        inner = re.sub(r"\\label\s*\{[^{}]{0,200}\}|\\(?:nonumber|notag)\b|(?<!\\)&", " ", inner)
        return [ReaderBlock("text", latex_line(inner))], at
    if plain in _UNREAD_ENVIRONMENTS:
        return [], _until(text, at, f"\\end{{{name}}}")[1]
    if plain in ("itemize", "enumerate", "description", "thebibliography"):
        state.lists.append((name, 0))
    if plain == "thebibliography":
        at = _argument(text, at)[1]
    if option := _TEX_OPTION.match(text, at):
        at = option.end()
    if plain in ("frame", "block", "alertblock", "exampleblock") and _TEX_ARGUMENT.match(text, at):
        words, at = _argument(text, at)
        return [ReaderBlock("title", _spaced(_plain(words)), 4)], at
    if plain in ("minipage", "multicols", "wrapfigure", "adjustbox") and _TEX_ARGUMENT.match(text, at):
        at = _argument(text, at)[1]
    return [], at


def _item(text: str, at: int, state: _State) -> int:
    option = _TEX_OPTION.match(text, at)
    label = _spaced(_plain(option[0].strip()[1:-1])) if option else ""
    mark = "-"
    if state.lists and state.lists[-1][0].startswith("enumerate"):
        name, number = state.lists[-1]
        state.lists[-1] = name, number + 1
        mark = f"{number + 1}."
    is_described = bool(state.lists) and state.lists[-1][0].startswith("description")
    state.kind = "list"
    state.words = [f"{mark} ", f"{label}: " if label and is_described else f"{label} " if label else ""]
    return option.end() if option else at


def _table(text: str, name: str) -> Iterator[ReaderBlock]:
    at = 0
    if option := _TEX_OPTION.match(text, at):
        at = option.end()
    for _ in range(2 if name in ("tabularx", "tabular*", "tabulary") else 1):  # its width, its columns
        at = _argument(text, at)[1]
    rows: list[list[str]] = []
    inner = re.sub(r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot)\b", "", text[at:])
    for row in re.split(r"\\\\(?:\[[^\]\n]{0,20}\])?|\\tabularnewline\b", inner):
        cells = [_spaced(_plain(_cell(cell))).replace("\u2028", " ").strip() for cell in re.split(r"(?<!\\)&", row)]
        if any(cells):
            rows.append(cells)
    yield from table_blocks(rows, 1 if len(rows) > 1 and (r"\hline" in text or r"\midrule" in text) else None)


def _cell(text: str) -> str:
    """Return a cell without what says how far it reaches."""
    match = re.match(r"\s*\\multi(?:column|row)\s*\{[^{}]{0,80}\}\s*\{[^{}]{0,80}\}", text)
    return text[match.end() :] if match else text


def _inline(match: re.Match[str], text: str, at: int) -> tuple[str, int]:
    """Return the words of a token within a paragraph, and where reading goes on."""
    name, sign = match["command"], match["sign"]
    if match["inline"]:
        end = "$" if match["inline"] == "$" else "\\)"
        formula, stop = _until(text, at, end)
        line = latex_line(formula)
        line = line[1:] if line.startswith("^°") else line  # $^\circ$
        return (line, stop) if text.startswith(end, stop - len(end)) else (match["inline"], at)
    if match["other"] is not None:
        return _LIGATURE.sub(lambda signs: _LIGATURES[signs[0]], match["other"]), at
    if sign is not None:
        if sign in _TEX_ACCENTS and sign.strip():
            return _accented(_TEX_ACCENTS[sign], text, at)
        if sign == "\\":
            option = re.compile(r"\*?(?:\[[^\]\n]{0,20}\])?").match(text, at)
            return "\u2028", option.end() if option else at
        return {",": " ", ";": " ", ":": " ", " ": " ", "\n": " ", "-": "", "/": ""}.get(sign, sign), at
    if match["brace"] or name is None:
        return "", at
    if name in _SIGN_COMMANDS:
        return _SIGN_COMMANDS[name], _empty(text, at)
    if name in _TEX_ACCENTS and len(name) == 1:
        return _accented(_TEX_ACCENTS[name], text, at)
    if name == "href":
        address, at = _argument(text, at)
        words, at = _argument(text, at)
        return f"{_plain(words)} ({address})", at
    if name == "url":
        return _argument(text, at)
    if name in _RAISED_OR_LOWERED:
        words, at = _argument(text, at)
        before = text[max(0, match.start() - 8) : match.start()]
        return _RAISED_OR_LOWERED[name](_plain(words), before), at
    if name in ("footnote", "footnotetext", "thanks"):
        words, at = _argument(text, at)
        return f" ({_plain(words).strip()})", at
    if name in _REFERENCES:
        while option := _TEX_OPTION.match(text, at):
            at = option.end()
        words, at = _argument(text, at)
        return f"[{words}]", at
    if name in _SKIPPED_ARGUMENTS:
        for _ in range(_SKIPPED_ARGUMENTS[name]):
            while option := _TEX_OPTION.match(text, at):
                at = option.end()
            if _TEX_ARGUMENT.match(text, at):
                at = _argument(text, at)[1]
            elif definition := re.compile(r"\s*\\[a-zA-Z@]+").match(text, at):
                at = definition.end()
        return "", at
    if overlay := _OVERLAY.match(text, at):
        at = overlay.end()
    if option := _TEX_OPTION.match(text, at) if _TEX_ARGUMENT.match(text, at) is None else None:
        at = option.end()
    return "", at  # its argument, if it has one, is words


def _accented(mark: str, text: str, at: int) -> tuple[str, int]:
    match = re.compile(r"\s*(?:\{\s*\\?([a-zA-Z\u0400-\u04ff]?)\s*\}|\\?([a-zA-Z\u0400-\u04ff]))").match(text, at)
    if match is None:
        return "", at
    letter = match[1] or match[2] or ""
    return letter + mark if letter else "", match.end()


def _empty(text: str, at: int) -> int:
    return at + 2 if text.startswith("{}", at) else at


def _plain(text: str) -> str:
    """Return the words of an argument."""
    parts: list[str] = []
    at = 0
    while match := _TEX_TOKEN.match(text, at):
        words, at = _inline(match, text, match.end())
        parts.append(" " if match["empty"] else words)
    return "".join(parts)


def _argument(text: str, at: int) -> tuple[str, int]:
    """Return what stands in the braces that begin at a place, and where they end; "" where there are none."""
    while option := _TEX_OPTION.match(text, at):
        at = option.end()
    begun = _TEX_ARGUMENT.match(text, at)
    if begun is None:
        return "", at
    end = _closing_braces(text).get(begun.end() - 1)
    return ("", begun.end()) if end is None else (text[begun.end() : end], end + 1)


@lru_cache(maxsize=32)
def _closing_braces(text: str) -> dict[int, int]:
    """Return the place of each brace that is closed -> that of its end."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for match in _BRACES.finditer(text):
        if match[0] == "{":
            waiting.append(match.start())
        elif match[0] == "}" and waiting:
            found[waiting.pop()] = match.start()
    return found


def _until(text: str, at: int, end: str) -> tuple[str, int]:
    """Return what stands before the next ``end``, and where reading goes on; a piece of it where there is none."""
    found = text.find(end, at, at + MAX_FORMULA) if len(end) < 3 else text.find(end, at)
    if found < 0:
        stop = text.find("\n\n", at, at + MAX_FORMULA)
        stop = min(len(text), at + MAX_FORMULA) if stop < 0 else stop
        return text[at:stop], stop
    return text[at:found], found + len(end)


def _spaced(text: str) -> str:
    return text.replace("\n", " ")
