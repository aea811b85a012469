"""Breaks up whatever a model behind a server might read as a control token.

A server tokenizes text and control tokens alike, and says nothing of its model's family. So one rule holds for every
family's way to write one, known or not: what stands in angle brackets without a space, in square brackets with capitals
or bars, or between MiniMax's tildes. Some tokenizers take ＜ for <, so compatibility forms of a character count as that
character. Comparisons, addresses, indices and notes stay as they are.
"""

from __future__ import annotations

import re
import unicodedata

from rag.model.prompting.families import MARKERS


def _folded(text: str) -> str:
    """Return the text with the compatibility forms of single characters as those, ＜ as <; its length stays."""
    forms = {each: unicodedata.normalize("NFKC", each) for each in set(text) if not each.isascii()}
    return text.translate({ord(each): form for each, form in forms.items() if len(form) == 1})


_HARMLESS = r"[\w+.-]{1,32}://|(?:mailto:)?[\w+.-]{1,64}@[\w.-]{1,64}>|\d+(?:[.,]\d+)?>"  # an address, a number
_CONTROL = re.compile(
    "|".join(re.escape(_folded(marker)) for marker in sorted(MARKERS, key=len, reverse=True))
    # <think>, </s>, <<SYS>>, <0x0A>, <|im_end|>, <turn|>, <seed:bos>, <function=x>, <{user}>
    + rf"|<<?/?(?!{_HARMLESS})(?=[^\s<>]{{0,63}}\w)[^\s<>]{{1,64}}>"
    r"|<\|[^<>\n]{1,64}\|>"  # <|start of turn|>
    r"|\[/?(?:\w{0,32}[A-Z]{2}\w{0,32}|(?:unused|control_)\d+)\]"  # [INST], [gMASK], [/THINK], [en_XX]
    r"|\[\|[^\[\]\n]{1,64}\|\]"  # [|Human|]
    r"|[\[\]][\w!]{0,3}~[\w!]{0,3}[\[\]]|\]<\]|\[>\["  # ]~b], [e~[, ]<]start of turn[>[
)


def inert(text: str) -> str:
    """Return the text with each control token broken up (``< |im_end|>``), so that no tokenizer finds one."""
    while cuts := [match.start() + 1 for match in _CONTROL.finditer(_folded(text))]:
        text = " ".join(text[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True))
    return text.encode("utf-8", "replace").decode()
