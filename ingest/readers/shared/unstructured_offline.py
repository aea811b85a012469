"""Makes ``unstructured`` safe to import: offline, without spaCy, without usage reports. Call before any import of it.

As installed it fetches a spaCy model from the network for nearly every kind of file. All it wants from it is a
tokenizer for guesses that Oaken does not use, so plain functions of the same names stand in.
"""

from __future__ import annotations

import re
import sys
from types import ModuleType

from rag.no_reports import turn_off

STAND_IN = "unstructured.nlp.tokenize"
# For the worker's environment alone: in a process that also fetches models they would forbid it.
OFFLINE_ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def prepare() -> None:
    """Install the stand-in. Raises RuntimeError if ``unstructured`` was imported before."""
    turn_off()
    module = sys.modules.get(STAND_IN)
    if getattr(module, "__oaken__", False):
        return
    if "unstructured" in sys.modules:
        raise RuntimeError("unstructured was imported before it was made safe")
    stand_in = ModuleType(STAND_IN)
    vars(stand_in).update(
        __oaken__=True, sent_tokenize=_sentences, word_tokenize=str.split, pos_tag=_tags, _get_nlp=_no_model
    )
    sys.modules[STAND_IN] = stand_in


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…])\s+", text) if part]


def _tags(text: str) -> list[tuple[str, str]]:
    return [(word, "NN") for word in text.split()]


def _no_model() -> None:
    raise RuntimeError("no spaCy model is used here")
