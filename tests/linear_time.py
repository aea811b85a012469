"""How a function's processor time grows with its text: discovery of functions, hostile texts, measurement."""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

REPOSITORY = Path(__file__).parent.parent
TOLERANCE = 1.3  # times the cost that a linear function would have
SLACK = 0.05  # seconds that a longer text may take beyond that: caches and memory cost something too
TOO_LONG = 4.0  # seconds for one call
LANGUAGES = ("en", "ru")

# What is repeated, and what stands before it.
SEEDS: dict[str, tuple[str, str]] = {
    "spaces": ("", " "),
    "no-break spaces": ("", "\u00a0"),
    "line ends": ("", "\n"),
    "indented empty lines": ("", "\n "),
    "a word of a": ("", "a"),
    "a word of A": ("", "A"),
    "digits": ("", "7"),
    "full stops": ("", "."),
    "dashes": ("", "-"),
    "underscores": ("", "_"),
    "brackets": ("", "("),
    "square brackets": ("", "["),
    "images": ("", "!["),
    "links": ("", "[a]("),
    "angle brackets": ("", "<"),
    "tags": ("", "<a>"),
    "comments": ("", "<!--"),
    "backticks": ("", "`"),
    "tildes": ("", "~"),
    "fences": ("", "```\n"),
    "fences with a word": ("", "~~~ a\nb\n"),
    "stars": ("", "*"),
    "starred words": ("", "*a "),
    "hashes": ("", "#"),
    "pipes": ("", " | "),
    "lines of pipes": ("", "|\n"),
    "straight quotes": ("", '"a '),
    "nothing in quotes": ("", '"'),
    "curly quotes": ("", "“a "),
    "German quotes": ("", "„a "),
    "guillemets": ("", "«a "),
    "files": ("", "file:"),
    "files in quotes": ("", 'file:"a '),
    "exclusions": ("", " -a"),
    "section numbers": ("", "1."),
    "commas in numbers": ("", "1,"),
    "lone digits": ("", "1 "),
    "thousands": ("1", " 234"),
    "fractions": ("", "1/"),
    "ISO dates": ("", "2020-01-"),
    "months": ("", "May 1 "),
    "Russian dates": ("", "1 мая "),
    "euros": ("", "€1,"),
    "percentages": ("", "1 % "),
    "magnitudes": ("", "million "),
    "tens": ("", "twenty-"),
    "Spanish hundreds": ("", "ciento "),
    "Russian tens": ("", "двадцать "),
    "Roman numerals": ("", "xix "),
    "question words": ("When", " and when x"),
    "clauses": ("Who paid", ", and who and"),
    "questions": ("When x", ". when it"),
    "denials": ("", "not "),
    "capitalised words": ("", "Abc "),
    "initials": ("", "A.B. "),
    "code": ("", "A_B-"),
    "camel case": ("", "aB"),
    "minified code": ("", "var a=b.c(d,e);"),
    "figures": ("", "смотри рис. 3 "),
    "figures abbreviated": ("", "No. 3 "),
    "bullets": ("", "\n- "),
    "numbered items": ("", "1. "),
    "sentences": ("", "It is red. "),
    "inverted marks": ("", "! ¿"),
    "symbols without a letter": ("", "🜁"),
    "combining marks": ("", "e\u0301\u0301"),
    "zero-width spaces": ("", "\u200b"),
    "Chinese": ("", "中文。"),
    "Thai": ("", "ไทย "),
    "escape sequences": ("", "\x1b["),
    "summaries": ("Summarise ", "“a” in "),
    "which documents": ("Which documents mention ", "the "),
    "lists": ("List ", "my "),
    "mail headers": ("", "From: a\n"),
    "e-mail quoting": ("", "> "),
    "addresses": ("", "http://a."),
    "e-mail addresses": ("", "a@b."),
    "colons": ("", "a: "),
    "directives": ("", ".. a::\n"),
    "cells": ("a: ", "b | c: "),
    "properties": ("", ":a:\n"),
}


@dataclass(frozen=True)
class Case:
    """A function of one text; where it takes a language too, for one of them."""

    name: str
    parameter: str
    call: Callable[[str], Any]

    def __str__(self) -> str:
        return self.name


def functions() -> list[Case]:
    """Return the module-level functions of rag/ and ingest/ of one text, or of one and a language."""
    found = []
    for base in ("rag", "ingest"):
        for path in sorted((REPOSITORY / base).rglob("*.py")):
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
            found.extend(_functions_of(name))
    return found


def _functions_of(name: str) -> Iterator[Case]:
    for key, value in vars(importlib.import_module(name)).items():
        function = inspect.unwrap(value) if callable(value) else value
        if not inspect.isfunction(function) or function.__module__ != name:
            continue
        every = inspect.signature(function).parameters.values()
        needed = [each for each in every if each.default is each.empty and each.kind is not each.VAR_POSITIONAL]
        types = {str(each.annotation) for each in needed}
        returns = function.__annotations__.get("return") not in (None, "None", "Iterator[None]")
        positional = all(each.kind is not each.KEYWORD_ONLY for each in needed)
        if types != {"str"} or not returns or not positional:
            continue
        if len(needed) == 1:
            yield Case(f"{name}.{key}", needed[0].name, function)
        elif [each.name for each in needed[1:]] == ["language"]:
            for language in LANGUAGES:
                yield Case(f"{name}.{key}, {language}", needed[0].name, _in_language(function, language))


def _in_language(function: Callable[..., Any], language: str) -> Callable[[str], Any]:
    return lambda text: function(text, language)


class TooLongError(Exception):
    """A call took longer than TOO_LONG."""


def _cost(call: Callable[[str], Any], text: str) -> float:
    """Return the processor seconds of one call, whatever it raises. Raises TooLongError."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, TOO_LONG)
    begun = time.process_time()
    try:
        result = call(text)
        if isinstance(result, Iterator):
            for _ in result:
                pass
    except TooLongError:
        raise
    except Exception:  # what a function refuses it may refuse; how long it takes is the question here
        pass
    finally:
        took = time.process_time() - begun
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return took


def made(before: str, seed: str, size: int) -> str:
    """Return ``size`` characters of the seed again and again."""
    return (before + seed * (size // len(seed) + 1))[:size]


def excess(call: Callable[[str], Any], before: str, seed: str, sizes: tuple[int, int]) -> str:
    """Return how a function's cost grows faster than its text, or "" where it does not.

    What looks so is tried with a text that is as much longer again, and measured several times: another process may
    have been busy.
    """
    shorter, longer = sizes
    with _without_collection():
        found = _compared(call, before, seed, shorter, longer)
        return found and _compared(call, before, seed, shorter, longer * longer // shorter)


def _compared(call: Callable[[str], Any], before: str, seed: str, shorter: int, longer: int) -> str:
    short, long = 0.0, TOO_LONG
    for again in range(3):  # texts of other lengths: a cache would have those that were met before
        size = shorter
        try:
            short = max(short, _cost(call, made(before, seed, shorter + again)))
            size = longer
            long = min(long, _cost(call, made(before, seed, longer + again)))
        except TooLongError:
            return f"{size} characters take more than {TOO_LONG:g} s (and {shorter} take {short:.3f} s)"
        if long <= SLACK + TOLERANCE * short * longer / shorter:
            return ""
    return f"{shorter} characters take {short:.3f} s, {longer} take {long:.3f} s"


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
