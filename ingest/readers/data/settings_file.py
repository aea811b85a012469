"""Reader of settings: YAML, TOML, INI and its kin, property lists; each value a row labelled by its path.

``server.port: 8080`` can be quoted alone. Values stay as they are written, comments stand at the head of their section.
A file that is not what its name says is read line by line, with a note where its format is strict.
"""

from __future__ import annotations

import configparser
import datetime
import plistlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.readers import source_code
from ingest.readers.registry import READERS
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.decoding.text_decoding import decode
from ingest.readers.shared.records import MAX_VALUES, bounded, is_group, record_blocks
from ingest.readers.shared.unreadable import UnreadableError
from ingest.readers.values.toml_values import toml_values
from ingest.readers.values.yaml_values import yaml_documents
from rag.messages import Message
from rag.types import Document, Outcome

MAX_DEPTH = 100  # groups within groups
_UNNAMED_SECTION = "\0"  # not a section's name: what stands above the first section
_YAML_KEY = re.compile(r"(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s#\-:][^:\n]*)):(?:\s|$)")
_SECTION = re.compile(r"\[\[?\s*[\"']?([^\]\"'.\n]+)")
_COMMENT_LINE = re.compile(r"\s*(?:[#;!]|//)+[ \t]?(.*)")
_BESIDE = re.compile(r"([^#\n]*\s)#\s")  # a comment behind something
_VALUE_SIGNS = frozenset(":=-]")  # what stands before a comment is a value where it has one of them
_SCALAR = re.compile(r":\s+[|>][-+\d]{0,2}\s*$")
_PROPERTY_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|\n[ \t]*|(.))")
_NAMES = {".yaml": "YAML", ".yml": "YAML", ".toml": "TOML", ".plist": "PLIST"}


def read(path: Path) -> Document:
    """Read a file of settings. Raises UnreadableError for one that swells or nests without end."""
    suffix = path.suffix.lower()
    data = path.read_bytes()
    try:
        text = "" if suffix == ".plist" else decode(data).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        value, remarks = _parsed(suffix, data, text)
        _check_size(value)
    except (ValueError, configparser.Error, RecursionError) as error:
        if suffix == ".plist":
            raise UnreadableError(Outcome.FAILED, Message("it is damaged, or not a property list")) from None
        document = source_code.read(path)
        if suffix not in _NAMES:  # nobody says what a .conf is written in
            return document
        why = str(error).split("\n")[0][:120] or type(error).__name__
        note = Message("it is not valid {format} ({error}); read as plain text", format=_NAMES[suffix], error=why)
        return replace(document, remark=note)
    return build(bounded(_blocks(value, remarks)), READERS[suffix].media_type)


def _parsed(suffix: str, data: bytes, text: str) -> tuple[Any, dict[str, list[str]]]:
    """Return the values of a file, and its comments by the section that they belong to. Raises ValueError."""
    if suffix == ".plist":
        return _property_list(data), {}
    if suffix in (".yaml", ".yml"):
        return _yaml(text), _comments(text, _YAML_KEY)
    if suffix == ".toml":
        return toml_values(text), _comments(text, _SECTION)
    text = _unescaped(text) if suffix == ".properties" else text
    return _ini(text), _comments(text, _SECTION)


