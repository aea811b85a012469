"""Text to token ids, for the embedders: SentencePiece for multilingual-e5, any ``tokenizer.json`` for the others.

Text is data: what looks like a control token in it ("</s>") is read as its characters by SentencePiece. (The
``tokenizers`` library has no such option; a control token in the middle of a text that is only embedded does no harm.)
"""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.embedding.unigram import PIECES_FILE, UnigramTokenizer, write_pieces
from rag.errors import ModelBrokenError
from rag.messages import Message

if TYPE_CHECKING:
    from rag.embedding.packed_e5 import PackedVocabulary

_CONTROL, _UNKNOWN, _NORMAL = 3, 2, 1  # kinds of a piece in SentencePiece's model
_MASK = 1  # the last piece, <mask>, is a control token too
_JOINER = "\u200d"
_SENTENCEPIECE_FROM_CHARS = 20_000  # total characters that are split before SentencePiece is loaded
SENTENCEPIECE_FILE, SPECIAL_FILE = "sentencepiece.model", "special.json"
TOKENIZER_FILE = "tokenizer.json"


class Tokenizer(Protocol):
    """Tokenises whole texts, including the special tokens that the model adds."""

    @property
    def pad(self) -> int:
        """The id that pads shorter rows of a batch."""
        ...

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text."""
        ...


def open_tokenizer(folder: Path) -> Tokenizer:
    """Open the tokenizer of the prepared model in a folder. Raises ModelBrokenError."""
    if (folder / SENTENCEPIECE_FILE).exists():
        return SentencePieceTokenizer.open(folder)
    return FileTokenizer.open(folder / TOKENIZER_FILE)


def tokenizer_files(folder: Path) -> tuple[Path, ...]:
    """Return the files in the folder of a prepared model that :func:`open_tokenizer` reads."""
    is_sentencepiece = (folder / SENTENCEPIECE_FILE).exists()
    names = (SENTENCEPIECE_FILE, SPECIAL_FILE, PIECES_FILE) if is_sentencepiece else (TOKENIZER_FILE,)
    return tuple(folder / name for name in names)


class SentencePieceTokenizer:
    """XLM-RoBERTa's tokenizer run by SentencePiece: a fifth of the memory of ``tokenizers``, and six times as fast.

    The first texts of a process are split by :class:`UnigramTokenizer`, with the same ids: SentencePiece takes half a
    second to load, and a question should not wait for that. Thread-safe.
    """

    def __init__(self, path: Path, small_tokenizer: UnigramTokenizer, special: SpecialTokens) -> None:
        self._path = path
        self._small_tokenizer = small_tokenizer
        self._special = special
        self._chars_seen = 0  # characters
        self._lock = threading.Lock()
        self._loaded: Any = None

    @classmethod
    def open(cls, folder: Path) -> SentencePieceTokenizer:
        """Open the tokenizer that :func:`write_sentencepiece` wrote. Raises ModelBrokenError."""
        try:
            special = SpecialTokens(**json.loads((folder / SPECIAL_FILE).read_text(encoding="utf-8")))
            return cls(folder / SENTENCEPIECE_FILE, UnigramTokenizer.open(folder, _normalizer()), special)
        except (OSError, ValueError, TypeError) as error:
            raise ModelBrokenError(
                Message("The tokenizer in {folder} cannot be read: {error}.", folder=folder, error=error)
            ) from error

    @property
    def pad(self) -> int:
        """The id that pads shorter rows of a batch."""
        return self._special.pad

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text between <s> and </s>."""
        rows = []
        # The original's normalisation makes a zero-width joiner a space; the table that SentencePiece ships does not.
        # Given a list, SentencePiece starts threads for each call, which costs more than splitting a dozen sentences.
        encode = self._tokenizer_for(texts).encode
        split = (encode(text.replace(_JOINER, " ")) for text in texts)
        for text, ids in zip(texts, split, strict=True):
            # SentencePiece drops white space at the end, the original tokenizer makes it a token of its own.
            tail = [self._special.space] if text[-1:].isspace() else []
            rows.append([self._special.bos, *ids, *tail, self._special.eos])
        return rows

    def _tokenizer_for(self, texts: Sequence[str]) -> Any:
        if self._loaded is None:
            with self._lock:
                self._chars_seen += sum(map(len, texts))
                if self._chars_seen <= _SENTENCEPIECE_FROM_CHARS:
                    return self._small_tokenizer
                if self._loaded is None:
                    self._loaded = _processor(self._path)
        return self._loaded


