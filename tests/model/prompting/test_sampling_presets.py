"""The presets of sampling."""

from __future__ import annotations

import pytest

from rag.errors import UsageError
from rag.model.prompting.sampling_presets import PRESETS, preset

pytestmark = pytest.mark.real


def test_presets_have_the_values_of_openassistants_server() -> None:
    rows = {
        name: (s.temperature, s.top_k, s.top_p, s.typical_p, round(s.repeat_penalty, 4), s.repeat_last_n, s.max_tokens)
        for name, s in ((name, each.sampling) for name, each in PRESETS.items())
    }
    assert rows["k50"] == (0.75, 50, 0.95, 1.0, 1.2, -1, 1024)
    assert rows["k50-Creative"] == (0.85, 50, 0.95, 1.0, 1.2, -1, 1024)
    assert rows["k50-Precise"] == (0.1, 50, 0.95, 1.0, 1.2, -1, 1024)
    assert rows["k50-Original"] == (0.9, 50, 0.95, 1.0, 1.2, -1, 1024)
    assert rows["k50-Plugins"] == (0.35, 50, 1.0, 1.0, 1.1111, -1, 1024)
    assert rows["nucleus9"] == (0.8, 0, 0.9, 1.0, 1.2, -1, 1024)
    assert rows["typical2"] == (0.8, 0, 1.0, 0.2, 1.2, -1, 1024)
    assert rows["typical3"] == (0.8, 0, 1.0, 0.3, 1.2, -1, 1024)
    assert rows["article"][:5] == (0.4, 30, 0.18, 1.0, 1.0)
    assert (PRESETS["article"].context, PRESETS["article"].batch, PRESETS["article"].sampling.keep) == (2048, 16, 512)
    assert rows["precise"][0] == 0.0
    with pytest.raises(UsageError, match="nucleus9"):
        preset("hot")
