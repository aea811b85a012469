"""Hold a sentence as a template with named parameters, so that a page can show it in its own language.

A :class:`Message` is the string of its English: whoever only prints, logs or compares it needs to know no more. Whoever
translates takes its template, as gettext takes a msgid, and fills in the parameters, which may be messages themselves.
Nothing ever reads the English back.
"""

from __future__ import annotations

import json
import numbers
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

Translate = Callable[[str], str]
# What a message from another process or a file may be; ours stay far below. "{x:>999999999}" would fill the memory.
_NUMBER_FORMAT = re.compile(r",?(?:\.\d)?[f%]?|g")
_MAX_DEPTH = 8  # messages within messages
_MAX_CHARS = 100_000
_MAX_SHOWN_NUMBER = 1e18
_STORED_MARK = '{"template": '  # how a stored message begins; no sentence of ours does


class MessageFormatter(string.Formatter):
    """Fill a template's gaps; parameters that are messages are translated as well."""

    def __init__(self, translate: Translate = str) -> None:
        self._translate = translate

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """Return a parameter by its plain name.

        Raises ValueError for anything else: a template may come from a process that a file has taken over.
        """
        if not field_name.isidentifier():
            raise ValueError(f"not a plain name: {field_name[:20]!r}")
        if field_name not in kwargs:
            raise ValueError(f"no parameter {field_name!r}")
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a parameter as text. Raises ValueError for a format other than a number's."""
        if not _NUMBER_FORMAT.fullmatch(format_spec):
            raise ValueError(f"not a number's format: {format_spec[:20]!r}")
        return value.render(self) if isinstance(value, Message) else str(format(value, format_spec))

    def fill(self, template: str, params: Mapping[str, Any]) -> str:
        """Return the translated template with its gaps filled; without parameters it is taken as it is."""
        translation = self._translate(template)
        return self.vformat(translation, (), params) if params else translation


_IN_ENGLISH = MessageFormatter()


class Message(str):
    """A sentence, or a part of one. As a string it is English; see :meth:`render` for other languages."""

    template: str
    params: dict[str, Any]

    def __new__(cls, template: str, /, **params: Any) -> Message:
        """Return the message; ``template`` has a gap ``{name}`` or ``{name:spec}`` for each parameter."""
        params = {name: _storable_parameter(value) for name, value in params.items()}
        made = super().__new__(cls, _IN_ENGLISH.fill(template, params))
        made.template, made.params = template, params
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.template, self.params)

    def render(self, formatter: MessageFormatter) -> str:
        """Return the sentence in the formatter's language."""
        return formatter.fill(self.template, self.params)


def joined(separator: str, parts: Iterable[str]) -> str:
    """Return the parts as one message; empty ones are left out."""
    filled = [part for part in parts if part]
    if len(filled) < 2:
        return filled[0] if filled else ""
    names = [f"part{number}" for number in range(len(filled))]
    between = separator.replace("{", "{{").replace("}", "}}")
    return Message(between.join(f"{{{name}}}" for name in names), **dict(zip(names, filled, strict=True)))


def some_names(names: Sequence[str], most: int = 10) -> str:
    """Return the first of these names in a row: a home may hold thousands of libraries, and a sentence stays one."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def to_data(text: str) -> Any:
    """Return a message as plain data (JSON types); any other string as it is."""
    if not isinstance(text, Message):
        return str(text)
    return {"template": text.template, "params": {name: _plain(value) for name, value in text.params.items()}}


def from_data(data: Any, depth: int = 0) -> str:
    """Return what :func:`to_data` was given. Raises ValueError for what it cannot have made."""
    if isinstance(data, str):
        return whole_characters(data)
    template, params = (data.get("template"), data.get("params")) if isinstance(data, dict) else (None, None)
    if not isinstance(template, str) or not isinstance(params, dict) or depth > _MAX_DEPTH:
        raise ValueError("not a message")
    checked = {name: _parameter(value, depth) for name, value in params.items()}
    gaps = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    if len(template) + sum(len(str(checked.get(name, ""))) for name in gaps) > _MAX_CHARS:
        raise ValueError("too long for a message")
    return _restored(whole_characters(template), checked)


def _parameter(value: Any, depth: int) -> Any:
    if isinstance(value, int | float):
        if not abs(value) < _MAX_SHOWN_NUMBER:  # NaN is not below anything
            raise ValueError("not a message's number")
        return value
    return value if value is None else from_data(value, depth + 1)


def marked(template: str) -> str:
    """Mark a template that becomes a message elsewhere, so that it is translated; return it as it is."""
    return template


def system_message(error: OSError) -> Message:
    """Return what the system said, in lower case and without the path: "permission denied"."""
    return Message((error.strerror or str(error) or type(error).__name__).lower())


SYSTEM_MESSAGES = frozenset((  # what operating systems say of files, which no source of ours has
    marked("permission denied"), marked("no such file or directory"), marked("no space left on device"),
    marked("read-only file system"), marked("is a directory"), marked("not a directory"), marked("input/output error"),
    marked("too many open files"), marked("cannot allocate memory"), marked("file name too long"),
    marked("disk quota exceeded"), marked("stale file handle"), marked("too many levels of symbolic links"),
    marked("operation not permitted"), marked("device or resource busy"), marked("file too large"),
    marked("resource temporarily unavailable"), marked("file exists"), marked("invalid argument"),
))  # fmt: skip


def dump(text: str) -> str:
    """Return a message as text to store in a database; any other string as it is. Half characters become "?"."""
    stored = json.dumps(to_data(text), ensure_ascii=False) if isinstance(text, Message) else str(text)
    return whole_characters(stored)


def whole_characters(text: str) -> str:
    """Return a text that UTF-8 can hold, as long as it was: half characters, which JSON can hold, become "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def load(stored: str) -> str:
    """Return what :func:`dump` was given."""
    if not stored.startswith(_STORED_MARK):
        return stored
    try:
        return from_data(json.loads(stored))
    except (ValueError, RecursionError):  # a file's own name may begin like this
        return stored


def parts_of(text: str) -> Iterator[Message]:
    """Yield a message and every message within it."""
    if isinstance(text, Message):
        yield text
        for value in text.params.values():
            if isinstance(value, Message):
                yield from parts_of(value)


def _restored(template: str, params: Mapping[str, Any]) -> Message:
    return Message(template, **params)


def _storable_parameter(value: Any) -> Any:
    """Return a parameter that can be kept: an exception's own message, numbers and texts as they are."""
    if isinstance(value, OSError) and value.strerror:
        return Message(value.strerror)
    if isinstance(value, BaseException) and value.args and isinstance(value.args[0], Message):
        return value.args[0]
    if isinstance(value, numbers.Real):  # NumPy's among them
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    return value if isinstance(value, str) or value is None else str(value)


def _plain(value: Any) -> Any:
    return to_data(value) if isinstance(value, Message) else value
