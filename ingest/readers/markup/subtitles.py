"""Reader of subtitles (.srt, .vtt): sentences with the time at which they begin; numbers and styles are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from rag.types import Document

MAX_SENTENCE_CHARS = 400  # characters; a speaker who never ends a sentence is cut
MAX_PAUSE_SECONDS = 4.0  # a longer silence ends a sentence
_CUE_TIME = r"(?:(\d{1,3}):)?(\d\d):(\d\d)[.,](\d{1,3})"
_CUE_TIMES = re.compile(rf"\s*{_CUE_TIME}\s*-->\s*{_CUE_TIME}")
_STYLE_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<\d[\d:.]{0,20}>|\{\\[^{}\n]{0,200}\}")
_VOICE_TAG = re.compile(r"<v(?:\.[^\s<>]{0,80})?\s+([^<>\n]{1,80})>")
_CUE_ENDS_SENTENCE = re.compile(r"[.!?…。！？][\"'»”)\]]*$")
_EMPTY_FIRST_LINE = re.compile(r"(-->[^\n]*\n)(?:[ \t]+\n)+")
_NOT_SAID = ("NOTE", "STYLE", "REGION")


def read(path: Path) -> Document:
    """Read subtitles. Raises UnreadableError where they are not text."""
    suffix = path.suffix.lower()
    text = decode(path.read_bytes()).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return build(_blocks(text), READERS[suffix if suffix in READERS else ".srt"].media_type)


def _blocks(text: str) -> Iterator[ReaderBlock]:
    """Yield each sentence behind the time of its first words; what two people say stays two lines."""
    begun, until, said = 0.0, 0.0, ""
    for start, end, words in _cues(text):
        is_over = (
            _CUE_ENDS_SENTENCE.search(said[-10:]) or start - until > MAX_PAUSE_SECONDS or len(said) > MAX_SENTENCE_CHARS
        )
        if said and (is_over or words.startswith(("-", "–", "—"))):
            yield ReaderBlock("text", f"{_clock(begun)} {said}")
            said = ""
        if not said:
            begun = start
        said, until = f"{said} {words}".strip(), end
    if said:
        yield ReaderBlock("text", f"{_clock(begun)} {said}")


def _cues(text: str) -> Iterator[tuple[float, float, str]]:
    """Yield start and end in seconds, and the words."""
    before: list[str] = []
    for part in re.split(r"\n[ \t]*\n", _EMPTY_FIRST_LINE.sub(r"\1", text)):
        lines = part.strip("\n").split("\n")
        if lines[0].startswith(_NOT_SAID):
            continue
        at = next((number for number, line in enumerate(lines[:3]) if _CUE_TIMES.match(line)), None)
        if at is None:
            continue
        times = _CUE_TIMES.match(lines[at])
        assert times is not None
        words = [_VOICE_TAG.sub(r"\1: ", line) for line in lines[at + 1 :]]
        shown = [line for each in words if (line := " ".join(unescape(_STYLE_TAG.sub("", each)).split()))]
        said = shown[_repeated(before, shown) :]
        before = shown
        joined = "\n".join(said)
        if not any(line.startswith(("-", "–", "—")) for line in said[1:]):
            joined = joined.replace("\n", " ")
        if joined:
            yield _seconds(times.groups()[:4]), _seconds(times.groups()[4:]), joined


def _repeated(before: list[str], lines: list[str]) -> int:
    """Return how many lines were seen already: live captions show the last line again above the new one."""
    sizes = range(min(len(before), len(lines)), 0, -1)
    return next((size for size in sizes if before[-size:] == lines[:size]), 0)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, rest = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{rest}")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