class FileTokenizer:
    """A ``tokenizer.json``, run by the ``tokenizers`` library."""

    def __init__(self, tokenizer: Any) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, path: Path) -> FileTokenizer:
        """Open the file. Raises ModelBrokenError."""
        from tokenizers import Tokenizer as Loader

        try:
            return cls(Loader.from_file(str(path)))
        except Exception as error:  # the Rust code raises plain Exception
            raise ModelBrokenError(
                Message("The tokenizer {path} cannot be read: {error}.", path=path, error=error)
            ) from error

    @property
    def pad(self) -> int:
        """The id that pads shorter rows of a batch: BERT's [PAD] is 0, XLM-R's <pad> is 1."""
        numbers = (self._tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>"))
        return int(next((number for number in numbers if number is not None), 0))

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text with the special tokens that the file asks for."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids of the tokens around a text, and of a lone space."""

    bos: int
    eos: int
    pad: int
    space: int


def write_sentencepiece(vocabulary: PackedVocabulary, folder: Path) -> None:
    """Write the vocabulary as a SentencePiece model, ids as they are, and what :class:`UnigramTokenizer` reads.

    The model is a protobuf of ``ModelProto`` (sentencepiece_model.proto); its normalization is SentencePiece's own
    "nmt_nfkc".
    """
    control = {vocabulary.bos, vocabulary.eos, vocabulary.pad, len(vocabulary.pieces) - _MASK}
    pieces = b"".join(
        _field(1, _field(1, piece) + _field(2, float(score)) + _field(3, _kind(i, control, vocabulary.unknown)))
        for i, (piece, score) in enumerate(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    )
    unigram = _field(3, 1) + _field(4, len(vocabulary.pieces))
    numbers = (vocabulary.unknown, vocabulary.bos, vocabulary.eos, vocabulary.pad)
    trained = unigram + b"".join(_field(40 + i, number) for i, number in enumerate(numbers))
    names = ("<unk>", "<s>", "</s>", "<pad>")
    trained += b"".join(_field(45 + i, name.encode()) for i, name in enumerate(names))
    normal = _normalizer().serialized_model_proto()
    (folder / SENTENCEPIECE_FILE).write_bytes(pieces + _field(2, trained) + normal)
    write_pieces(vocabulary, folder)
    space = vocabulary.pieces.index("▁".encode())
    special = SpecialTokens(vocabulary.bos, vocabulary.eos, vocabulary.pad, space)
    (folder / SPECIAL_FILE).write_text(json.dumps(asdict(special)), encoding="utf-8")


def _normalizer() -> Any:
    from sentencepiece import SentencePieceNormalizer

    return SentencePieceNormalizer(
        rule_name="nmt_nfkc", add_dummy_prefix=True, escape_whitespaces=True, remove_extra_whitespaces=True
    )


def _processor(path: Path) -> Any:
    from sentencepiece import SentencePieceProcessor

    try:
        return SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise ModelBrokenError(
            Message("The tokenizer {path} cannot be read: {error}.", path=path, error=error)
        ) from error


def _kind(number: int, control: set[int], unknown: int) -> int:
    return _UNKNOWN if number == unknown else _CONTROL if number in control else _NORMAL


def _field(number: int, value: bytes | float | int) -> bytes:
    """Return one protobuf field: bytes with their length, a float in four bytes, an integer as a varint."""
    if isinstance(value, bytes):
        return _varint(number << 3 | 2) + _varint(len(value)) + value
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    return _varint(number << 3) + _varint(value)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])
