"""Prefix cache: evaluated beginnings of prompts, a few in memory, and fixed prefixes on disk as well.

An entry is llama.cpp's state for exactly these tokens. Only tokens evaluated as a prompt are ever in it, never an
answer's own: those were evaluated one by one, which gives other numbers in the last digits. So an answer does not
depend on what was asked before. Runs in the worker.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.storage import private_folder

Tokens = NDArray[np.int32]
MAX_CACHED_PREFIXES = 8  # files
_CACHE_SUFFIX = ".front"


@dataclass(frozen=True, slots=True, eq=False)
class CachedPrefix:
    """A state, the tokens that it stands for, and the logits after the last of them where they were computed."""

    tokens: Tokens
    state: bytes
    logits: NDArray[np.float32] | None = None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.state) + (0 if self.logits is None else self.logits.nbytes)


def shared(one: Tokens, other: Tokens) -> int:
    """Return the length of the common prefix, in tokens."""
    length = min(len(one), len(other))
    differ = np.flatnonzero(one[:length] != other[:length])
    return int(differ[0]) if len(differ) else length


class PrefixCache:
    """The prefixes held in memory, the least recently used dropped once they exceed ``budget`` bytes."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._kept: list[CachedPrefix] = []  # the most recently used at the end

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Size in bytes of all entries."""
        return sum(each.size for each in self._kept)

    def best(self, prompt: Tokens) -> tuple[CachedPrefix | None, int]:
        """Return the entry that shares the longest prefix with the prompt, and its length in tokens."""
        found = max(self._kept, key=lambda each: shared(each.tokens, prompt), default=None)
        if found is None or not (common := shared(found.tokens, prompt)):
            return None, 0
        self._kept = [*(each for each in self._kept if each is not found), found]
        return found, common

    def keep(self, prefix: CachedPrefix) -> None:
        """Store it, in place of those that are a prefix of it; one larger than half of the budget is not stored."""
        if prefix.size > self._budget // 2:
            return
        self._kept = [each for each in self._kept if shared(each.tokens, prefix.tokens) < len(each.tokens)]
        self._kept.append(prefix)
        while self.size > self._budget:
            self._kept.pop(0)


class SavedPrefixes:
    """States of fixed prefixes in a folder, one file for each model, settings, build of llama.cpp and prefix."""

    def __init__(self, folder: Path | None, identity: str) -> None:
        self._folder = folder
        self._identity = identity

    def read(self, tokens: Sequence[int]) -> bytes | None:
        """Return the state of this prefix; None where none is stored, or the file is damaged (it is deleted then)."""
        path = self._path(tokens)
        if path is None:
            return None
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        digest, state = data[:32], data[32:]
        if hashlib.sha256(state).digest() != digest:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return state

    def write(self, tokens: Sequence[int], state: bytes) -> None:
        """Store it and drop the oldest beyond ``MAX_CACHED_PREFIXES``; a full or read-only disk is no failure."""
        path = self._path(tokens)
        if path is None or self._folder is None:
            return
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            private_folder(self._folder)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(hashlib.sha256(state).digest() + state)
            part.replace(path)
            by_age = sorted(self._folder.glob(f"*{_CACHE_SUFFIX}"), key=lambda each: each.stat().st_mtime)
            for old in by_age[:-MAX_CACHED_PREFIXES]:
                old.unlink(missing_ok=True)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _path(self, tokens: Sequence[int]) -> Path | None:
        if self._folder is None:
            return None
        key = hashlib.sha256(self._identity.encode() + np.asarray(tokens, dtype="<i4").tobytes())
        return self._folder / f"{key.hexdigest()[:24]}{_CACHE_SUFFIX}"
