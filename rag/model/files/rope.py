"""RoPE settings from a model's card, where the conversion to GGUF may have left them out.

llama.cpp takes what the file says. Early conversions of these models did not write it, and beyond the base model's
window they then produce nonsense, or from the first word on where the base frequency differs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RopeScaling:
    """Base frequency and frequency scale (0: as the file says), the window they give (0: likewise), and why."""

    base: float = 0.0
    scale: float = 0.0
    window: int = 0
    why: str = ""


def rope_scaling(metadata: Mapping[str, str], file_name: str) -> RopeScaling:
    """Return the RoPE settings to override; none for a model whose file is complete or whose card asks for nothing."""
    base = metadata.get("general.architecture", "")
    name = f"{metadata.get('general.name', '')} {file_name}".lower()
    scaled = any(key.startswith((f"{base}.rope.scaling.", f"{base}.rope.scale")) for key in metadata)
    if re.search(r"orca.*\b8k\b", name) and not scaled:
        return RopeScaling(scale=0.5, window=8192, why="its card: linear scaling by 2, 8,192 tokens")
    if re.search(r"code-?llama", name) and f"{base}.rope.freq_base" not in metadata:
        return RopeScaling(base=1e6, why="its card: a base frequency of 1,000,000")
    return RopeScaling()
