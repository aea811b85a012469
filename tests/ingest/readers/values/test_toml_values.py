"""TOML: what it holds, and keys without an end."""

from __future__ import annotations

import pytest

from ingest.readers.values.toml_values import MAX_KEY_PARTS, toml_values


def test_values_come_as_they_are() -> None:
    assert toml_values('[a.b]\nc.d = "e.f.g"\n') == {"a": {"b": {"c": {"d": "e.f.g"}}}}


@pytest.mark.parametrize("text", ["1. " * MAX_KEY_PARTS, "[" + "a." * MAX_KEY_PARTS + "a]", "a = ", "a"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        toml_values(text)
