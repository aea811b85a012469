r"""LaTeX formulas, of Markdown, notebooks and web pages, as a line of text: ``\frac{a}{b}`` gives ``a/b``."""

from __future__ import annotations

import re
import unicodedata

from ingest.readers.formulas.linear import DEEPEST, accented, fraction, root, script, spaced

LONGEST_BASE = 200  # characters that one index or exponent may stand behind
_LATEX_TOKEN = re.compile(r"\\(?:[a-zA-Z]+\*?|.)|[{}^_&~]|\s+|[^\\{}^_&~\s]", re.DOTALL)
_LATEX_SIGNS = dict(
    pair.split(":")
    for pair in (
        "times:× cdot:· div:÷ pm:± mp:∓ le:≤ leq:≤ ge:≥ geq:≥ ne:≠ neq:≠ approx:≈ equiv:≡ sim:∼ propto:∝ infty:∞ "
        "sum:∑ prod:∏ int:∫ oint:∮ partial:∂ nabla:∇ in:∈ notin:∉ subset:⊂ subseteq:⊆ cup:∪ cap:∩ emptyset:∅ "
        "to:→ rightarrow:→ leftarrow:← Rightarrow:⇒ Leftrightarrow:⇔ iff:⇔ mapsto:↦ forall:∀ exists:∃ neg:¬ lnot:¬ "
        "land:∧ lor:∨ ldots:… dots:… cdots:… degree:° circ:° prime:′ angle:∠ perp:⊥ parallel:∥ ll:≪ gg:≫ "
        "varepsilon:ε varphi:φ vartheta:θ lambda:λ Lambda:Λ hbar:ħ ell:ℓ Re:ℜ Im:ℑ ast:∗ star:⋆ mid:| vert:| "
        "lbrace:{ rbrace:} langle:⟨ rangle:⟩ lfloor:⌊ rfloor:⌋ lceil:⌈ rceil:⌉ euro:€ pounds:£ colon::"
    ).split()
    for pair in [pair.replace("::", ":\u2236")]
)
_ACCENT_NAMES = {
    "bar": "¯",
    "overline": "¯",
    "hat": "^",
    "widehat": "^",
    "tilde": "~",
    "vec": "→",
    "dot": "˙",
    "ddot": "¨",
}
_TEXT_COMMANDS = frozenset(
    "text textrm textbf textit mbox mathrm mathbf mathit mathsf mathcal mathbb operatorname".split()
)
_LATEX_SPACES = frozenset([*"\\, \\; \\: \\! \\quad \\qquad ~".split(), "\\ "])
_UNSEEN_COMMANDS = frozenset(
    "left right big Big bigg Bigg displaystyle textstyle limits nolimits nonumber hline".split()
)
_TWO_PARTS = frozenset("frac dfrac tfrac cfrac".split())


def latex_line(source: str) -> str:
    """Return a formula as text. Unknown commands give their names, what is not closed ends with the source."""
    return spaced(_Latex(source).row(0))


class _Latex:
    """A formula's tokens, read from left to right."""

    def __init__(self, source: str) -> None:
        self._tokens = _LATEX_TOKEN.findall(source)
        self._at = 0

    def _next(self) -> str:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return token

    def row(self, depth: int) -> str:
        """Return everything up to the closing brace or the end."""
        parts: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at] != "}":
            if self._tokens[self._at] in ("^", "_"):
                base = parts.pop() if parts and not parts[-1].isspace() and len(parts[-1]) <= LONGEST_BASE else ""
                parts.append(self._scripts(base, depth))
            else:
                parts.append(self._part(depth))
        self._at += 1  # the brace
        return "".join(parts)

    def _scripts(self, base: str, depth: int) -> str:
        places = {"_": "", "^": ""}
        while self._at < len(self._tokens) and (sign := self._tokens[self._at]) in places and not places[sign]:
            self._at += 1
            places[sign] = self._part(depth) or " "
        return script(base, places["_"], places["^"])

    def _part(self, depth: int) -> str:
        """Return the next token, or what it takes: "\\sqrt{x}"."""
        token = self._next()
        if token == "{":
            return self.row(depth + 1) if depth < DEEPEST else ""
        if token.isspace():
            return " "
        if token in ("&", "\\\\"):
            return ", " if token == "&" else "; "
        if token in _LATEX_SPACES:
            return " "
        if not token.startswith("\\"):
            return token
        return self._command(token[1:].rstrip("*"), depth)

    def _command(self, name: str, depth: int) -> str:
        if depth >= DEEPEST or name in _UNSEEN_COMMANDS:
            return ""
        if name in _TWO_PARTS:
            return fraction(self._argument(depth), self._argument(depth))
        if name == "binom":
            return f"binom({self._argument(depth)}, {self._argument(depth)})"
        if name == "sqrt":
            return root(degree=self._option(), inside=self._argument(depth))
        if name in _TEXT_COMMANDS:
            return self._argument(depth)
        if name in _ACCENT_NAMES:
            return accented(self._argument(depth), _ACCENT_NAMES[name])
        if name in ("begin", "end"):
            self._argument(depth)
            return ("[" if name == "begin" else "]") if self._is_matrix() else ""
        if not name[:1].isalpha():
            return name  # an escaped sign
        return _LATEX_SIGNS.get(name) or _greek(name) or f"{name} "

    def _is_matrix(self) -> bool:
        letters = "".join(self._tokens[max(0, self._at - 9) : self._at])
        return "matrix}" in letters

    def _argument(self, depth: int) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._part(depth + 1)

    def _option(self) -> str:
        if self._tokens[self._at : self._at + 1] != ["["]:
            return ""
        end = self._at + 1
        while end < min(len(self._tokens), self._at + 20) and self._tokens[end] != "]":
            end += 1
        option = "".join(self._tokens[self._at + 1 : end])
        self._at = end + 1
        return option


def _greek(name: str) -> str:
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.upper()}")
    except KeyError:
        return ""
