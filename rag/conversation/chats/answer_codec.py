"""Encode an answer as JSON text and decode it, nothing lost: the form in which a conversation is stored.

Not the shape that scripts rely on (``rag.serialize.answer_json`` rounds and leaves out). Fields go by their names in
``rag.types``, but for a few that were renamed since. What a newer Oaken wrote beside them is skipped, what an older one
did not know yet has its default.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from rag.errors import LibraryError
from rag.messages import Message, from_data, to_data
from rag.types import Answer

_STORED_NAMES = {"reader_fingerprint": "reader"}  # of fields that bore another name when answers were first stored
_BLANK: Mapping[Any, Any] = {str: "", int: 0, float: 0.0, bool: False}


def dump(answer: Answer) -> str:
    """Return the answer as JSON text that UTF-8 can hold, even where a file's name could not."""
    return json_text(_plain(answer))


def json_text(plain: Any) -> str:
    """JSON that UTF-8 can hold, with letters as they are where that is possible."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character: a file name that is not UTF-8
        return json.dumps(plain, separators=(",", ":"))
    return text


def load(text: str) -> Answer:
    """Return the answer that :func:`dump` wrote. Raises LibraryError for any other text."""
    try:
        answer = _decode(Answer, json.loads(text))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise LibraryError(
            Message("A stored answer cannot be read: {why}.", why=error), Message("Ask the question again.")
        ) from error
    assert isinstance(answer, Answer)
    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return to_data(value)
    if is_dataclass(value):
        return {_stored_name(each): _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return value


def _decode(kind: Any, value: Any) -> Any:
    """Return the value as the type its annotation names. Raises TypeError, ValueError where it is something else."""
    if is_dataclass(kind):
        return _decode_dataclass(kind, value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):  # X | None
        return None if value is None else _decode(next(each for each in inner if each is not type(None)), value)
    if origin is tuple:
        return tuple(_decode(inner[0], each) for each in _require_type(value, list))
    if origin is Mapping:
        return {key: _decode(inner[1], each) for key, each in _require_type(value, dict).items()}
    if kind is str and isinstance(value, dict):
        return from_data(value)
    if issubclass(kind, StrEnum):
        return kind(value)
    return _finite(value) if kind is float else _require_type(value, kind)


def _decode_dataclass(kind: Any, value: Any) -> Any:
    stored = _require_type(value, dict)
    hints = _type_hints(kind)
    names = {each: _stored_name(each) for each in fields(kind)}
    return kind(
        **{
            each.name: _decode(hints[each.name], stored[name]) if name in stored else _default(each, hints)
            for each, name in names.items()
        }
    )


def _stored_name(field: Field[Any]) -> str:
    return _STORED_NAMES.get(field.name, field.name)


@cache
def _type_hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _default(field: Field[Any], hints: Mapping[str, Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    if field.default is not MISSING:
        return field.default
    kind = hints[field.name]
    if get_origin(kind) is tuple:
        return ()
    if get_origin(kind) is types.UnionType:
        return None
    if kind in _BLANK:
        return _BLANK[kind]
    if is_dataclass(kind):
        return _decode_dataclass(kind, {})
    raise ValueError(f"it has no {field.name}")


def _finite(value: Any) -> float:
    """Return a stored number. JSON in Python holds NaN, Infinity, 1e999 and 400 digits, which no page can show."""
    number = float(_require_type(value, (int, float)))
    if not math.isfinite(number):
        raise ValueError(f"{number} is no number")
    return number


def _require_type(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{str(value)[:40]!r} is not what belongs there")
    return value
