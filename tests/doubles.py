"""Truthful doubles: an embedder under which related texts are near, a model that plays what it was given, and small
papers whose paragraphs are their chunks."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from rag.errors import ModelError
from rag.interfaces import EmbedderCard, ModelCard, Vector, Vectors
from rag.library.library import Library
from rag.types import (
    Chunk,
    Document,
    Element,
    FileRecord,
    FileStamp,
    Outcome,
    Prompt,
    Role,
    Sampling,
    Turn,
    chunk_id,
    document_id,
)
from tests.copies import copied

_PREFIX = 6  # letters of a word that count


class BagEmbedder:
    """Hashed bag of words: texts that share words are near. Keeps what it was asked to embed."""

    def __init__(self, max_tokens: int = 64, dimension: int = 256, name: str = "bag-of-words") -> None:
        trust = {"": 1.0, "en": 1.0, "es": 1.0, "ru": 1.0}
        self.card = EmbedderCard(name, dimension, max_tokens, trust_by_language=trust)
        self.embedded: list[str] = []

    @property
    def tokenizer_files(self) -> tuple[Path, ...]:
        return (bag_tokenizer(),)

    def count(self, text: str) -> int:
        return 2 + len(re.findall(r"\w{1,5}|[^\w\s]", text))

    def embed_query(self, text: str) -> Vector:
        vector = np.zeros(self.card.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            vector[crc32(word[:_PREFIX].encode()) % self.card.dimension] += 1
        return vector / np.float32(np.linalg.norm(vector))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        if not texts:
            return np.empty((0, self.card.dimension), dtype=np.float32)
        return np.stack([self.embed_query(text) for text in texts])


@cache
def bag_tokenizer(folder: str = "") -> Path:
    """The file of a tokenizer that counts as :class:`BagEmbedder` does, for processes that have only a path."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    made = Path(folder or tempfile.mkdtemp(prefix="oaken-bag-"))
    if not folder:
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    tokenizer = Tokenizer(models.WordLevel({"?": 0, "[": 1, "]": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\w{1,5}|[^\w\s]"), "removed", invert=True)
    tokenizer.post_processor = processors.TemplateProcessing("[ $A ]", special_tokens=[("[", 1), ("]", 2)])
    tokenizer.save(str(made / "tokenizer.json"))
    return made / "tokenizer.json"


class ScriptedModel:
    """Plays its replies in turn (the last one for ever), piece by piece; keeps the prompts it was given.

    ``stopped`` counts the streams that were closed before their end. A text never gives a scaffolding token,
    whatever it says.
    """

    SCAFFOLDING: tuple[Role, ...] = ("system", "user", "assistant")  # tokens 0, 1 and 2; a turn's end is 3
    END = 3

    def __init__(self, *replies: str, window: int = 512, piece: int = 5) -> None:
        self.card = ModelCard("scripted", "chatml", window)
        self.prompts: list[Prompt] = []
        self.stopped = 0
        self._replies = list(replies) or [""]
        self._piece = piece
        self._vocabulary: list[str] = [f"<{role}>" for role in self.SCAFFOLDING] + ["<end>"]

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        tokens: list[int] = []
        for turn in turns:
            tokens += [self.SCAFFOLDING.index(turn.role), *map(self._token, self.split(turn.text)), self.END]
        return (*tokens, self.SCAFFOLDING.index("assistant"))

    @staticmethod
    def split(text: str) -> list[str]:
        """Pieces of at most five characters; white space goes with the word after it. They join to the text."""
        return re.findall(r"\s*\w{1,5}|\s*[^\w\s]|\s+", text)

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(self._vocabulary[token] for token in tokens)

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, None]:
        if len(prompt.tokens) >= self.card.window:
            raise ModelError(f"The prompt is {len(prompt.tokens)} tokens long, the window {self.card.window}.")
        self.prompts.append(prompt)
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        room = min(sampling.max_tokens, self.card.window - len(prompt.tokens))
        return self._play("".join(self.split(reply)[:room]))

    def _play(self, text: str) -> Generator[str, None, None]:
        try:
            for at in range(0, len(text), self._piece):
                yield text[at : at + self._piece]
        except GeneratorExit:
            self.stopped += 1
            raise

    def _token(self, piece: str) -> int:
        if piece not in self._vocabulary[self.END + 1 :]:
            self._vocabulary.append(piece)
        return self._vocabulary.index(piece, self.END + 1)


class QueuedModel(ScriptedModel):
    """A scripted model behind whose others a question waits: its ``places`` in turn, one at each look."""

    def __init__(self, *replies: str, places: Sequence[int] = (2, 2, 1, 0)) -> None:
        super().__init__(*replies)
        self.places = list(places)

    def _play(self, text: str) -> Generator[str, None, None]:
        return _Queued(super()._play(text), self)


class _Queued(Generator[str, None, None]):
    def __init__(self, pieces: Generator[str, None, None], model: QueuedModel) -> None:
        self._pieces = pieces
        self._model = model
        self._left = list(model.places)
        self.position = 0

    def next_piece(self, seconds: float) -> str | None:
        if not self._left:
            return next(self._pieces)
        self.position = self._left.pop(0)
        return None

    def send(self, value: None) -> str:
        return next(self._pieces)

    def throw(self, typ: object, val: object = None, tb: object = None, /) -> str:
        raise NotImplementedError

    def close(self) -> None:
        self._model.stopped += bool(self._left)
        self._left.clear()
        self._pieces.close()


Paper = tuple[FileRecord, Document, list[Chunk]]


def paper(path: str, *paragraphs: str, root: str = "/papers", language: str = "en", section: str = "") -> Paper:
    """A document, one chunk for each paragraph, as the pipeline would file it."""
    text = "\n\n".join(paragraphs)
    headings = (section,) if section else ()
    elements, chunks, start = [], [], 0
    held = document_id(root, path)
    for ordinal, words in enumerate(paragraphs):
        end = start + len(words)
        elements.append(Element("text", start, end, page=ordinal + 1, section=headings))
        place = chunk_id(held, start, words)
        chunks.append(Chunk(place, held, ordinal, words, start, end, ordinal + 1, headings, language))
        start = end + 2
    stamp = FileStamp(len(text), 1_000, hashlib.sha256(text.encode()).hexdigest())
    record = FileRecord(
        id=held,
        source=f"{root}/{path}",
        root=root,
        path=path,
        stamp=stamp,
        outcome=Outcome.INDEXED,
        media_type="text/plain",
        language=language,
        pages=len(paragraphs),
        chunks=len(chunks),
        seconds=0.5,
        ingested_at="2024-05-01T10:00:00+00:00",
    )
    return record, Document(text, tuple(elements), "text/plain", language, len(paragraphs)), chunks


def vectors_for(chunks: Sequence[Chunk], embedder: BagEmbedder) -> Vectors:
    return embedder.embed_documents([chunk.embedding_text for chunk in chunks])


def file_away(library: Library, given: Paper, embedder: BagEmbedder | None = None) -> FileRecord:
    """Put a paper into the library's ledger; the indexes do not follow yet."""
    record, document, chunks = given
    library.replace(record, document, chunks, vectors_for(chunks, embedder or BagEmbedder()))
    return record


def papers_folder(folder: Path, embedder: BagEmbedder, *papers: Paper) -> Path:
    """``folder``, in which a library of these papers lies, its indexes in step."""

    def fill(made: Path) -> None:
        with Library.open(made, embedder.card) as library:
            for given in papers:
                file_away(library, given, embedder)
            library.follow()

    return copied(folder, (type(embedder), repr(embedder.card), repr(papers)), fill)


class ChromaRun:
    """``chroma run`` as the package ships it, in a process of its own; no double, but no part of ours either."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["chroma", "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        code = f"import sys; from chromadb.cli.cli import app; sys.argv = {words!r}; app()"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        last = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            assert self.process.poll() is None and time.monotonic() < last, "chroma run did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            self.process = None


def as_filed(document: Document, document_id: str, path: str) -> list[Chunk]:
    """The chunks of a :func:`paper`, as re-embedding cuts them: each paragraph is a page of its own."""
    from ingest.chunk import chunk

    return chunk(document, document_id, len, 1_000_000)
