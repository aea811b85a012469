"""The pieces of a formula in one line of text, whatever format it comes from."""

from __future__ import annotations

import re
import unicodedata

DEEPEST = 60  # nested parts of a formula; deeper ones give their letters alone
_ATOM = re.compile(r"[\w.,′%∞∂√°]+|\([^()]*\)|[\w′]+[_^](?:\w+|\([^()]*\))|[-−]?\d+(?:[.,]\d+)?")
_EXPONENT = re.compile(r"[-−+]?\d+(?:[.,]\d+)?|\([^()]*\)")
_SUMS = re.compile(r"(?<=[\w)\]′!%])([+\u2212\u00b1-])(?=[\w(√∛∜∑∫∏\[])")
_RELATION = re.compile(r"(?:(?<!\s)\s+)?([=<>≤≥≠≈≡∼⇒⇔→])\s*")
_ACCENTS = {
    **dict.fromkeys("¯\u0304\u0305‾―ˉ_", "\u0304"),
    **dict.fromkeys("^\u0302ˆ", "\u0302"),
    **dict.fromkeys("~\u0303˜", "\u0303"),
    **dict.fromkeys("→⃗\u20d7", "\u20d7"),
    **dict.fromkeys("˙\u0307.", "\u0307"),
    **dict.fromkeys("¨\u0308", "\u0308"),
}
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


def group(text: str) -> str:
    """Return a part in brackets, unless it is one number, name or bracket."""
    text = text.strip()
    return text if not text or _ATOM.fullmatch(text) else f"({text})"


def fraction(above: str, below: str) -> str:
    """Return a fraction: "17/4", "(a + b)/(2c)"."""
    return f"{group(above)}/{group(below)}"


def script(base: str, under: str = "", over: str = "") -> str:
    """Return a base with its index and its exponent: "x_i^2", "∑_(i=1)^n"."""
    base = base.strip()
    base = base if len(base) < 2 or _ATOM.fullmatch(base) else f"({base})"
    low = f"_{group(under)}" if under.strip() else ""
    over = over.strip()
    bare = len(over) < 2 or _EXPONENT.fullmatch(over)
    return base + low + (f"^{over if bare else f'({over})'}" if over else "")


def root(inside: str, degree: str = "") -> str:
    """Return a root: "√(x)", "∛(x)", "root_5(x)"."""
    degree = degree.strip()
    return f"{_ROOTS.get(degree, f'root_{group(degree)}')}({inside.strip()})"


def accented(base: str, accent: str) -> str:
    """Return letters under their accent; above anything else the accent is written like an exponent."""
    base, mark = base.strip(), _ACCENTS.get(accent.strip())
    if not mark or not base.isalnum():
        return script(base, over=accent)
    return unicodedata.normalize("NFC", "".join(letter + mark for letter in base))


def rows(lines: list[list[str]]) -> str:
    """Return a matrix: "[a, b; c, d]"."""
    return f"[{'; '.join(', '.join(cell.strip() for cell in line) for line in lines)}]"


def tokens_joined(parts: list[str]) -> str:
    """Return the pieces of a row; a name of several letters and a unit stand apart from what is beside them."""
    text = before = ""
    for part in filter(None, parts):
        apart = (
            text[-1:].isalnum()
            and part[0].isalnum()
            and (
                _run(part) > 1
                or (_run(before) > 1 or "_" in before or "^" in before)
                or (before.isdecimal() and len(part) > 1 and "_" not in part and "^" not in part)
            )
        )
        text += f" {part}" if apart else part
        before = part
    return text


def spaced(formula: str) -> str:
    """Return a whole formula with spaces around its sums, and then around its relations too: "y = a + b", "E=mc^2"."""
    formula = " ".join(formula.split())
    spread = _SUMS.sub(r" \1 ", formula) if not re.search(r"[_^]\([^()]*[+−-]", formula) else formula
    return _RELATION.sub(r" \1 ", spread).strip() if re.search(r" [+−±-] ", spread) else spread


def _run(text: str) -> int:
    """Return the number of letters with which a text begins."""
    return next((at for at, letter in enumerate(text) if not letter.isalpha()), len(text))
