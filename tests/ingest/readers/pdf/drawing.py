"""Pages drawn, and where a line is on them."""

from __future__ import annotations

from typing import Any

from ingest.readers.pages.text_line import TextLine
from rag.types import PageLine as Printed


def on(picture: Any, line: Printed, scale: float, wider: float = 0.0) -> tuple[int, int, int, int]:
    """Where a printed line is on a rendering."""
    left, bottom, right, top = (edge * scale for edge in line.box)
    return (
        round(left - wider),
        round(picture.height - top - wider),
        round(right + wider),
        round(picture.height - bottom + wider),
    )


def line(text: str, base: float, **more: Any) -> TextLine:
    box = (50.0, base, 400.0, base + 9)
    return TextLine(
        **{
            "cells": (text,), "left": 50.0, "right": 400.0, "base": base, "size": 10.0, "bold": False, "page": 1,
            "box": box, **more,
        }
    )  # fmt: skip
