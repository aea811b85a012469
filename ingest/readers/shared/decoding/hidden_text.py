"""Leaves letters out that nobody sees, and notes it for the remark on the file being read."""

from __future__ import annotations

from ingest.readers.shared.left_out import leave_out, may_count
from rag.messages import marked
from rag.text.invisible import hidden_characters, visible

_HIDDEN = marked("invisible characters, which may hide words, were left out")


def without_hidden(text: str) -> str:
    """Return what of the text is seen."""
    if may_count(_HIDDEN) and hidden_characters(text):
        leave_out(_HIDDEN)
    return visible(text)