def _unescaped(text: str) -> str:
    r"""Return Java properties as they are meant: ``\u00f1`` is ñ, and a line that ends with a backslash goes on."""

    def meant(escape: re.Match[str]) -> str:
        return chr(int(escape[1], 16)) if escape[1] else {"n": " ", "r": " ", "t": " "}.get(escape[2], escape[2] or "")

    text = _PROPERTY_ESCAPE.sub(meant, text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _property_list(data: bytes) -> Any:
    try:
        return plistlib.loads(data)  # it refuses entities
    except (ValueError, RecursionError):
        raise
    except Exception as error:  # an InvalidFileException, or what expat and struct raise on damage
        raise ValueError(str(error)) from None


def _yaml(text: str) -> Any:
    """Return the documents of a YAML file as one value."""
    found = [each for each in yaml_documents(text) if each]
    if not found or isinstance(found[0], str):
        raise ValueError("no keys")
    return found[0] if len(found) == 1 else found


class _IniParser(configparser.RawConfigParser):
    def _handle_error(self, exc: object, fpname: str, lineno: int, line: str) -> configparser.ParsingError:
        raise configparser.ParsingError(fpname)  # at the first: all of them are a message of megabytes


def _ini(text: str) -> Any:
    parser = _IniParser(
        strict=False, allow_no_value=True, interpolation=None, default_section="\1", empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys as they are written
    try:
        parser.read_string(f"[{_UNNAMED_SECTION}]\n{text}")
    except AttributeError:  # configparser's own, where a line without a value goes on
        raise ValueError("hardly any value") from None
    found = {name: {key: value or "" for key, value in parser[name].items()} for name in parser.sections()}
    filled = [value for section in found.values() for value in section.values()]
    if not filled or sum(map(bool, filled)) * 2 < len(filled):
        raise ValueError("hardly any value")
    return {**found.pop(_UNNAMED_SECTION), **found}


def _comments(text: str, heads: re.Pattern[str]) -> dict[str, list[str]]:
    """Return section -> the comments in it and right above it; those above the first are that of ""."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    section = ""
    above: list[str] = []
    scalar = -1  # the indentation above a text of several lines in YAML, where # is a letter
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if scalar >= 0 and (indent > scalar or not line.strip()):
            continue
        scalar = indent if heads is _YAML_KEY and _SCALAR.search(line) else -1
        if (comment := _COMMENT_LINE.match(line)) and not line.startswith("#!"):
            (found[section] if line[0].isspace() else above).append(comment[1])
            continue
        if head := heads.match(line):
            section = next((name for name in head.groups() if name), "").strip()
        found[section] += above
        above = []
        beside = _BESIDE.match(line)
        is_quoted = beside and any(beside[1].count(quote) % 2 for quote in "\"'")
        if beside and not is_quoted and not _VALUE_SIGNS.isdisjoint(beside[1]):
            found[section].append(line.strip())
    found[section] += above
    return found


def _check_size(value: Any) -> None:
    """Raise UnreadableError where references make a small file swell, or lead back to themselves."""
    sizes: dict[int, int] = {}

    def size(each: Any, depth: int) -> int:
        if not isinstance(each, dict | list):
            return 1
        if depth > MAX_DEPTH:
            raise UnreadableError(Outcome.FAILED, Message("it is nested too deeply"))
        if id(each) not in sizes:
            inner = each.values() if isinstance(each, dict) else each
            sizes[id(each)] = 1 + sum(size(one, depth + 1) for one in inner)
        return sizes[id(each)]

    if size(value, 0) > MAX_VALUES:
        raise UnreadableError(
            Outcome.TOO_LARGE, Message("it holds more than {max_values:,} records; split it", max_values=MAX_VALUES)
        )


def _blocks(value: Any, remarks: dict[str, list[str]]) -> Iterator[ReaderBlock]:
    yield from _note(remarks, "")
    if not isinstance(value, dict):
        for name in list(remarks):
            if name:
                yield from _note(remarks, name)
        for each in value if isinstance(value, list) else [value]:
            yield from _facts(each, "")
        return
    for key, each in value.items():
        name = str(key)
        if is_group(each):
            yield ReaderBlock("title", name, 1)
        yield from _note(remarks, name.split(".")[0] if name.split(".")[0] in remarks else name)
        yield from _facts(each, name)
        if is_group(each):
            yield ReaderBlock("title", "", 1)


def _note(remarks: dict[str, list[str]], name: str) -> Iterator[ReaderBlock]:
    yield ReaderBlock("text", "\n".join(remarks.pop(name, ()) if name else remarks.get(name, ())))


def _facts(value: Any, path: str) -> Iterator[ReaderBlock]:
    """Yield a row for each value below a path, and one for each record of a list."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _facts(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and is_group(value):
        for each in value:
            yield from record_blocks(_shown({path: each} if path else each))
    else:
        yield from record_blocks(_shown({path: value} if path else value))


def _shown(value: Any) -> Any:
    """Return values as JSON has them: dates as they are written, bytes not at all."""
    if isinstance(value, dict):
        return {str(key): _shown(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shown(each) for each in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
    if isinstance(value, bytes | plistlib.UID):
        return None
    return value
