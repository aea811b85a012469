"""The objects of a response: OpenAI's chat completions and text completions, whole and in pieces, and its errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import uuid4

from rag.serialize import answer_json, passage_json
from rag.text.spellings import storable
from rag.types import Answer, GenerationEnd, Passage
from ui.shared.folders import DocumentNames

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReplyPiece:
    """A piece of a response, whatever its protocol; ``own`` is Oaken's own field."""

    text: str = ""
    annotations: Sequence[Json] = ()  # OpenAI's of citations
    own: Mapping[str, Any] | None = None
    call: Json | None = None  # of a function: its name and arguments
    finish: str = ""  # stop, length or tool_calls: the last piece
    usage: Json | None = None


def joined(pieces: Iterable[ReplyPiece]) -> ReplyPiece:
    """Return the pieces of a response as one."""
    found = list(pieces)
    return ReplyPiece(
        "".join(each.text for each in found),
        [note for each in found for note in each.annotations],
        next((each.own for each in reversed(found) if each.own), None),
        next((each.call for each in found if each.call), None),
        found[-1].finish if found else "stop",
        next((each.usage for each in reversed(found) if each.usage), None),
    )


class ReplyShape(Protocol):
    """How a protocol says what is in the pieces."""

    id: str

    def whole(self, piece: ReplyPiece) -> Json:
        """Return the whole response."""
        ...

    def begin(self) -> Iterator[Json]:
        """Yield the events before the first piece."""
        ...

    def events(self, piece: ReplyPiece) -> Iterator[Json]:
        """Yield the events of a piece; the last piece has ``finish``."""
        ...


class ReplyObjects:
    """Makes the objects of one response, all with one id."""

    def __init__(
        self, kind: Literal["chat.completion", "text_completion"], model: str, *, wants_usage: bool = False
    ) -> None:
        self._text = kind == "text_completion"
        self._kind = kind
        self._model = model
        self._wants_usage = wants_usage
        self.id = f"{'cmpl' if self._text else 'chatcmpl'}-{uuid4().hex}"
        self._created = int(time.time())

    def whole(self, piece: ReplyPiece) -> Json:
        """Return the whole response."""
        if self._text:
            said: Json = {"text": piece.text}
        else:
            message: Json = {"role": "assistant", "content": piece.text}
            if piece.annotations:
                message["annotations"] = list(map(_annotation, piece.annotations))
            if piece.call:
                message |= {"content": None, "tool_calls": [_tool_call(piece.call)]}
            said = {"message": message}
        choice = {"index": 0, "finish_reason": piece.finish or "stop", "logprobs": None} | said
        return self._object(self._kind, [choice]) | {"usage": piece.usage or usage(None)} | _own(piece)

    def begin(self) -> Iterator[Json]:
        """Yield the piece that says who speaks."""
        yield self._chunk({"text": ""} if self._text else {"delta": {"role": "assistant", "content": ""}})

    def events(self, piece: ReplyPiece) -> Iterator[Json]:
        """Yield the piece as a chunk; after the last one the numbers of tokens, where they were asked for."""
        delta: Json = {"content": piece.text} if piece.text or not piece.finish else {}
        if piece.annotations:
            delta["annotations"] = list(map(_annotation, piece.annotations))
        if piece.call:
            delta = {"tool_calls": [{"index": 0} | _tool_call(piece.call)]}
        yield self._chunk({"text": piece.text} if self._text else {"delta": delta}, piece.finish or None) | _own(piece)
        if piece.finish and self._wants_usage:
            yield self._object(self._chunk_kind, []) | {"usage": piece.usage or usage(None)}

    @property
    def _chunk_kind(self) -> str:
        return "text_completion" if self._text else "chat.completion.chunk"

    def _chunk(self, said: Json, finish: str | None = None) -> Json:
        return self._object(self._chunk_kind, [{"index": 0, "finish_reason": finish, "logprobs": None} | said])

    def _object(self, kind: str, choices: list[Json]) -> Json:
        return {"id": self.id, "object": kind, "created": self._created, "model": self._model, "choices": choices}


def _own(piece: ReplyPiece) -> Json:
    return {"oaken": dict(piece.own)} if piece.own else {}


def _annotation(citation: Json) -> Json:
    return {"type": "url_citation", "url_citation": citation}


def _tool_call(call: Json) -> Json:
    function = {"name": call["name"], "arguments": json.dumps(call["arguments"], ensure_ascii=False)}
    return {"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": function}


def usage(finish: GenerationEnd | None, prompt_tokens: int = 0, tokens: int = 0) -> Json:
    """Return OpenAI's token counts."""
    read, written = (finish.prompt_tokens, finish.tokens) if finish else (prompt_tokens, tokens)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def answer_row(answer: Answer | None, names: DocumentNames | None = None) -> Json:
    """Return the whole answer with its evidence, as ``oaken ask --json`` prints it."""
    row = answer_json(answer) if answer else {}
    return row if names is None else names.in_json(row)


def search_results(query: str, passages: Sequence[Passage], names: DocumentNames) -> Json:
    """Return the response to a search: the shape that ``oaken search --json`` prints, with OpenAI's kind of object."""
    rows = [passage_json(each, rank) for rank, each in enumerate(passages, 1)]
    return names.in_json({"object": "list", "query": storable(query), "results": rows})


def failure(message: str, kind: str, code: str | None = None) -> Json:
    """Return OpenAI's object for an error."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
