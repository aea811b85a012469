"""Responses of the API: a generation as one object or a stream of them, and its errors as HTTP's.

The generation and its authorisation are settled before; the objects themselves are made in ``schemas``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse

from rag.errors import ModelBusyError, ModelNotFoundError, OakenError, UsageError
from rag.types import GenerationEnd, Passage, QueuePosition
from ui.api.background import BackgroundStream
from ui.api.schemas import (
    CITED,
    AnswerStream,
    ChatRequest,
    CompletionRequest,
    ReplyObjects,
    SearchRequest,
    extension,
    failure,
    search_results,
    usage,
)
from ui.shared.folders import DocumentNames

RETRY_SECONDS = "5"


async def answer_response(request: Request, body: ChatRequest, running: BackgroundStream, names: DocumentNames) -> Any:
    """Return an answer from the library, at once or sentence by sentence. Raises HTTPException where none came."""
    reply, telling = ReplyObjects("chat.completion", CITED), AnswerStream(names)

    def more() -> dict[str, Any]:
        return extension(telling.answer, body.ignored, names)

    def counts() -> dict[str, int]:
        return usage(None, telling.answer.prompt_tokens if telling.answer else 0)

    if not body.stream:
        text = ""
        async for event in _all(request, running):
            text += telling.feed(event)
        return reply.whole(text, "stop", usage=counts(), **more())
    first = await running.next(request)
    _raise(first)

    async def pieces() -> AsyncIterator[dict[str, Any]]:
        yield reply.piece("", first=True)
        line = _QueueNotices()
        async for event in _rest(request, running, first):
            if isinstance(event, QueuePosition):
                if told := line.notice(event):
                    yield reply.piece("") | told
            elif text := telling.feed(event):
                yield reply.piece(text)
        yield reply.end("stop", **more())
        if body.wants_usage:
            yield reply.usage(counts())

    return _stream(pieces(), running)


async def search_response(
    request: Request, body: SearchRequest, running: BackgroundStream, names: DocumentNames
) -> dict[str, Any]:
    """Return what a search found. Raises HTTPException where it failed."""
    found: list[Passage] = []
    async for passages in _all(request, running):
        found = passages
    return search_results(body.query, found, names)


async def model_response(
    request: Request, body: ChatRequest | CompletionRequest, running: BackgroundStream, reply: ReplyObjects
) -> Any:
    """Return the model's text, whole or piece by piece, up to the first stop string. Raises as ``answer_response``."""
    cut = StopStrings(body.stops)
    if not body.stream:
        text = ""
        async for piece in _all(request, running, cut):
            text += "" if isinstance(piece, QueuePosition) else cut.feed(piece)
        return reply.whole(text + cut.rest(), cut.finish, usage=usage(cut.ending))
    first = await running.next(request)
    _raise(first)

    async def pieces() -> AsyncIterator[dict[str, Any]]:
        yield reply.piece("", first=True)
        line = _QueueNotices()
        async for piece in _rest(request, running, first, cut):
            if isinstance(piece, QueuePosition):
                if told := line.notice(piece):
                    yield reply.piece("") | told
            elif text := cut.feed(piece):
                yield reply.piece(text)
        if text := cut.rest():
            yield reply.piece(text)
        yield reply.end(cut.finish)
        if body.wants_usage:
            yield reply.usage(usage(cut.ending))

    return _stream(pieces(), running)


class _QueueNotices:
    """Adds the queue position to a stream, once for each change."""

    def __init__(self) -> None:
        self._before = 0

    def notice(self, event: QueuePosition) -> dict[str, Any]:
        """Return Oaken's own field for a piece without text; {} where the position is the same."""
        moved, self._before = event.before != self._before, event.before
        return {"oaken": {"waiting": event.before}} if moved else {}


class StopStrings:
    """Ends a text before the first of its stop strings; holds back a possible beginning of one."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = stops
        self._pending = ""
        self.over = False
        self.ending: GenerationEnd | None = None

    @property
    def finish(self) -> str:
        """OpenAI's word for how it ended."""
        return "length" if not self.over and self.ending is not None and self.ending.finish == "length" else "stop"

    def feed(self, piece: str) -> str:
        """Return what can be shown now."""
        text, self._pending = self._pending + piece, ""
        found = [at for at in map(text.find, self._stops) if at >= 0]
        if found:
            self.over = True
            return text[: min(found)]
        keep = max((n for stop in self._stops for n in range(1, len(stop)) if text.endswith(stop[:n])), default=0)
        cut = len(text) - keep
        self._pending = text[cut:]
        return text[:cut]

    def rest(self) -> str:
        """Return what was held back and is text."""
        return "" if self.over else self._pending


async def _all(request: Request, running: BackgroundStream, cut: StopStrings | None = None) -> AsyncIterator[Any]:
    try:
        async for item in _rest(request, running, await running.next(request), cut):
            yield item
    finally:
        running.leave()


async def _rest(
    request: Request, running: BackgroundStream, first: tuple[str, Any], cut: StopStrings | None = None
) -> AsyncIterator[Any]:
    """Yield the items from the first on. Raises HTTPException for an error; ends once the client has left."""
    kind, item = first
    while kind == "item":
        yield item
        if cut is not None and cut.over:
            return
        kind, item = await running.next(request)
    if cut is not None and kind == "end":
        cut.ending = item
    _raise((kind, item))


def _raise(item: tuple[str, Any]) -> None:
    kind, error = item
    if kind != "error":
        return
    if isinstance(error, ModelBusyError):
        raise busy(error.message)
    if isinstance(error, UsageError):
        raise HTTPException(400, error.message)
    if isinstance(error, OakenError):
        raise HTTPException(503 if isinstance(error, ModelNotFoundError) else 500, error.message)
    raise error


def busy(message: str) -> HTTPException:
    """Return the error that tells a client to come back."""
    return HTTPException(429, f"{message} Ask again in a moment.", {"Retry-After": RETRY_SECONDS})


def _stream(pieces: AsyncIterator[dict[str, Any]], running: BackgroundStream) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        try:
            async for piece in pieces:
                yield f"data: {json.dumps(piece)}\n\n"
        except HTTPException as error:  # the status is out already
            yield f"data: {json.dumps(failure(str(error.detail), 'server_error'))}\n\n"
        except Exception:
            yield f"data: {json.dumps(failure('Something went wrong inside Oaken.', 'server_error'))}\n\n"
            raise
        finally:
            running.leave()
        yield "data: [DONE]\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
