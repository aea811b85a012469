"""Messages: English as a string, a template with parameters for every other language."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LibraryError, OakenError
from rag.messages import Message, MessageFormatter, dump, from_data, joined, load, parts_of, system_message, to_data

SPANISH = {"{file} was not read: {why}": "{file} no se leyó: {why}", "it is {size:,} MB": "son {size:,} MB"}
spanish = MessageFormatter(lambda template: SPANISH.get(template, template))
names = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
plain = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9))


def of(params: dict[str, object]) -> Message:
    return Message(" | ".join(f"{{{name}}}" for name in params) or "nothing", **params)


messages = st.recursive(
    st.dictionaries(names, plain, max_size=3).map(of),
    lambda inner: st.dictionaries(names, st.one_of(plain, inner), max_size=3).map(of),
    max_leaves=6,
)


def test_as_a_string_it_is_its_english() -> None:
    said = Message("{file} was not read: {why}", file="a.pdf", why=Message("it is {size:,} MB", size=1200))
    assert said == "a.pdf was not read: it is 1,200 MB" and said.split()[0] == "a.pdf"
    assert json.dumps({"reason": said}) == '{"reason": "a.pdf was not read: it is 1,200 MB"}'


def test_another_language_has_its_own_template_and_translates_what_fills_it() -> None:
    said = Message("{file} was not read: {why}", file="it is {size:,} MB", why=Message("it is {size:,} MB", size=3))
    assert said.render(spanish) == "it is {size:,} MB no se leyó: son 3 MB"  # a file's name is never a message


@given(messages)
def test_nothing_of_a_message_is_lost_on_its_way(said: Message) -> None:
    ways = (load(dump(said)), from_data(json.loads(json.dumps(to_data(said)))), pickle.loads(pickle.dumps(said)))
    for back in (*ways, copy.deepcopy(said)):
        assert back == said and to_data(back) == to_data(said)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_no_message_is_kept_as_it_is(text: str) -> None:
    assert load(dump(text)) == text == from_data(to_data(text))


@pytest.mark.parametrize("stored", ['{"template": 1', '{"template": "{y}", "params": {"x": 1}}', '{"template": "a"}'])
def test_text_that_only_looks_like_a_message_is_kept(stored: str) -> None:
    assert load(stored) == stored


NOT_MESSAGES = [
    *({"template": template, "params": {"x": 1.5}} for template in
      ("{x.__class__}", "{x[0]}", "{x:>99999999}", "{x:9999}", "{x:.99f}", "{x:.3g}", "{x:c}", "{x:{x}}", "{0}", "{}",
       "{x!z}", "{y}", "{x", "x}", "{x:,.1f}" * 50_000)),
    *({"template": template, "params": {}} for template in (5, None, [], {})),
    *({"template": "{x}", "params": params} for params in ([], None, "x", 3)),
    *({"template": "{x:,}", "params": {"x": x}} for x in (10**400, 1e300, float("inf"), float("nan"), [1], "a")),
    {}, {"template": "x"}, None, 3, [1],
]  # fmt: skip


@pytest.mark.parametrize("data", NOT_MESSAGES, ids=range(len(NOT_MESSAGES)))
def test_only_what_a_message_can_have_made_becomes_one(data: object) -> None:
    """A process that a file has taken over may say anything, and a file's name may look like a stored message."""
    with pytest.raises(ValueError):
        from_data(data)
    if isinstance(data, dict):
        stored = json.dumps(data)
        assert load(stored) == stored


def test_messages_within_messages_end_and_do_not_multiply() -> None:
    deep: object = "x"
    for _ in range(200):
        deep = {"template": "{x}", "params": {"x": deep}}
    wide: object = "x"
    for _ in range(8):
        wide = {"template": "{x}" * 10, "params": {"x": wide}}
    for data in (deep, wide):
        with pytest.raises(ValueError):
            from_data(data)
    assert load('{"template": ' * 100_000) == '{"template": ' * 100_000


def test_half_a_character_can_be_stored() -> None:
    assert dump("\ud800") == "?" and load(dump(Message("{x}", x="a\ud800"))) == "a?"


def test_parts_are_joined_and_found_again() -> None:
    both = joined("; ", ["", Message("one"), "two", Message("three {n}", n=3)])
    assert both == "one; two; three 3"
    assert [part.template for part in parts_of(both)][1:] == ["one", "three {n}"]
    assert joined("; ", []) == "" and joined("; ", ["", "alone"]) == "alone"
    assert list(parts_of("plain")) == []


def test_an_error_within_a_message_is_translated_as_well() -> None:
    try:
        raise OSError(13, "Permission denied", "/secret")
    except OSError as error:
        assert Message("{path} cannot be read: {why}", path="x", why=error) == "x cannot be read: Permission denied"
        assert system_message(error) == "permission denied"
    inner = LibraryError(Message("it is {size:,} MB", size=2))
    assert Message("{file} was not read: {why}", file="a", why=inner).render(spanish) == "a no se leyó: son 2 MB"


def test_an_error_is_its_message_and_its_hint() -> None:
    error = OakenError(Message("it is {size:,} MB", size=2), "oaken list")
    assert str(error) == error.text == "it is 2 MB oaken list"
    assert [part.template for part in parts_of(error.text)][1:] == ["it is {size:,} MB"]
    assert str(OakenError("Full.")) == "Full."


def test_numbers_of_numpy_are_numbers() -> None:
    import numpy as np

    assert Message("{n:,} and {x:.1f}", n=np.int64(1200), x=np.float32(0.5)) == "1,200 and 0.5"
    assert joined("{", ["a", "b"]) == "a{b"
