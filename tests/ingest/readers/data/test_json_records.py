"""JSON: groups, records, and every value in the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.shared.build import build
from tests.ingest.readers.reading import document_of, told


def test_json_groups_are_sections_and_records_are_rows(tmp_path: Path) -> None:
    value = {
        "name": "Чайка",
        "runs": True,
        "stops": ["Quay", "Low Ford"],
        "company": {"town": "Tresvado", "boats": [{"no": 1, "crew": {"master": "Ana"}}, {"no": 2, "log": [{"d": 1}]}]},
        "rules": "Dogs travel free. " * 20,
        "nothing": None,
        "empty": {},
    }
    document = document_of(tmp_path, "a.json", json.dumps(value, ensure_ascii=True))
    assert told(document) == [
        ("row", "name: Чайка"),
        ("row", "runs: true"),
        ("row", "stops: Quay, Low Ford"),
        ("text", "rules: " + ("Dogs travel free. " * 20).strip()),
        ("title", "company"),
        ("row", "town: Tresvado"),
        ("title", "boats"),
        ("row", "no: 1 | crew.master: Ana"),
        ("row", "no: 2"),
        ("row", "log.d: 1"),
    ]
    assert document.elements[-1].section == ("company", "boats")


@pytest.mark.parametrize(
    ("value", "text"), [("3", "3"), ('"Words"', "Words"), ("[1, 2]", "1\n\n2"), ("[[1, 2], 3]", "1, 2\n\n3")]
)
def test_json_that_is_no_object(tmp_path: Path, value: str, text: str) -> None:
    assert document_of(tmp_path, "a.json", value).text == text


def test_json_that_is_broken_is_read_as_text_and_says_so(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.json", '{"mill": "by the river", ')
    assert document.text == '{"mill": "by the river",' and "not valid JSON" in document.remark
    document = document_of(tmp_path, "a.jsonl", '{"mill": 1}\n{"mill": \n{"mill": 3}\n')
    assert document.text == 'mill: 1\n\n{"mill":\n\nmill: 3'
    assert document.remark == "not valid JSON: 1 of 3 lines"
    assert document_of(tmp_path, "b.json", '{"mill": 1}\n{"mill": 2}\n').text == "mill: 1\n\nmill: 2"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (
            r'{"from": "Pe\u00c3\u00b1a", "content": "\u00d0\u009a\u00d0\u00bb\u00d1\u008e\u00d1\u0087"}',
            "from: Peña | content: Ключ",
        ),
        (r'{"from": "Pe\u00f1a", "sign": "\u00c3\u00b1"}', "from: Peña | sign: Ã±"),
    ],
)
def test_letters_that_were_escaped_byte_by_byte(tmp_path: Path, written: str, text: str) -> None:
    assert document_of(tmp_path, "message_1.json", f"[{written}]").text == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("abя \n", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyя", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return value.split() if isinstance(value, str) else [] if value is None else [json.dumps(value)]


@settings(deadline=None)  # the first one loads libraries
@given(_JSON)
def test_every_value_of_json_is_in_the_text(value: object) -> None:
    from ingest.readers.data.json_records import _blocks

    document = build(_blocks(value, 1), "application/json")
    for leaf in leaves(value):
        assert leaf in document.text
