"""Reads the header of a GGUF file: its metadata, and whether its tensors fit in it.

Plain ``struct`` on a buffered file: nothing is memory-mapped and llama.cpp is not asked, because its own checks may end
the process. Layout: magic, version, number of tensors, number of keys; then the keys; then the tensors' names, shapes,
types and offsets; then, aligned, their data.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import BinaryIO

from rag.messages import Message

MAGIC = b"GGUF"
VERSIONS = (2, 3)
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_MAX_STRINGS_READ = 32  # strings of an array that are read
_MAX_NUMBERS_READ = 256  # numbers of an array that are read: one for each layer
_TOKENS, _TOKEN_TYPES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type"
_CONTROL, _USER_DEFINED = 3, 4  # token types in a GGUF
_MARKER_BYTES = re.compile(rb"</?[^<>\s]{1,60}>|\[/?[A-Z_]{1,60}\]")
_MIN_KEY_BYTES = 13  # bytes: length, type, one byte of value
_MIN_TENSOR_BYTES = 32  # bytes: length, dimensions, one extent, type, offset

# ggml type -> (values in a block, bytes of a block): ggml.h and ggml-common.h
_TENSOR_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
# Q4_0, Q4_K, IQ4_NL, MXFP4: llama.cpp repacks these for the processor, in memory of its own.
_REPACKED = (2, 12, 20, 39)


class DamagedFileError(ValueError):
    """The file cannot be what it claims to be; the message is a clause that follows its name."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The header of a GGUF: everything before its tensors' data."""

    version: int
    metadata: Mapping[str, str]  # short arrays are joined by ", "; longer ones read "[N values]"
    tensors: int
    data_bytes: int  # from the first tensor's start to the last one's end
    parameters: int = 0  # numbers in all tensors
    repacked: int = 0  # bytes of tensors that llama.cpp copies into another layout
    vocabulary: int = 0  # tokens
    markers: Mapping[str, int] = field(default_factory=dict)  # tokens that look like markers, and their type (0: ?)
    marker_ids: Mapping[int, str] = field(default_factory=dict)

    @property
    def controls(self) -> frozenset[str]:
        """The marker-like tokens that the file declares as control or user-defined."""
        return frozenset(text for text, kind in self.markers.items() if kind in (_CONTROL, _USER_DEFINED))

    def token(self, role: str) -> str:
        """Return the text of the token with a role ("bos", "eos"); "" where there is none or it is no marker."""
        number = self.metadata.get(f"tokenizer.ggml.{role}_token_id", "")
        return self.marker_ids.get(int(number), "") if number.isdecimal() else ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the model was made for (ISO 639-1), if the file names them; otherwise ()."""
        return tuple(code for code in self.metadata.get("general.languages", "").split(", ") if code.isalpha())

    @property
    def trained_window(self) -> int:
        """The trained context length in tokens; 0 where the file does not say."""
        base = self.metadata.get("general.architecture", "")
        length = self.metadata.get(f"{base}.context_length", "0")
        return int(length) if length.isdigit() else 0


def read_header(path: Path) -> GgufHeader:
    """Return the header of a file.

    Raises DamagedFileError where it is truncated, implausible, or promises data that the file lacks.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        return _GgufReader(file, size).header()


