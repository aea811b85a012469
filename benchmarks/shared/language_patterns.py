"""Words and patterns of each language that the benchmarks change sentences with: months, negation, "and"."""

from __future__ import annotations

import json
from pathlib import Path

PATTERNS: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)  # what -> language -> words or a pattern
