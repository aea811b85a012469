"""How far a run is, counted in work rather than in files: reading, embedding, and the indexes at the end."""

from __future__ import annotations

import threading

READING_SHARE, EMBEDDING_SHARE = 0.2, 0.75  # of a run's time; the indexes have the rest
BYTES_PER_FILE = 4096  # bytes that each file counts for in addition


class WorkShare:
    """Counts of a run. Each stage counts what it has done, in its own thread.

    How many texts there will be to embed is known only when all files are read. Until then, as many are expected for
    each byte as there were so far.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sizes: dict[int, int] = {}  # files not read yet, by their place: what each counts for
        self._to_read = 0
        self._texts = self._embedded = 0
        self._shown = 0.0

    def begin(self, sizes: dict[int, int]) -> None:
        """Take the files to read: the bytes of each, by its place."""
        with self._lock:
            self._sizes = {place: size + BYTES_PER_FILE for place, size in sizes.items()}
            self._to_read = sum(self._sizes.values())

    def read(self, place: int) -> None:
        """Count a file as read; a second time changes nothing."""
        with self._lock:
            self._sizes.pop(place, None)

    def found_texts(self, number: int) -> None:
        """Count texts to embed."""
        with self._lock:
            self._texts += number

    def embedded_texts(self, number: int) -> None:
        """Count texts that have their vectors."""
        with self._lock:
            self._embedded += number

    def left(self, number: int) -> None:
        """Set the number of texts that have no vector yet: those found include texts whose vectors were held."""
        with self._lock:
            self._texts = self._embedded + number

    @property
    def texts(self) -> tuple[int, int]:
        """The number of texts embedded, and of all that were to be embedded, as far as known."""
        with self._lock:
            return self._embedded, max(self._texts, self._embedded)

    @property
    def all_read(self) -> bool:
        """Whether every file is read."""
        return not self._sizes

    @property
    def value(self) -> float:
        """The share of the work that is done, from 0 to 1; it never falls."""
        with self._lock:
            read = 1.0 - sum(self._sizes.values()) / self._to_read if self._to_read else 0.0
            embedded = self._embedded / self._texts if self._texts else 1.0
            self._shown = max(self._shown, read * (READING_SHARE + EMBEDDING_SHARE * embedded))
            return self._shown
