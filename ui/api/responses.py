"""Responses of the API: a generation as one object or a stream of them, and its errors as HTTP's.

The generation and its authorisation are settled before; the objects themselves are made in ``reply_objects``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse

from rag.errors import LibraryNotFoundError, ModelBusyError, ModelNotFoundError, OakenError, PromptError, UsageError
from rag.types import AnswerStatus, Finished, GenerationEnd, QueuePosition, QuotesReady
from ui.api.answer_text import CitedText
from ui.api.background import BackgroundStream, StoppableStream
from ui.api.reply_objects import ReplyPiece, ReplyShape, answer_row, failure, joined, usage
from ui.shared.folders import DocumentNames

RETRY_SECONDS = "5"


class PendingReply:
    """A generation that has begun, and who waits for it."""

    def __init__(self, request: Request, running: BackgroundStream, watched: StoppableStream) -> None:
        self.request = request
        self.running = running
        self.watched = watched
        self._first: tuple[str, Any] | None = None

    async def begun(self) -> None:
        """Wait for the first item. Raises HTTPException where there is none but an error."""
        self._first = await self.running.next(self.request)
        _raise(self._first)

    async def items(self) -> AsyncIterator[Any]:
        """Yield the items, then, as a GenerationEnd, how a model's text ended; nothing more once the client has left.

        Raises HTTPException for an error.
        """
        kind, item = self._first or await self.running.next(self.request)
        while kind == "item":
            yield item
            kind, item = await self.running.next(self.request)
        _raise((kind, item))
        if kind == "end" and isinstance(item, GenerationEnd):
            yield item


async def answer_pieces(
    generation: PendingReply, told: CitedText, ignored: Sequence[str], names: DocumentNames
) -> AsyncIterator[ReplyPiece]:
    """Yield an answer from the library: the quotes, before a word is written, then sentence by sentence."""
    line = QueueNotices()
    async for event in generation.items():
        if isinstance(event, QueuePosition):
            if notice := line.notice(event):
                yield ReplyPiece(own=notice)
            continue
        text = told.feed(event)
        notes = told.annotations()
        own: dict[str, Any] = {}
        if isinstance(event, QuotesReady) and event.answer.status is not AnswerStatus.NOT_FOUND:
            own = answer_row(told.answer, names)
        if text or own or notes:
            yield ReplyPiece(text, notes, own)
        if isinstance(event, Finished):
            counts = usage(None, event.answer.prompt_tokens, generation.watched.tokens)
            row = answer_row(event.answer, names) | {"ignored": list(ignored)}
            yield ReplyPiece(own=row, finish="stop", usage=counts)


async def model_pieces(
    generation: PendingReply, cut: StopStrings, own: Mapping[str, Any] | None = None
) -> AsyncIterator[ReplyPiece]:
    """Yield the model's text, up to the first stop string."""
    line = QueueNotices()
    async for item in generation.items():
        if isinstance(item, QueuePosition):
            if notice := line.notice(item):
                yield ReplyPiece(own=notice)
        elif isinstance(item, GenerationEnd):
            cut.ending = item
        elif text := cut.feed(item):
            yield ReplyPiece(text)
        if cut.over:
            break
    if text := cut.rest():
        yield ReplyPiece(text)
    counts = usage(cut.ending) if cut.ending else usage(None, 0, generation.watched.tokens)
    yield ReplyPiece(own=own, finish=cut.finish, usage=counts)


async def called_pieces(pieces: AsyncIterator[ReplyPiece]) -> AsyncIterator[ReplyPiece]:
    """Yield the call of a function that the pieces' text is, whole; a text that was cut short stays text."""
    found = joined([piece async for piece in pieces])
    try:
        call = json.loads(found.text)
        yield ReplyPiece(call={"name": call["name"], "arguments": call["arguments"]})
        yield ReplyPiece(own=found.own, finish="tool_calls", usage=found.usage)
    except (ValueError, KeyError, TypeError):
        yield ReplyPiece(found.text)
        yield ReplyPiece(own=found.own, finish="length", usage=found.usage)


async def deliver(
    generation: PendingReply, pieces: AsyncIterator[ReplyPiece], shape: ReplyShape, *, stream: bool
) -> Any:
    """Return the response, whole or as a stream. Raises HTTPException where none came."""
    if not stream:
        try:
            return shape.whole(joined([piece async for piece in pieces]))
        finally:
            generation.running.leave()
    await generation.begun()

    async def rows() -> AsyncIterator[dict[str, Any]]:
        for row in shape.begin():
            yield row
        async for piece in pieces:
            for row in shape.events(piece):
                yield row

    return event_stream(rows(), generation.running)


class QueueNotices:
    """Adds the queue position to a stream, once for each change."""

    def __init__(self) -> None:
        self._before = 0

    def notice(self, event: QueuePosition) -> dict[str, Any]:
        """Return Oaken's own field for a piece without text; {} where the position is the same."""
        moved, self._before = event.before != self._before, event.before
        return {"waiting": event.before} if moved else {}


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


def http_error(error: OakenError) -> HTTPException:
    """Return an error as HTTP's: what the sender can mend is 4xx."""
    if isinstance(error, ModelBusyError):
        return busy(error.message)
    if isinstance(error, LibraryNotFoundError):
        return HTTPException(404, error.message)
    if isinstance(error, UsageError | PromptError):
        return HTTPException(400, error.message)
    return HTTPException(503 if isinstance(error, ModelNotFoundError) else 500, error.message)


def _raise(item: tuple[str, Any]) -> None:
    kind, error = item
    if kind == "error":
        raise http_error(error) if isinstance(error, OakenError) else error


def busy(message: str) -> HTTPException:
    """Return the error that tells a client to come back."""
    return HTTPException(429, f"{message} Ask again in a moment.", {"Retry-After": RETRY_SECONDS})


def event_stream(rows: AsyncIterator[dict[str, Any]], running: BackgroundStream) -> StreamingResponse:
    """Return rows as server-sent events; an event of its own name is named. Stops what runs once the client leaves."""

    async def lines() -> AsyncIterator[str]:
        try:
            async for row in rows:
                name = row.get("type")
                yield f"{f'event: {name}{chr(10)}' if isinstance(name, str) else ''}data: {json.dumps(row)}\n\n"
        except HTTPException as error:  # the status is out already
            yield f"data: {json.dumps(failure(str(error.detail), 'server_error'))}\n\n"
        except Exception:
            yield f"data: {json.dumps(failure('Something went wrong inside Oaken.', 'server_error'))}\n\n"
            raise
        finally:
            running.leave()
        yield "data: [DONE]\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
