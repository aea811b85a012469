"""Breaks up whatever a model behind a server might read as a control token.

A server tokenizes text and control tokens alike, and says nothing of its model's family. So one rule holds for every
family's way to write one, known or not: a word in angle brackets, in square brackets with capitals or bars, or between
MiniMax's tildes. Comparisons, addresses, indices and notes stay as they are.
"""

from __future__ import annotations

import re

from rag.model.prompting.families import MARKERS

_WORD = r"[\w|｜▁:.+-]{1,64}"  # <turn|>, <seed:bos>, <hy_place▁holder▁no▁3>; no address: it holds @ or //
_CONTROL = re.compile(
    "|".join(re.escape(marker) for marker in sorted(MARKERS, key=len, reverse=True))
    + rf"|<<?/?(?=[^\d>]|0x|\d*[|｜]){_WORD}/?>"  # <think>, </s>, <<SYS>>, <0x0A>, <|im_end|>, <｜User｜>
    r"|<[|｜][^<>\n]{1,64}[|｜]>"  # <|start of turn|>
    r"|\[/?(?:\w{0,32}[A-Z]{2}\w{0,32}|(?:unused|control_)\d+)\]"  # [INST], [gMASK], [/THINK], [en_XX]
    r"|\[[|｜][^\[\]\n]{1,64}[|｜]\]"  # [|Human|]
    r"|[\[\]][\w!]{0,3}~[\w!]{0,3}[\[\]]|\]<\]|\[>\["  # ]~b], [e~[, ]<]start of turn[>[
)


def inert(text: str) -> str:
    """Return the text with each control token broken up (``< |im_end|>``), so that no tokenizer finds one."""
    while True:
        broken = _CONTROL.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
        if broken == text:
            return broken.encode("utf-8", "replace").decode()
        text = broken
