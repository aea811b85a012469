"""Named sampling settings: OpenAssistant's server's own, and those of the article that ran it on a CPU.

OpenAssistant's values stand in ``inference/server/oasst_inference_server/routes/configs.py``; its repetition penalty
looks back over the whole sequence, prompt and all, which punishes quoting the source: for cited answers ``precise``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rag.errors import UsageError
from rag.messages import Message
from rag.types import Sampling


@dataclass(frozen=True, slots=True)
class SamplingPreset:
    """Sampling settings under a name, and the model settings that go with them (0: unchanged)."""

    name: str
    sampling: Sampling
    context: int = 0  # tokens of the window
    batch: int = 0  # tokens of the prompt evaluated at once


def _oasst(
    name: str,
    temperature: float,
    *,
    top_k: int = 0,
    top_p: float = 1.0,
    typical_p: float = 1.0,
    repeat_penalty: float = 1.2,
) -> SamplingPreset:
    sampling = Sampling(
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        typical_p=typical_p,
        repeat_penalty=repeat_penalty,
        repeat_last_n=-1,
        temperature_first=True,
        max_tokens=1024,
    )
    return SamplingPreset(name, sampling)


DEFAULT_PRESET = "precise"  # the default preset for cited answers
PRESETS: Mapping[str, SamplingPreset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            SamplingPreset("precise", Sampling()),
            _oasst("k50", 0.75, top_k=50, top_p=0.95),
            _oasst("k50-Creative", 0.85, top_k=50, top_p=0.95),
            _oasst("k50-Precise", 0.1, top_k=50, top_p=0.95),
            _oasst("k50-Original", 0.9, top_k=50, top_p=0.95),
            _oasst("k50-Plugins", 0.35, top_k=50, repeat_penalty=1 / 0.90),
            _oasst("nucleus9", 0.8, top_p=0.9),
            _oasst("typical2", 0.8, typical_p=0.2),
            _oasst("typical3", 0.8, typical_p=0.3),
            # --ctx_size 2048 --batch_size 16 --keep 512 --repeat_penalty 1.0 --temp 0.4 --top_k 30 --top_p 0.18
            SamplingPreset(
                "article",
                Sampling(
                    temperature=0.4,
                    top_k=30,
                    top_p=0.18,
                    repeat_penalty=1.0,
                    repeat_last_n=64,
                    keep=512,
                    max_tokens=1024,
                ),
                context=2048,
                batch=16,
            ),
        )
    }
)
"""Every preset by its name; ``precise`` is greedy and the default of cited answers."""


def preset(name: str) -> SamplingPreset:
    """Return the preset of that name, case-insensitively. Raises UsageError, which lists the names, for any other."""
    for known, found in PRESETS.items():
        if known.lower() == name.lower():
            return found
    raise UsageError(
        Message("{name!r} is not a preset. Available: {presets}.", name=name, presets=", ".join(PRESETS)),
        "oaken chat --preset precise",
    )
