"""Requests and responses of the API: OpenAI's shapes, each number within bounds. Knows no server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rag.citations import compared_pairs, numbered_sources, quotes_in_order, source_numbers
from rag.model.prompting.sampling_presets import preset
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    TableBlock,
    blocks,
    is_single_paragraph,
    text_of,
    verdict_remark,
)
from rag.retrieval.filters import SearchFilter, check_date
from rag.serialize import answer_json, passage_json
from rag.text.sentences import fenced
from rag.text.spellings import storable
from rag.types import (
    NOT_FOUND,
    Answer,
    AnswerStatus,
    Citation,
    ClaimChecked,
    Event,
    Finished,
    GenerationEnd,
    Passage,
    QuotesReady,
    Role,
    Sampling,
    Turn,
)
from ui.shared.export.quote_markdown import fence
from ui.shared.folders import DocumentNames
from ui.shared.formatting import answer_after, clean, one_line, place_text

CITED, RAW = "oaken", "oaken-raw"  # the models: answers from the library, and the model alone
_MAX_TEXT_CHARS = 200_000  # characters of one text
_NEITHER = ("tools", "functions", "function_call", "logprobs", "top_logprobs", "logit_bias", "best_of", "audio")

Text = Annotated[str, Field(max_length=_MAX_TEXT_CHARS)]
Word = Annotated[str, Field(max_length=1_000)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Request(BaseModel):
    """Fields that both kinds of completion share. Unknown ones are ignored, known unsupported ones raise an error."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: Annotated[str, Field(max_length=100)] = CITED
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    temperature: Annotated[Number, Field(ge=0, le=2)] | None = None
    top_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0, le=100_000)] | None = None
    typical_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    repeat_penalty: Annotated[Number, Field(ge=0.5, le=3)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=32_768)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    n: Literal[1] | None = None
    stop: Annotated[str, Field(max_length=100)] | Annotated[list[str], Field(max_length=4)] | None = None
    preset: Annotated[str, Field(max_length=40)] | None = None

    @model_validator(mode="after")
    def _refuse(self) -> _Request:
        asked = [name for name in _NEITHER if (self.model_extra or {}).get(name)]
        if asked:
            raise ValueError(f"{', '.join(asked)} is not supported")
        return self

    @property
    def stops(self) -> tuple[str, ...]:
        """Strings at which a text ends, none of them empty."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(each[:100] for each in given if each)

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the numbers of tokens."""
        return bool(self.stream_options and self.stream_options.get("include_usage"))

    def sampling(self, name: str, most: int) -> Sampling:
        """Return the sampling of the preset, overridden by each field. Raises UsageError for an unknown preset."""
        drawn = preset(self.preset or name).sampling
        fields = ("temperature", "top_p", "top_k", "typical_p", "repeat_penalty", "seed")
        chosen = {field: getattr(self, field) for field in fields if getattr(self, field) is not None}
        if "seed" in chosen:
            chosen["seed"] %= 2**31
        values = {name: getattr(drawn, name) for name in drawn.__dataclass_fields__}
        return Sampling(**(values | chosen | {"max_tokens": min(self.max_tokens or most, 32_768)}))


