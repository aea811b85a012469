"""Where models are stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Write = Callable[..., Path]
OASST = ("<|prompter|>", "<|assistant|>", "<|system|>")
