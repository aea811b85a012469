"""Code in answers: a fenced block is judged whole, and evidence from source files is handed to the model as code.

A block is supported by a passage that holds it line for line, white space aside; nothing less counts, because half of
a program is another program.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from rag.retrieval.passages import cite
from rag.types import Claim, Passage, is_address

_MIN_CODE_CHARS = 8  # characters without white space: less could stand anywhere
_PROGRAMMING_LANGUAGES = {
    "py": "python", "pyi": "python", "js": "javascript", "mjs": "javascript", "ts": "typescript", "tsx": "tsx",
    "jsx": "jsx", "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp", "hpp": "cpp", "cs": "csharp", "java": "java",
    "kt": "kotlin", "go": "go", "rs": "rust", "rb": "ruby", "php": "php", "pl": "perl", "lua": "lua", "r": "r",
    "jl": "julia", "swift": "swift", "scala": "scala", "sh": "bash", "bash": "bash", "zsh": "bash",
    "ps1": "powershell", "sql": "sql", "css": "css", "yaml": "yaml", "yml": "yaml", "toml": "toml", "json": "json",
    "hs": "haskell", "ml": "ocaml", "ex": "elixir",
}  # fmt: skip


def code_language(source: str) -> str:
    """Return the programming language of a source file by its name, as code fences name it; "" for every other file.

    And for a web page: one at "…/main.py" is about that file.
    """
    if is_address(source):
        return ""
    return _PROGRAMMING_LANGUAGES.get(PurePath(source).suffix.lower().removeprefix("."), "")


def as_evidence(text: str, source: str) -> str:
    """Return a sentence as the model reads it: on one line, or, from a source file, unchanged within a fence."""
    language = code_language(source)
    if not language:
        return " ".join(text.split())
    return f"```{language}\n{text.strip(chr(10))}\n```"


def code_claim(block: str, code: str, passages: Sequence[Passage]) -> Claim:
    """Return the claim for a fenced ``block`` that holds ``code``.

    It is supported by the passage that holds the code, or unsupported with the share of its lines that any passage
    holds.
    """
    lines = [line for line in code.splitlines() if line.strip()]
    pattern = _pattern(code)
    if len("".join(code.split())) < _MIN_CODE_CHARS or pattern is None:
        return Claim(block, False, 0.0)
    for passage in passages:
        found = pattern.search(passage.text)
        if found:
            return Claim(block, True, 1.0, (cite(passage, *found.span(), 1.0),))
    matched = sum(any((row := _pattern(line)) and row.search(each.text) for each in passages) for line in lines)
    return Claim(block, False, round(matched / len(lines), 4) if lines else 0.0)


def _pattern(code: str) -> re.Pattern[str] | None:
    """Return a pattern that finds the code whatever its white space, and not in the middle of a word."""
    words = code.split()
    if not words:
        return None
    before = r"(?<!\w)" if words[0][:1].isalnum() else ""
    after = r"(?!\w)" if words[-1][-1:].isalnum() else ""
    return re.compile(before + r"\s+".join(map(re.escape, words)) + after)
