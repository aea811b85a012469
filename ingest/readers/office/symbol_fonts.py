"""The letters of Symbol and Wingdings, fonts whose characters have codes of their own, in Unicode."""

from __future__ import annotations

import re

_SYMBOL_FONT = dict(
    zip(
        (*range(0x20, 0x7F), *range(0xA0, 0xFF)),
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uf8ff〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        strict=True,
    )
)
_WINGDINGS = {
    **{0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x75: "◆", 0x76: "❖", 0x28: "☎", 0x2A: "✉"},
    **{0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨"},
    **{0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0x9F: "•", 0x45: "☜", 0x46: "☞", 0xAB: "★", 0xB6: "✰"},
}
_WINGDINGS_2 = {
    **{0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA2: "■", 0xA3: "□", 0x96: "•", 0x97: "●"},
}
_TABLES: dict[str, dict[int, str]] = {"symbol": _SYMBOL_FONT, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
PRIVATE = re.compile("[\uf020-\uf0ff]")


def symbol(font: str, code: int) -> str:
    """Return the character that a code of one of these fonts shows; "" where it is not known."""
    return _TABLES.get(font.lower(), {}).get(code & 0xFF, "")


def in_unicode(font: str, text: str) -> str:
    """Return a text of such a font in Unicode; characters that are not known stay."""
    return PRIVATE.sub(lambda letter: symbol(font, ord(letter[0])) or letter[0], text)