class _GgufReader:
    """Reads values from a file and never requests more bytes than it has left."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._at = 0
        self._vocabulary = 0
        self._markers: dict[int, str] = {}
        self._types = b""
        self._parameters = self._repacked = 0

    def header(self) -> GgufHeader:
        if self._take(4) != MAGIC:
            raise DamagedFileError(Message("is not a GGUF file"))
        version = self._number("<I")
        if version & 0xFFFF == 0:
            raise DamagedFileError(Message("was written for a machine of the other byte order"))
        if version not in VERSIONS:
            raise DamagedFileError(Message("has GGUF version {version}; versions 2 and 3 can be read", version=version))
        tensors, keys = self._number("<Q"), self._number("<Q")
        if keys * _MIN_KEY_BYTES + tensors * _MIN_TENSOR_BYTES > self._left:
            raise DamagedFileError(
                Message(
                    "declares {keys:,} keys and {tensors:,} tensors, more than {size:,} bytes can hold",
                    keys=keys,
                    tensors=tensors,
                    size=self._size,
                )
            )
        if not tensors:
            raise DamagedFileError(Message("holds no tensors"))
        metadata: dict[str, str] = {}
        for _ in range(keys):
            name, value = self._key()
            if name in metadata:
                raise DamagedFileError(Message("has the key {name!r} twice", name=name))
            metadata[name] = value
        alignment = metadata.get("general.alignment", "32")
        if not alignment.isdigit() or int(alignment) < 1:
            raise DamagedFileError(Message("declares an alignment of {alignment}", alignment=alignment))
        ends = self._tensor_ends(tensors, int(alignment))
        start = -(-self._at // int(alignment)) * int(alignment)
        if start + max(ends) > self._size:
            raise DamagedFileError(
                Message(
                    "is cut short: its tensors end at byte {start:,}, the file at byte {size:,}",
                    start=start + max(ends),
                    size=self._size,
                )
            )
        types = struct.unpack(f"<{len(self._types) // 4}i", self._types)
        markers = {text: types[at] if at < len(types) else 0 for at, text in self._markers.items()}
        return GgufHeader(
            version,
            metadata,
            tensors,
            max(ends),
            self._parameters,
            self._repacked,
            self._vocabulary,
            markers,
            self._markers,
        )

    @property
    def _left(self) -> int:
        return self._size - self._at

    def _take(self, count: int) -> bytes:
        if count > self._left:
            raise DamagedFileError(
                Message(
                    "is cut short or damaged: {count:,} bytes are due at byte {at:,} of {size:,}",
                    count=count,
                    at=self._at,
                    size=self._size,
                )
            )
        data = self._file.read(count)
        if len(data) != count:
            raise DamagedFileError(Message("changed while it was read"))
        self._at += count
        return data

    def _number(self, form: str) -> int:
        return int(struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _string(self) -> str:
        return self._take(self._number("<Q")).decode("utf-8", "replace")

    def _key(self) -> tuple[str, str]:
        name = self._string()
        kind = self._number("<I")
        if kind == _ARRAY:
            return name, self._array(name)
        if kind == _STRING:
            return name, self._string()
        if kind not in _SCALARS:
            raise DamagedFileError(Message("has a key {name!r} of unknown type {kind}", name=name, kind=kind))
        value = struct.unpack(_SCALARS[kind], self._take(struct.calcsize(_SCALARS[kind])))[0]
        return name, str(value).lower() if isinstance(value, bool) else str(value)

    def _array(self, name: str) -> str:
        kind, count = self._number("<I"), self._number("<Q")
        if kind in _SCALARS:
            data = self._take(count * struct.calcsize(_SCALARS[kind]))
            if name == _TOKEN_TYPES and _SCALARS[kind] in ("<i", "<I"):
                self._types = data
            if count <= _MAX_NUMBERS_READ:
                return ", ".join(str(value) for (value,) in struct.iter_unpack(_SCALARS[kind], data))
        elif kind == _STRING:
            if count * 8 > self._left:
                raise DamagedFileError(
                    Message("declares {count:,} strings in {name!r}, more than it can hold", count=count, name=name)
                )
            if name == _TOKENS:
                self._tokens(count)
            elif count <= _MAX_STRINGS_READ:
                return ", ".join(self._string() for _ in range(count))
            else:
                for _ in range(count):
                    self._take(self._number("<Q"))
        else:
            raise DamagedFileError(Message("has an array {name!r} of unknown type {kind}", name=name, kind=kind))
        return f"[{count:,} values]"

    def _tokens(self, count: int) -> None:
        self._vocabulary = count
        for token in range(count):
            text = self._take(self._number("<Q"))
            if text[-1:] in (b">", b"]") and _MARKER_BYTES.fullmatch(text):
                self._markers[token] = text.decode("utf-8", "replace")

    def _tensor_ends(self, tensors: int, alignment: int) -> list[int]:
        """Return the end of each tensor's data, from the start of all. llama.cpp requires them to be contiguous."""
        ends: list[int] = []
        names: set[str] = set()
        due: int | None = 0
        for _ in range(tensors):
            name, offset, size = self._tensor(alignment)
            if name in names:
                raise DamagedFileError(Message("has the tensor {name!r} twice", name=name))
            names.add(name)
            if due is not None and offset != due:
                raise DamagedFileError(
                    Message(
                        "places tensor {name!r} at byte {offset:,} of its data, where byte {due:,} is due",
                        name=name,
                        offset=offset,
                        due=due,
                    )
                )
            due = None if size is None else -(-(offset + size) // alignment) * alignment
            ends.append(offset + (size or 0))
        return ends

    def _tensor(self, alignment: int) -> tuple[str, int, int | None]:
        """Return a tensor's name, offset and bytes; None bytes for a type newer than this table, left to llama.cpp."""
        name = self._string()
        dimensions = self._number("<I")
        if not 1 <= dimensions <= 4:
            raise DamagedFileError(
                Message("gives tensor {name!r} {dimensions} dimensions", name=name, dimensions=dimensions)
            )
        shape = [self._number("<Q") for _ in range(dimensions)]
        kind, offset = self._number("<I"), self._number("<Q")
        self._parameters += prod(shape)
        if kind not in _TENSOR_BLOCKS:
            return name, offset, None
        values, block = _TENSOR_BLOCKS[kind]
        if shape[0] % values:
            raise DamagedFileError(
                Message(
                    "gives tensor {name!r} rows of {shape:,} values, not whole blocks of {values}",
                    name=name,
                    shape=shape[0],
                    values=values,
                )
            )
        if offset % alignment:
            raise DamagedFileError(Message("places tensor {name!r} off its alignment", name=name))
        size = prod(shape) // values * block
        if kind in _REPACKED and dimensions > 1 and not name.startswith("token_embd"):
            self._repacked += size
        return name, offset, size
