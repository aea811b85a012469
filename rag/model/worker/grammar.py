"""Constrained decoding: JSON schemas as grammars of llama.cpp. Runs in the worker.

A schema is a stranger's: it is bounded before it is converted, and nothing that it refers to is fetched.
"""

from __future__ import annotations

import json
from typing import Any

_MAX_SCHEMA_CHARS, _MAX_GRAMMAR_CHARS = 20_000, 200_000
_MAX_SCHEMA_REPEATS = 2_000  # llama.cpp expands each repetition
_REPEATS = ("minItems", "maxItems", "minLength", "maxLength")


def json_grammar(schema: str) -> str:
    """Return the grammar of the texts that follow a JSON schema. Raises ValueError with the reason where none does."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    if len(schema) > _MAX_SCHEMA_CHARS:
        raise ValueError(f"it has more than {_MAX_SCHEMA_CHARS:,} characters")
    try:
        _check(json.loads(schema))
        grammar: str = json_schema_to_gbnf(schema)
    except ValueError:
        raise
    except Exception as error:  # whatever its conversion trips over
        raise ValueError(str(error) or type(error).__name__) from error
    if len(grammar) > _MAX_GRAMMAR_CHARS:
        raise ValueError("its grammar is too large")
    return grammar


def _check(schema: Any) -> None:
    """Raise ValueError for a repetition that is no number or too large, and for a reference out of the schema."""
    if isinstance(schema, list):
        for each in schema:
            _check(each)
    if not isinstance(schema, dict):
        return
    for name in _REPEATS:
        number = schema.get(name, 0)
        if not isinstance(number, dict) and not (isinstance(number, int) and 0 <= number <= _MAX_SCHEMA_REPEATS):
            raise ValueError(f"{name} may be 0 to {_MAX_SCHEMA_REPEATS:,}")
    reference = schema.get("$ref", "#")
    if isinstance(reference, str) and not reference.startswith("#"):
        raise ValueError("it refers to another file")
    for each in schema.values():
        _check(each)
