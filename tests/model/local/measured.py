"""Measurements."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.model.local import tuning
from rag.model.local.tuned import LoadSettings


def measured(
    monkeypatch: pytest.MonkeyPatch, gains: dict[str, tuple[float, float]], cores: int = 2, free: int = 0
) -> None:
    """Ratios of each change to what it is compared with; what is not named gives nothing."""

    def compare(
        _: Path, one: LoadSettings, other: LoadSettings, load: tuning.TuningLoad
    ) -> tuple[float, float, tuple[float, float]]:
        changed = next(
            name for name in ("threads", "batch", "flash", "cache_type") if getattr(one, name) != getattr(other, name)
        )
        prompt, writing = gains.get(f"{changed}={getattr(other, changed)}", (1.0, 1.0))
        return prompt, writing, (100.0, 50.0)

    monkeypatch.setattr(tuning, "_compare", compare)
    monkeypatch.setattr(tuning, "_load_for", lambda *_: tuning.TuningLoad(512, 24))
    monkeypatch.setattr("rag.model.worker.threads.cores", lambda: cores)
    monkeypatch.setattr("rag.model.worker.threads.now_free", lambda most: free or most)
