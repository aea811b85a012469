"""OpenAI's responses: a request as one to the chat, and the events and the object that come back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import ConfigDict, Field, ValidationError, model_validator

from ui.api.reply_objects import Json, ReplyPiece, usage
from ui.api.schemas import CITED, ChatRequest, CitationForm, Filters, MaxTokens, Number, Text

_SAME = ("model", "stream", "temperature", "top_p", "insist", "strict", "citations", "k", *Filters.model_fields)


class ResponsesRequest(Filters):
    """``/v1/responses``: a question or a conversation; what OpenAI does not have is Oaken's own."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: Annotated[str, Field(max_length=100)] = CITED
    input: Text | Annotated[list[dict[str, Any]], Field(min_length=1, max_length=400)]
    instructions: Text | None = None
    stream: bool = False
    temperature: Annotated[Number, Field(ge=0, le=2)] | None = None
    top_p: Annotated[Number, Field(gt=0, le=1)] | None = None
    max_output_tokens: MaxTokens | None = None
    text: dict[str, Any] | None = None
    tools: Annotated[list[dict[str, Any]], Field(max_length=100)] | None = None
    tool_choice: Literal["none", "auto", "required"] | dict[str, Any] | None = None
    previous_response_id: Literal[None] = None
    insist: bool = False
    strict: bool | None = None
    citations: CitationForm = "sources"
    k: Annotated[int, Field(ge=1, le=100)] | None = None
    _chat: ChatRequest

    @model_validator(mode="after")
    def _is_a_chat(self) -> ResponsesRequest:
        try:
            self._chat = ChatRequest.model_validate(self._as_chat(), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        return self

    @property
    def chat(self) -> ChatRequest:
        """The request to the chat that means the same."""
        return self._chat

    def _as_chat(self) -> Json:
        body = {name: getattr(self, name) for name in _SAME}
        said = [{"role": "user", "content": self.input}] if isinstance(self.input, str) else self.input
        messages = [_message(each) for each in said if each.get("type", "message") != "reasoning"]
        if self.instructions:
            messages.insert(0, {"role": "system", "content": self.instructions})
        functions = [
            {"type": "function", "function": each} for each in self.tools or () if each.get("type") == "function"
        ]
        form = (self.text or {}).get("format")
        wanted = form if isinstance(form, dict) else {"type": "text"}
        if wanted.get("type") == "json_schema":
            wanted = {"type": "json_schema", "json_schema": wanted}
        extra = {name: value for name, value in (self.model_extra or {}).items() if name not in body}
        return (
            extra
            | body
            | {
                "messages": messages,
                "max_tokens": self.max_output_tokens,
                "tools": functions or None,
                "tool_choice": self.tool_choice if functions else None,
                "response_format": wanted,
            }
        )


def _message(item: Json) -> Json:
    """Return an item of the input as a message of a chat."""
    if item.get("type") == "function_call":
        call = {"name": item.get("name"), "arguments": item.get("arguments")}
        return {"role": "assistant", "content": None, "tool_calls": [{"type": "function", "function": call}]}
    if item.get("type") == "function_call_output":
        output = item.get("output")
        return {"role": "tool", "content": output if isinstance(output, str) else json.dumps(output)}
    return {"role": item.get("role"), "content": item.get("content")}


class ResponseObjects:
    """Makes the object of one response, and the events of its stream."""

    def __init__(self, body: ResponsesRequest) -> None:
        self.id = f"resp_{uuid4().hex}"
        self._body = body
        self._item = f"msg_{uuid4().hex}"
        self._created = int(time.time())
        self._number = 0
        self._said = ReplyPiece()

    def whole(self, piece: ReplyPiece) -> Json:
        """Return the whole response."""
        return self._object("incomplete" if piece.finish == "length" else "completed", piece)

    def begin(self) -> Iterator[Json]:
        """Yield the events before the first words."""
        yield self._event("created", response=self._object("in_progress", None))
        yield self._event("in_progress", response=self._object("in_progress", None))
        message = self._message(ReplyPiece(), "in_progress") | {"content": []}
        yield self._event("output_item.added", output_index=0, item=message)
        yield self._event("content_part.added", **self._place, part=_part(ReplyPiece()))

    def events(self, piece: ReplyPiece) -> Iterator[Json]:
        """Yield the events of a piece; after the last one those that end the response."""
        before = self._said
        if piece.text:
            yield self._event("output_text.delta", **self._place, delta=piece.text, logprobs=[])
        for at, note in enumerate(piece.annotations, len(before.annotations)):
            note = _annotation(note)
            yield self._event("output_text.annotation.added", **self._place, annotation_index=at, annotation=note)
        if piece.own and not piece.finish:
            yield self._event("oaken", oaken=dict(piece.own))
        call = piece.call or before.call
        self._said = ReplyPiece(
            before.text + piece.text,
            [*before.annotations, *piece.annotations],
            piece.own,
            call,
            piece.finish,
            piece.usage,
        )
        if piece.finish:
            yield from self._end(self._said)

    def _end(self, said: ReplyPiece) -> Iterator[Json]:
        yield self._event("output_text.done", **self._place, text=said.text, logprobs=[])
        yield self._event("content_part.done", **self._place, part=_part(said))
        yield self._event("output_item.done", output_index=0, item=self._message(said, "completed"))
        whole = self.whole(said)
        for at, item in enumerate(whole["output"]):
            if item["type"] == "function_call":
                yield self._event("output_item.added", output_index=at, item=item | {"arguments": ""})
                place = {"item_id": item["id"], "output_index": at}
                yield self._event(
                    "function_call_arguments.done", **place, name=item["name"], arguments=item["arguments"]
                )
                yield self._event("output_item.done", output_index=at, item=item)
        yield self._event("incomplete" if whole["status"] == "incomplete" else "completed", response=whole)

    @property
    def _place(self) -> Json:
        return {"item_id": self._item, "output_index": 0, "content_index": 0}

    def _event(self, kind: str, **fields: Any) -> Json:
        self._number += 1
        return {"type": f"response.{kind}", "sequence_number": self._number - 1} | fields

    def _message(self, piece: ReplyPiece, status: str) -> Json:
        return {
            "id": self._item,
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": [_part(piece)],
        }

    def _object(self, status: str, piece: ReplyPiece | None) -> Json:
        body = self._body
        counts = (piece.usage if piece else None) or usage(None)
        return {
            "id": self.id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
            "instructions": body.instructions,
            "max_output_tokens": body.max_output_tokens,
            "model": body.model,
            "output": [] if piece is None else self._output(piece),
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "store": False,
            "temperature": body.temperature,
            "text": body.text or {"format": {"type": "text"}},
            "tool_choice": body.tool_choice or "auto",
            "tools": body.tools or [],
            "top_p": body.top_p,
            "metadata": {},
            "usage": None
            if piece is None
            else {
                "input_tokens": counts["prompt_tokens"],
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": counts["completion_tokens"],
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": counts["total_tokens"],
            },
        } | ({"oaken": dict(piece.own)} if piece and piece.own else {})

    def _output(self, piece: ReplyPiece) -> list[Json]:
        if not piece.call:
            return [self._message(piece, "completed")]
        ident = uuid4().hex[:24]
        call = {"name": piece.call["name"], "arguments": json.dumps(piece.call["arguments"], ensure_ascii=False)}
        item = {"id": f"fc_{ident}", "type": "function_call", "call_id": f"call_{ident}", "status": "completed"}
        return [self._message(piece, "completed"), item | call]


def _part(piece: ReplyPiece) -> Json:
    notes = [_annotation(each) for each in piece.annotations]
    return {"type": "output_text", "text": piece.text, "annotations": notes, "logprobs": []}


def _annotation(citation: Json) -> Json:
    return {"type": "url_citation"} | citation
