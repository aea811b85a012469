"""The stages of the pipeline, one frozen type for each; standard library only.

file -> Document(elements) -> Chunk -> vector -> ledger        (ingest)
question -> Passage -> Prompt -> text -> Answer(claims)        (answer)

Offsets are always characters (code points) of ``Document.text``; ``text[start:end]`` gives back exactly what a chunk, a
passage or a citation shows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Literal

from rag.messages import marked

Role = Literal["system", "user", "assistant"]
MAX_QUESTION_CHARS = 4_000  # characters of a question; what reads a question may take so many
MAX_TAG_CHARS = 60  # characters of a word or two that a person labels documents with
_FIRST_NS, _LAST_NS = -(2**63) + 1, 2**63 - 1  # times that a column of SQLite holds


@dataclass(frozen=True, slots=True)
class Element:
    """A block of a document as its format knows it: a heading, a paragraph, a list item, a table row."""

    kind: str  # title, text, list, row, code; furniture (contents, running headers): searched, but no answer
    start: int
    end: int
    page: int | None = None
    section: tuple[str, ...] = ()  # the headings above it, outermost first; a title counts itself


@dataclass(frozen=True, slots=True)
class Link:
    """A span of a document that links somewhere. Data to show, never followed."""

    start: int
    end: int
    target: str  # as the file has it: an address, a path, a mail address


@dataclass(frozen=True, slots=True)
class PageLine:
    """The position of a printed line on its page, so that a quote can be marked there."""

    start: int
    end: int
    page: int  # from 1
    # left, bottom, right, top; points (1/72 inch; of an image: its pixels) from the lower left of the page as it is
    # shown, rotated and cropped: on a rendering at ``scale`` the line is at left * scale, height - top * scale
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its whole text, and the elements that tile it in reading order without overlap."""

    text: str
    elements: tuple[Element, ...]
    media_type: str
    language: str = ""  # ISO 639-1, or "" where it is unknown
    pages: int | None = None  # pages, slides or sheets
    links: tuple[Link, ...] = ()  # by start
    lines: tuple[PageLine, ...] = ()  # of a PDF or a scan, by start; () where the format has no pages to render
    remark: str = ""  # what of the file could not be read and why, in plain words; "" where all of it was


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
    context: str = ""  # its file's path in words, at the time of embedding

    @property
    def embedding_text(self) -> str:
        """The text that the embedder reads: the file's path and the headings, then the text.

        Quotes show the text alone.
        """
        above = " / ".join(filter(None, (self.context, *self.section)))
        return f"{above}\n{self.text}" if above else self.text


class Outcome(StrEnum):
    """The outcome for a file. Every file gets exactly one, with a reason where it is not ``indexed``."""

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
    """A file's change stamp: cheap first (size, mtime), then its content's hash."""

    size: int
    mtime_ns: int  # one less for a file that had only just changed, so that the next run examines it again
    content_hash: str = ""  # SHA-256, hexadecimal

    def may_be_of(self, status: os.stat_result) -> bool:
        """Tell whether a file seems to be as it was, by its size and its time."""
        now = mtime_ns(status)
        return self.size == status.st_size and self.mtime_ns in (now, now - 1)


