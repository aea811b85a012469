"""JSON schemas as grammars: bounded, and nothing is fetched."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.model.worker.grammar import json_grammar

pytestmark = pytest.mark.real

PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["age"]}


def test_a_schema_is_a_grammar() -> None:
    assert "root ::=" in json_grammar(json.dumps(PERSON)) and "age" in json_grammar(json.dumps(PERSON))
    listed = {"type": "object", "properties": {"minItems": {"type": "integer"}}}  # a property of that name
    assert "minItems" in json_grammar(json.dumps(listed))


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "array", "items": {"type": "string"}, "maxItems": 10**9}, "maxItems"),
        ({"type": "string", "minLength": -1}, "minLength"),
        ({"$ref": "https://example.org/schema.json"}, "another file"),
        ({"$ref": "#/$defs/none"}, "."),
        ({"type": "wizard"}, "."),
        ({"enum": ["x" * 30_000]}, "characters"),
    ],
)
def test_what_cannot_be_followed_says_why(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        json_grammar(json.dumps(schema))


def test_a_schema_nested_without_end_is_refused() -> None:
    with pytest.raises(ValueError):
        json_grammar('{"items":' * 1500 + "{}" + "}" * 1500)
