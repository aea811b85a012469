"""What the readers and the core say in English, in the page's language: why a file gave no text, and what went wrong.
What is said most is translated here; the rest is shown as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from ui.tongue import language, tr, word

_REASONS = (
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
_SENTENCES = (
    word("{model} does not write this language: the quotes answer."),
    word("There is no file or folder {path}."),
    word("No document is left: {why}."),
    word("The question takes {tokens} tokens, and the model's window holds {window}."),
    word("The library was embedded with {held}, this program uses {own}."),
    word("The folder {folder} cannot be written: {why}."),
    word("Another process is writing to the library in {folder}."),
    word("{who} is filling the library in {folder}."),
    word("The ledger {path} is damaged: {state}."),
    word("There is no room left for the {what} {path}: {error}. Nothing is lost."),
    word("There is no model at {path}."),
    word("{file} is a GGML file as written in 2023, which llama.cpp no longer reads."),
    word("The model's process ended unexpectedly."),
    word("The model's process ended unexpectedly ({how})."),
    word("llama.cpp cannot load {model}: {why}."),
    word("llama.cpp failed while it loaded {model} ({how})."),
    word("The prompt is {tokens} tokens long and the model's window {window}: no room is left to answer."),
    word("{model} needs about {memory} GB of memory ({parts}), and {free} GB are free."),
    word("{number} questions wait for the model already."),
    word("No server answers at {server}."),
    word("The server at {server} fell silent."),
    word("Something went wrong inside Oaken."),
    word("The terminal it was started from tells more."),
    word("Ask again: the model is loaded anew. If it happens again: {command}"),
)
_GAP = re.compile(r"\\{(\w+)\\}")


def reason(given: str) -> str:
    """The reason in the page's language, part by part."""
    return "; ".join(_translated(part, _REASONS) or part for part in given.split("; "))


def sentence(given: str) -> str:
    """A sentence of the core in the page's language, with what follows it; "" where it is not known in it."""
    if language() == "en":
        return given
    whole = _translated(given, _SENTENCES)
    if whole:
        return whole
    first, stop, rest = given.partition(". ")
    known = _translated(f"{first}.", _SENTENCES) if stop else ""
    return f"{known} {sentence(rest) or rest}" if known else ""


def _translated(given: str, known: Iterable[str]) -> str:
    if language() == "en":
        return given
    for english in known:
        if found := _pattern(english).fullmatch(given):
            return tr(english, **found.groupdict())
    return ""


@cache
def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_GAP.sub(r"(?P<\1>.+)", re.escape(english)), re.DOTALL)