def mtime_ns(status: os.stat_result) -> int:
    """Return when a file was changed, in nanoseconds since 1970; a day beyond 1677 … 2262 as the nearest within.

    A ledger holds no other: one file of a wrong clock, dated 2400, would end every ingest.
    """
    return max(_FIRST_NS, min(status.st_mtime_ns, _LAST_NS))


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A document's record in the ledger (without its text). Files without text have one too."""

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
    reader_fingerprint: str = ""  # whether another try may give more (ingest/fingerprint.py)
    tags: tuple[str, ...] = ()  # what a person labelled it with, sorted


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk, or adjacent ones joined, judged relevant to a question."""

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
    ranks: Mapping[str, int] = field(default_factory=dict)  # retriever -> rank there, from 1
    opinion: float = 0.0  # -1 to 1: moved down or up, as answers to like questions that quoted it were rated


@dataclass(frozen=True, slots=True)
class QuotePart:
    """A block of a quote as the document's format knows it; the parts of a quote stand in order and do not overlap."""

    kind: str  # text, list, code, row, title: as Element
    start: int  # in the document
    end: int


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
    score: float = 0.0  # 0 to 1: how well it answers (a quote) or supports the claim (a citation)
    parts: tuple[QuotePart, ...] = ()  # of a quote, its blocks; () of a citation, which is one sentence
    marks: tuple[tuple[int, int], ...] = ()  # the sentences of a long quote that answer, as places in the document
    items: tuple[int, int] | None = None  # of a list or a table too long to be shown: how many items are, of how many

    @property
    def kind(self) -> str:
        """How it is shown: as code, list, row or text."""
        kinds = [part.kind for part in self.parts]
        return next((kind for kind in ("code", "list", "row") if kind in kinds), "text")


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer's prose. Claims that are neither supported nor translated carry no citations."""

    text: str
    supported: bool
    score: float  # 0 to 1; of an unsupported one how likely a person would find it supported all the same
    citations: tuple[Citation, ...] = ()
    conflict: tuple[Citation, ...] = ()  # words that say otherwise, whether or not others support it
    # Its citation is in another language and was found by meaning; numbers, names and negation agree, and the rest was
    # not compared: such a claim is never supported.
    translated: bool = False
    unchecked: tuple[str, ...] = ()  # for such a claim, what could not be compared: "negation"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation. Its text is data: it never becomes a control token."""

    role: Role
    text: str
    evidence: str = ""  # of a question: the sentences of documents that the model was given with it


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling settings. The default is greedy."""

    temperature: float = 0.0
    top_k: int = 40  # 0: all
    top_p: float = 0.95
    typical_p: float = 1.0
    repeat_penalty: float = 1.0
    repeat_last_n: int = 64  # tokens that the penalty looks back at, the prompt's among them; -1: all
    seed: int = 0
    max_tokens: int = 160
    max_seconds: float = 0.0  # from the prompt's first token on; 0: no limit
    temperature_first: bool = False  # before the candidates are cut, as OpenAssistant's server did; else after
    keep: int = -1  # tokens at the front that stay when the window is full and is shifted; -1: the answer ends


@dataclass(frozen=True, slots=True)
class Prompt:
    """The model's input, as turns and as the final token list, and its use of the window."""

    turns: tuple[Turn, ...]
    tokens: tuple[int, ...]
    window: int
    reserved: int  # tokens kept free for the answer
    used: tuple[Passage, ...] = ()
    dropped: tuple[Passage, ...] = ()
    dropped_turns: int = 0
    fixed: int = 0  # turns at the beginning that every question has
    evidence: str = ""  # the text before the question in the last turn
    verbatim: tuple[str, ...] = ()  # constrained decoding: texts whose own clauses make up the answer; () is free text
    json_schema: str = ""  # constrained decoding: the JSON schema, as JSON, that the text follows; "" is free text
    to_end: bool = False  # such an answer goes on to its text's end: for models that cannot tell which clause answers


@dataclass(frozen=True, slots=True)
class GenerationEnd:
    """How a model ended its text, and at what cost."""

    finish: str  # stop: the model ended it; length: a limit of tokens or time did; cancelled
    prompt_tokens: int
    tokens: int  # written
    first_seconds: float  # to the first token: the evaluation of the prompt
    seconds: float  # in all, without the wait in the queue
    evaluated: int = 0  # tokens of the prompt not reused from an earlier one; 0 where unknown


NOT_FOUND = marked("Your documents do not say.")


class AnswerStatus(StrEnum):
    """The outcome of an answer."""

    ANSWERED = "answered"  # quotes, and prose of which at least one sentence is supported
    QUOTED = "quoted"  # quotes only: no model asked, or nothing it wrote stands
    NOT_FOUND = "not_found"  # "your documents do not say"
    STOPPED = "stopped"  # the user stopped it
    TOLD = "told"  # Oaken's own words: small talk, or about the library, from the ledger


