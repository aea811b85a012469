"""The stations of the path, one frozen type for each; standard library only.

file -> Document(elements) -> Chunk -> vector -> ledger        (ingest)
question -> Passage -> Prompt -> text -> Answer(claims)        (answer)

Offsets are always characters (code points) of ``Document.text``; ``text[start:end]`` gives back exactly what a
chunk, a passage or a citation shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Element:
    """A block of a document as its format knows it: a heading, a paragraph, a list item, a table row."""

    kind: str  # title, text, list, row, code
    start: int
    end: int
    page: int | None = None
    section: tuple[str, ...] = ()  # the headings above it, outermost first; a title counts itself


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its whole text, and the elements that tile it in reading order without overlap."""

    text: str
    elements: tuple[Element, ...]
    media_type: str
    language: str = ""  # ISO 639-1, or "" where it could not be told
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document; ``document.text[start:end] == text``."""

    id: str  # stable: same document, place and text give the same id
    document_id: str
    ordinal: int
    text: str
    start: int
    end: int
    page: int | None
    section: tuple[str, ...]
    language: str

    @property
    def embedding_text(self) -> str:
        """What the embedder reads: the heading path, then the text. The quote never shows the former."""
        return f"{' / '.join(self.section)}\n{self.text}" if self.section else self.text


class Outcome(StrEnum):
    """What became of a file. Every file gets exactly one, with a reason where it is not ``indexed``."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells whether a file changed: cheap first (size, mtime), then its content's hash."""

    size: int
    mtime_ns: int
    content_hash: str = ""  # SHA-256, hexadecimal


@dataclass(frozen=True, slots=True)
class Record:
    """A document as the ledger holds it (without its text). Files that gave no text have a record too."""

    id: str
    source: str  # the path as ingested
    root: str  # absolute folder it was found under
    path: str  # relative to root, with forward slashes
    stamp: FileStamp
    outcome: Outcome
    reason: str = ""
    media_type: str = ""
    language: str = ""
    pages: int | None = None
    chunks: int = 0
    seconds: float = 0.0
    ingested_at: str = ""  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk, or neighbours joined, judged relevant to a question."""

    document_id: str
    source: str
    text: str
    start: int
    end: int
    page: int | None
    section: tuple[str, ...]
    language: str
    score: float
    chunk_ids: tuple[str, ...] = ()
    ranks: Mapping[str, int] = field(default_factory=dict)  # leg name -> rank there, from 1


@dataclass(frozen=True, slots=True)
class Citation:
    """Exact words of a document: ``quote == document.text[start:end]``, byte for byte."""

    document_id: str
    source: str
    page: int | None
    section: tuple[str, ...]
    start: int
    end: int
    quote: str
    score: float = 0.0  # 0 to 1: how well it answers (a quote) or bears out the claim (a citation)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer's prose. Unsupported claims carry no citations."""

    text: str
    supported: bool
    score: float
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation. Its text is data: it never becomes a control token."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. The default is greedy."""

    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    typical_p: float = 1.0
    repeat_penalty: float = 1.0
    repeat_last_n: int = 64
    seed: int = 0
    max_tokens: int = 160


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads, as turns and as the final token list, and what it costs of the window."""

    turns: tuple[Turn, ...]
    tokens: tuple[int, ...]
    window: int
    reserved: int  # tokens kept free for the answer
    used: tuple[Passage, ...] = ()
    dropped: tuple[Passage, ...] = ()
    dropped_turns: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """How a model ended its text, and what that cost."""

    finish: str  # stop: the model ended it; length: the limit did; cancelled
    prompt_tokens: int
    tokens: int  # written
    first_seconds: float  # to the first token: the evaluation of the prompt
    seconds: float  # in all, without the wait in line


class Status(StrEnum):
    """How an answer came out."""

    ANSWERED = "answered"  # quotes, and prose of which at least one sentence is supported
    QUOTED = "quoted"  # quotes only: no model asked, or nothing it wrote stands
    NOT_FOUND = "not_found"  # "your documents do not say"
    STOPPED = "stopped"  # the user stopped it


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the path."""

    question: str
    status: Status
    confidence: float  # 0 to 1: that the library holds an answer
    quotes: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    passages: tuple[Passage, ...] = ()
    prompt_tokens: int = 0
    window: int = 0
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds by stage
    note: str = ""  # a sentence for the user, e.g. why there is no prose

    def _repr_html_(self) -> str:
        from rag.answer.show import answer_html

        return answer_html(self)


@dataclass(frozen=True, slots=True)
class Quoted:
    """First event of an answer: quotes, passages and confidence, before any token is written."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of the prose as the model writes them."""

    text: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A sentence of the prose is complete and judged."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Done:
    """Last event: the whole answer."""

    answer: Answer


Event = Quoted | Piece | Claimed | Done


def document_id(root: str, path: str) -> str:
    """16 hexadecimal digits for the file ``root/path``. A file has one id however deep the folder was given."""
    return hashlib.sha256(f"{root.rstrip('/')}/{path}".encode(errors="surrogateescape")).hexdigest()[:16]


def chunk_id(document: str, start: int, text: str) -> str:
    """20 hexadecimal digits; the same document, place and text give the same id."""
    return hashlib.sha256(f"{document}:{start}:{text}".encode(errors="surrogatepass")).hexdigest()[:20]


def citation_json(citation: Citation) -> dict[str, Any]:
    """The shape scripts rely on for a quote or a citation."""
    row = asdict(citation)
    row["section"] = list(citation.section)
    row["score"] = round(citation.score, 4)
    keys = ("source", "document_id", "page", "section", "start", "end", "quote", "score")
    return {key: row[key] for key in keys}


def passage_json(passage: Passage, rank: int) -> dict[str, Any]:
    """The shape scripts rely on for a search result; rank counts from 1."""
    return {
        "rank": rank,
        "score": round(passage.score, 4),
        "source": passage.source,
        "document_id": passage.document_id,
        "page": passage.page,
        "section": list(passage.section),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """The shape scripts rely on for an answer (``oaken ask --json``)."""
    return {
        "question": answer.question,
        "status": answer.status.value,
        "confidence": round(answer.confidence, 4),
        "quotes": [citation_json(quote) for quote in answer.quotes],
        "claims": [
            {
                "text": claim.text,
                "supported": claim.supported,
                "score": round(claim.score, 4),
                "citations": [citation_json(citation) for citation in claim.citations],
            }
            for claim in answer.claims
        ],
        "passages": [passage_json(passage, rank) for rank, passage in enumerate(answer.passages, 1)],
        "prompt_tokens": answer.prompt_tokens,
        "timings": {stage: round(seconds, 4) for stage, seconds in answer.timings.items()},
    }
