"""The small town of tests/town.py."""

from __future__ import annotations

from tests.town import embedder, library

__all__ = ["embedder", "library"]