class AnswerVerdict(StrEnum):
    """Whether the quotes answer the question."""

    ANSWERED = "answered"
    PARTLY = "partly"  # a part is ``missing``; or it is likely, but not certain, that they do
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class WindowBudget:
    """An answer's use of the model's context window. Tokens are the model's own."""

    prompt_tokens: int
    window: int
    reserved: int  # kept free for the prose
    used: tuple[str, ...] = ()  # sources of the passages whose sentences went in
    dropped: tuple[str, ...] = ()  # of those that did not fit
    turns: int = 0  # earlier turns that went in
    dropped_turns: int = 0


@dataclass(frozen=True, slots=True)
class Indexing:
    """How far the documents that were searched are: some are found by their words alone, so far."""

    waiting: int
    documents: int


@dataclass(frozen=True, slots=True)
class Change:
    """A place where two documents differ, as indexes of an answer's quotes; None for the side that lacks it."""

    first: int | None
    second: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two documents side by side, the older first where that is told."""

    sides: tuple[str, ...]  # what either is called, with its date where it tells one: "lease.md (2024-03-01)"
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of the pipeline."""

    question: str
    status: AnswerStatus
    confidence: float  # 0 to 1: that the library holds an answer
    quotes: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    passages: tuple[Passage, ...] = ()
    prompt_tokens: int = 0
    window: int = 0
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds by stage
    note: str = ""  # a sentence for the user, e.g. what the documents do not say
    budget: WindowBudget | None = None  # None where no model was asked
    reply: str = ""  # the words of an answer by Oaken itself
    documents: tuple[FileRecord, ...] = ()  # the documents that such an answer names
    evidence: str = ""  # the sentences that the model was given, as they stood in its prompt
    unwritten: str = ""  # the question's language, where there is no prose because the model does not write it
    short: Citation | None = None  # the short answer within the first quote, where there is one
    verdict: AnswerVerdict = AnswerVerdict.ANSWERED
    missing: tuple[str, ...] = ()  # parts of the question of which the documents say nothing
    indexing: Indexing | None = None  # None where every document searched is found by its meaning
    corrected: str = ""  # the question as it was corrected, where more than accents differ from what was typed
    comparison: Comparison | None = None  # where the quotes are two documents' words side by side


@dataclass(frozen=True, slots=True)
class QuotesReady:
    """First event of an answer: quotes, passages and confidence, before any token is written."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Characters of the prose as the model generates them."""

    text: str


@dataclass(frozen=True, slots=True)
class ClaimChecked:
    """A sentence of the prose is complete and checked."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """Progress of a task over many passages."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Queue position before the first token: so many answers come before this one; 0: the model reads the prompt.

    Repeated while that lasts, so that whoever shows it can stop.
    """

    before: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event: the whole answer."""

    answer: Answer


Event = QuotesReady | QueuePosition | TextDelta | ClaimChecked | TaskProgress | Finished


def document_id(root: str, path: str) -> str:
    """Return 16 hexadecimal digits for the file ``root/path``. A file has one id however deep the folder was given."""
    return hashlib.sha256(f"{root.rstrip('/')}/{path}".encode(errors="surrogateescape")).hexdigest()[:16]


def is_elsewhere(root: str) -> bool:
    """Tell whether a document's folder is on another machine: ``host:/path``, where nothing is read or missed here."""
    return not PurePath(root).is_absolute()


def is_address(source: str) -> bool:
    """Tell whether a document's source is the address of a web page, of which a copy is kept, rather than a path."""
    return source.startswith(("https://", "http://"))


def chunk_id(document: str, start: int, text: str) -> str:
    """Return 20 hexadecimal digits; the same document, place and text give the same id."""
    return hashlib.sha256(f"{document}:{start}:{text}".encode(errors="surrogatepass")).hexdigest()[:20]
