"""Windows longer than a file says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.model.files.rope import RopeScaling, rope_scaling

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("metadata", "file", "expected"),
    [
        (
            {"general.architecture": "llama"},
            "openassistant-llama2-13b-orca-8k-3319.Q4_K_M",
            RopeScaling(0.0, 0.5, 8192),
        ),
        (
            {"general.architecture": "llama", "llama.rope.scaling.type": "linear"},
            "openassistant-llama2-13b-orca-8k-3319",
            RopeScaling(),
        ),
        ({"general.architecture": "llama", "llama.rope.scale_linear": "2.0"}, "orca_8k", RopeScaling()),
        ({"general.architecture": "llama"}, "codellama-13b-oasst-sft-v10.Q5_K_M", RopeScaling(1e6, 0.0, 0)),
        ({"general.architecture": "llama", "llama.rope.freq_base": "1000000.0"}, "codellama-13b", RopeScaling()),
        ({"general.architecture": "llama"}, "oasst-sft-7-llama-30b", RopeScaling()),
    ],
)
def test_rope_as_the_card_asks(metadata: dict[str, str], file: str, expected: RopeScaling) -> None:
    assert replace(rope_scaling(metadata, file), why="") == expected
