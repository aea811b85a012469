"""YAML to values: scalars as they are written, references, and what is refused."""

from __future__ import annotations

import pytest

from ingest.readers.values.yaml_values import MAX_YAML_DEPTH, yaml_documents


def test_scalars_stay_as_they_are_written() -> None:
    text = "a: 007\nb: no\nc: 2024-03-09\nd: [1.50, 'x', ~]\n? [1, 2]\n: e\n---\nplain\n"
    assert yaml_documents(text) == [
        {"a": "007", "b": "no", "c": "2024-03-09", "d": ["1.50", "x", "~"], "['1', '2']": "e"},
        "plain",
    ]


def test_what_is_referred_to_again_is_one_object() -> None:
    (value,) = yaml_documents("a: &a [x]\nb: *a\nc: &s word\nd: *s\n")
    assert value["a"] is value["b"] and value["d"] == "word"


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: *b", "a: [", "\t- a: b", "a: \0", "- " * (MAX_YAML_DEPTH + 1)])
def test_what_is_no_yaml_or_nests_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        yaml_documents(text)


def test_merged_groups() -> None:
    assert yaml_documents("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: word, z: 4}\n")[0] == {
        "a": {"x": "1", "y": "2"},
        "b": {"x": "1", "y": "3"},
        "c": {"z": "4"},
    }
