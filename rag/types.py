"""The stations of the path, one frozen type for each; standard library only.

file -> Document(elements) -> Chunk -> vector -> ledger        (ingest)
question -> Passage -> Prompt -> text -> Answer(claims)        (answer)

Offsets are always characters (code points) of ``Document.text``; ``text[start:end]`` gives back exactly what a
chunk, a passage or a citation shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Element:
    """A block of a document as its format knows it: a heading, a paragraph, a list item, a table row."""

    kind: str  # title, text, list, row, code; furniture (contents, running heads): found, but no answer
    start: int
    end: int
    page: int | None = None
    section: tuple[str, ...] = ()  # the headings above it, outermost first; a title counts itself


@dataclass(frozen=True, slots=True)
class Link:
    """Characters of a document that lead somewhere. Data to show, never followed."""

    start: int
    end: int
    target: str  # as the file has it: an address, a path, a mail address


@dataclass(frozen=True, slots=True)
class PageLine:
    """Where a printed line of a document stands on its page, so that a quote can be marked there."""

    start: int
    end: int
    page: int  # from 1
    # left, bottom, right, top; points (1/72 inch; of a picture: its pixels) from the lower left of the page as it is
    # shown, turned and cropped: on a rendering at ``scale`` the line is at left * scale, height - top * scale
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its whole text, and the elements that tile it in reading order without overlap."""

    text: str
    elements: tuple[Element, ...]
    media_type: str
    language: str = ""  # ISO 639-1, or "" where it could not be told
    pages: int | None = None  # pages, slides or sheets
    links: tuple[Link, ...] = ()  # by start
    lines: tuple[PageLine, ...] = ()  # of a PDF or a scan, by start; () where the format has no pages that can be drawn
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
    context: str = ""  # its file's path in words, as it was when the chunk was embedded

    @property
    def embedding_text(self) -> str:
        """What the embedder reads: the file's path and the headings, then the text. Quotes show the text alone."""
        above = " / ".join(filter(None, (self.context, *self.section)))
        return f"{above}\n{self.text}" if above else self.text


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
class FileRecord:
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
    reader: str = ""  # what it was read with, as eight digits: whether another try may bring more (ingest/readers)


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
    items: tuple[int, int] | None = None  # of a list or a table too long to be shown: how many are, of how many

    @property
    def kind(self) -> str:
        """What it is to be shown as: code, list, row or text."""
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
    unchecked: tuple[str, ...] = ()  # of these what could not be compared: "negation"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation. Its text is data: it never becomes a control token."""

    role: Role
    text: str
    evidence: str = ""  # of a question: the sentences of documents that it was put to the model with


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. The default is greedy."""

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
    keep: int = -1  # tokens of the front that stay when the window is full and what follows makes room; -1: it ends


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
    fixed: int = 0  # turns at the beginning that every question has
    evidence: str = ""  # what stands before the question in the last turn
    verbatim: tuple[str, ...] = ()  # texts whose own clauses the answer is to be; () where any words will do
    to_end: bool = False  # such an answer goes on to its text's end: for who cannot tell a clause that answers


@dataclass(frozen=True, slots=True)
class GenerationEnd:
    """How a model ended its text, and what that cost."""

    finish: str  # stop: the model ended it; length: a limit of tokens or time did; cancelled
    prompt_tokens: int
    tokens: int  # written
    first_seconds: float  # to the first token: the evaluation of the prompt
    seconds: float  # in all, without the wait in line
    evaluated: int = 0  # tokens of the prompt that were not known from an earlier one; 0 where it cannot be told


NOT_FOUND = "Your documents do not say."


class AnswerStatus(StrEnum):
    """How an answer came out."""

    ANSWERED = "answered"  # quotes, and prose of which at least one sentence is supported
    QUOTED = "quoted"  # quotes only: no model asked, or nothing it wrote stands
    NOT_FOUND = "not_found"  # "your documents do not say"
    STOPPED = "stopped"  # the user stopped it
    TOLD = "told"  # Oaken's own words: small talk, or about the library, from the ledger


class AnswerVerdict(StrEnum):
    """Whether the quotes hold what is asked."""

    ANSWERED = "answered"
    PARTLY = "partly"  # a part is ``missing``; or it is likely, but not certain, that they do
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class WindowBudget:
    """How the model's window was used for an answer. Tokens are the model's own."""

    prompt_tokens: int
    window: int
    reserved: int  # kept free for the prose
    used: tuple[str, ...] = ()  # sources of the passages whose sentences went in
    dropped: tuple[str, ...] = ()  # of those that did not fit
    turns: int = 0  # earlier turns that went in
    dropped_turns: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the path."""

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
    reply: str = ""  # of an answer that is told: what Oaken says itself
    documents: tuple[FileRecord, ...] = ()  # ... and the documents it speaks of
    evidence: str = ""  # the sentences that the model was given, as they stood in its prompt
    unwritten: str = ""  # the question's language, where there is no prose because the model does not write it
    short: Citation | None = None  # the few words of the first quote that answer, where a few words do
    verdict: AnswerVerdict = AnswerVerdict.ANSWERED
    missing: tuple[str, ...] = ()  # parts of the question of which the documents say nothing
    corrected: str = ""  # the question as it was read, where that differs from how it was typed in more than accents


@dataclass(frozen=True, slots=True)
class QuotesReady:
    """First event of an answer: quotes, passages and confidence, before any token is written."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Characters of the prose as the model writes them."""

    text: str


@dataclass(frozen=True, slots=True)
class ClaimChecked:
    """A sentence of the prose is complete and judged."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far a task over many passages has come."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """No word has come yet: so many answers of others are written before this one; 0: the model reads the prompt.

    Comes again and again while that lasts, so that whoever shows it can stop.
    """

    before: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event: the whole answer."""

    answer: Answer


Event = QuotesReady | QueuePosition | TextDelta | ClaimChecked | TaskProgress | Finished


def document_id(root: str, path: str) -> str:
    """16 hexadecimal digits for the file ``root/path``. A file has one id however deep the folder was given."""
    return hashlib.sha256(f"{root.rstrip('/')}/{path}".encode(errors="surrogateescape")).hexdigest()[:16]


def chunk_id(document: str, start: int, text: str) -> str:
    """20 hexadecimal digits; the same document, place and text give the same id."""
    return hashlib.sha256(f"{document}:{start}:{text}".encode(errors="surrogatepass")).hexdigest()[:20]