class RequestMessage(BaseModel):
    """A turn of a conversation."""

    model_config = ConfigDict(extra="ignore", strict=True)

    role: Literal["system", "developer", "user", "assistant"]
    content: Text

    @field_validator("content", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        """Join OpenAI's list of parts, where all of them are text."""
        if not isinstance(value, list):
            return value
        parts = [part["text"] for part in value if isinstance(part, dict) and isinstance(part.get("text"), str)]
        if len(parts) < len(value):
            raise ValueError("only text content is supported")
        return "\n".join(parts)


class ChatRequest(_Request):
    """``/v1/chat/completions``; ``insist`` and ``k`` are Oaken's own."""

    messages: Annotated[list[RequestMessage], Field(min_length=1, max_length=400)]
    max_completion_tokens: Annotated[int, Field(ge=1, le=32_768)] | None = None
    insist: bool = False
    k: Annotated[int, Field(ge=1, le=100)] | None = None

    @model_validator(mode="after")
    def _ends_with_the_user(self) -> ChatRequest:
        if self.messages[-1].role != "user" or not self.messages[-1].content.strip():
            raise ValueError("the last message must be the user's, and not empty")
        self.max_tokens = self.max_completion_tokens or self.max_tokens
        return self

    @property
    def turns(self) -> list[Turn]:
        """All messages."""
        roles: dict[str, Role] = {"developer": "system", "system": "system", "user": "user", "assistant": "assistant"}
        return [Turn(roles[each.role], each.content) for each in self.messages]

    @property
    def ignored(self) -> list[str]:
        """The fields that have no effect on an answer from the library."""
        found = ["system messages"] if any(turn.role == "system" for turn in self.turns) else []
        if not self.preset:
            fields = ("temperature", "top_p", "top_k", "typical_p", "repeat_penalty", "seed")
            found += [name for name in fields if getattr(self, name) is not None]
        return found + (["stop"] if self.stops else [])


class CompletionRequest(_Request):
    """``/v1/completions``: text to be continued, or, with a ``suffix``, a gap to be filled."""

    prompt: Text | Annotated[list[Text], Field(min_length=1, max_length=1)]
    suffix: Text | None = None
    echo: Literal[False] | None = None

    @property
    def text(self) -> str:
        """The text before the gap."""
        return self.prompt if isinstance(self.prompt, str) else self.prompt[0]


class SearchRequest(BaseModel):
    """``/v1/search``: a query and filters. An unknown field is an error: a misspelled filter would filter nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: Text
    k: Annotated[int, Field(ge=1, le=100)] | None = None
    folder: Word = ""
    types: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)
    since: Word = ""
    languages: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)

    @property
    def scope(self) -> SearchFilter:
        """The documents that are searched. Raises UsageError for a date that is none."""
        since = check_date(self.since) if self.since else ""
        return SearchFilter(self.folder, tuple(self.types), since, tuple(self.languages))


class AnswerStream:
    """An answer from the library as a stream of plain text: sentences with numbers, then the sources."""

    def __init__(self, names: DocumentNames | None = None) -> None:
        """``names`` are those of the library's documents; without them a document is named by its source."""
        self.answer: Answer | None = None
        self._names = names
        self._has_text = self._after_code = False

    def feed(self, event: Event) -> str:
        """Return what this event adds."""
        self.answer = answer_after(self.answer, event)
        if isinstance(event, QuotesReady) and event.answer.status is AnswerStatus.NOT_FOUND:
            return NOT_FOUND
        if isinstance(event, QuotesReady) and event.answer.status is not AnswerStatus.TOLD:
            return self._heading(event.answer)
        if isinstance(event, ClaimChecked):
            claim = event.claim
            block = fenced(claim.text)
            lead = ("\n\n" if block or self._after_code else " ") if self._has_text else ""
            self._has_text, self._after_code = True, block is not None
            marks = "".join(f" [{number}]" for number in source_numbers(claim.citations, numbered_sources(self.answer)))
            proof = marks if claim.supported else " (not in your documents)"
            proof = f" (translated from{marks})" if claim.translated else proof
            if block:  # a fence must stand alone on its line
                return f"{lead}```{one_line(block[0])}\n{clean(block[1]).rstrip()}\n```\n{proof.strip()}"
            return lead + clean(claim.text) + proof
        if isinstance(event, Finished) and event.answer.status is not AnswerStatus.NOT_FOUND:
            return "".join(self._rest(event.answer))
        return ""

    def _heading(self, answer: Answer) -> str:
        """Return the short answer with its quote's number, and that it is partial."""
        lines = []
        if answer.short is not None:
            number, *_ = source_numbers([answer.short], numbered_sources(answer)) or [1]
            lines.append(f"{one_line(answer.short.quote)} [{number}]")
        if told := verdict_remark(answer):
            lines.append(told)
        return "".join(f"{line}\n\n" for line in lines)

    def _rest(self, answer: Answer) -> Iterator[str]:
        sources = numbered_sources(answer if self._names is None else self._names.answer(answer))
        if pairs := compared_pairs(answer):
            yield "\n\n" + "\n".join(_side_by_side(pair, sources) for pair in pairs)
        elif not answer.claims:  # nothing was written: the quotes answer
            quoted = [_quoted(each, source_numbers([each], sources)[0]) for each in quotes_in_order(answer)]
            yield ("\n" if all(map(is_single_paragraph, answer.quotes)) else "\n\n").join(quoted)
        if sources:
            yield "\n\nSources:"
        for number, each in enumerate(sources, 1):
            yield f"\n[{number}] {place_text(each.source, each.page, each.section)}"


def _side_by_side(pair: Sequence[Citation | None], sources: Sequence[Citation]) -> str:
    """Return a place where two documents differ, on a line."""
    shown = (f"“{one_line(each.quote)}” [{source_numbers([each], sources)[0]}]" if each else "—" for each in pair)
    return "- " + " → ".join(shown)


def _quoted(quote: Citation, number: int) -> str:
    """Return a quote as plain text: on a line, or as the list, the code, the rows that it is."""
    if is_single_paragraph(quote):
        return f"“{one_line(quote.quote)}” [{number}]"
    more = "{} of {} shown ".format(*quote.items) if quote.items else ""
    return "\n\n".join([*map(_block, blocks(quote)), f"{more}[{number}]"])


def _block(block: Block) -> str:
    if isinstance(block, CodeBlock):
        return fence(block.text)
    if isinstance(block, ListBlock):
        return "\n".join(f"- {one_line(f'{item.number} {text_of(item.runs)}')}" for item in block.items)
    if isinstance(block, TableBlock):
        lines = [block.header] if any(block.header) else []
        lines += [tuple(map(text_of, row)) for row in block.rows]
        return "\n".join(" | ".join(map(one_line, line)) for line in lines)
    return clean(text_of(block.runs)).strip()


class ReplyObjects:
    """Makes the objects of one response, all with one id."""

    def __init__(self, kind: Literal["chat.completion", "text_completion"], model: str) -> None:
        self._kind = kind
        self._model = model
        self._id = f"{'chatcmpl' if kind == 'chat.completion' else 'cmpl'}-{uuid4().hex}"
        self._created = int(time.time())

    def whole(self, text: str, finish: str, **more: Any) -> dict[str, Any]:
        """Return the whole response."""
        choice: dict[str, Any] = {"index": 0, "finish_reason": finish, "logprobs": None}
        choice |= {"text": text} if self._text else {"message": {"role": "assistant", "content": text}}
        return self._object(self._kind, [choice]) | more

    def piece(self, text: str, *, first: bool = False) -> dict[str, Any]:
        """Return a piece of a stream."""
        role: dict[str, str] = {"role": "assistant"} if first else {}
        choice: dict[str, Any] = {"index": 0, "finish_reason": None, "logprobs": None}
        return self._chunk(choice | ({"text": text} if self._text else {"delta": role | {"content": text}}))

    def end(self, finish: str, **more: Any) -> dict[str, Any]:
        """Return the last piece of a stream."""
        choice: dict[str, Any] = {"index": 0, "finish_reason": finish, "logprobs": None}
        empty: dict[str, Any] = {"text": ""} if self._text else {"delta": {}}
        return self._chunk(choice | empty) | more

    def usage(self, numbers: dict[str, int]) -> dict[str, Any]:
        """Return the token counts that follow a stream where they were requested."""
        return self._object("text_completion" if self._text else "chat.completion.chunk", []) | {"usage": numbers}

    @property
    def _text(self) -> bool:
        return self._kind == "text_completion"

    def _chunk(self, choice: dict[str, Any]) -> dict[str, Any]:
        return self._object("text_completion" if self._text else "chat.completion.chunk", [choice])

    def _object(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._model, "choices": choices}


def usage(finish: GenerationEnd | None, prompt_tokens: int = 0) -> dict[str, int]:
    """Return OpenAI's token counts."""
    read, written = (finish.prompt_tokens, finish.tokens) if finish else (prompt_tokens, 0)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def extension(answer: Answer | None, ignored: list[str], names: DocumentNames | None = None) -> dict[str, Any]:
    """Return Oaken's own field beside an answer from the library: the whole answer with its evidence."""
    row = answer_json(answer) if answer else {}
    return {"oaken": (row if names is None else names.in_json(row)) | {"ignored": ignored}}


def search_results(query: str, passages: Sequence[Passage], names: DocumentNames) -> dict[str, Any]:
    """Return the response to a search: the shape that ``oaken search --json`` prints, with OpenAI's kind of object."""
    rows = [passage_json(each, rank) for rank, each in enumerate(passages, 1)]
    return names.in_json({"object": "list", "query": storable(query), "results": rows})


def failure(message: str, kind: str) -> dict[str, Any]:
    """Return OpenAI's object for an error."""
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}
