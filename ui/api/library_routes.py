"""Oaken's own routes to a library: search, ask, feedback, and which libraries there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from rag.types import ClaimChecked, Finished, QueuePosition, QuotesReady, TextDelta
from ui.api.openai_routes import STREAMED, start
from ui.api.reply_objects import answer_row, search_results
from ui.api.responses import PendingReply, event_stream
from ui.api.schemas import AskRequest, SearchRequest, Word
from ui.api.service import ApiService
from ui.shared.folders import DocumentNames


class FeedbackRequest(BaseModel):
    """``/v1/feedback``: what a person thinks of an answer, by the id of its response."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: Word
    vote: Literal[-1, 0, 1]
    labels: Annotated[list[Word], Field(max_length=20)] = Field(default_factory=list)


def library_routes(service: ApiService) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/v1/libraries")
    def libraries() -> dict[str, Any]:
        """List the libraries that are served; the first is asked where none is named."""
        return {"object": "list", "data": [_library(service, name) for name in service.libraries.names]}

    @routes.post("/v1/search")
    async def search(request: Request, body: SearchRequest) -> dict[str, Any]:
        """Find the passages nearest to a query; no model is asked."""
        names = await run_in_threadpool(service.names, body.library)
        generation = start(service, request, lambda _: service.search(body))
        try:
            found = [item async for item in generation.items()]
        finally:
            generation.running.leave()
        return search_results(body.query, found[-1] if found else [], names)

    @routes.post("/v1/ask", responses=STREAMED)
    async def ask(request: Request, body: AskRequest) -> Any:
        """Answer a question with quotes and checked sentences, as ``oaken ask --json`` prints it."""
        names = await run_in_threadpool(service.names, body.library)
        ident = f"ask-{uuid4().hex}"
        generation = start(service, request, lambda watched: service.ask(body, watched, ident))
        if body.stream:
            await generation.begun()
            return event_stream(_events(generation, names, ident), generation.running)
        try:
            *_, last = [event async for event in generation.items()]
        finally:
            generation.running.leave()
        return {"id": ident} | answer_row(last.answer, names)

    @routes.post("/v1/feedback")
    def feedback(body: FeedbackRequest) -> dict[str, Any]:
        """Keep what a person thinks of an answer; it stands among the library's conversations from then on."""
        if not service.judge(body.id, body.vote, body.labels):
            raise HTTPException(
                404, "That answer is not remembered: it is too old, or it was given by the model alone."
            )
        return {"id": body.id, "object": "feedback"}

    return routes


def _library(service: ApiService, name: str) -> dict[str, Any]:
    library = service.libraries.assistant(name).library
    documents = sum(1 for record in library.records() if record.chunks)
    return {"id": name, "object": "library", "documents": documents, "embedder": library.embedder.name}


async def _events(generation: PendingReply, names: DocumentNames, ident: str) -> AsyncIterator[dict[str, Any]]:
    """Yield an answer as it comes about: quotes, then the model's words, each sentence as it is checked, then all."""
    async for event in generation.items():
        if isinstance(event, QuotesReady):
            yield {"type": "quotes", "id": ident, "answer": answer_row(event.answer, names)}
        elif isinstance(event, QueuePosition):
            yield {"type": "waiting", "before": event.before}
        elif isinstance(event, TextDelta):
            yield {"type": "text", "text": event.text}
        elif isinstance(event, ClaimChecked):
            yield {"type": "claim", "text": event.claim.text, "supported": event.claim.supported}
        elif isinstance(event, Finished):
            yield {"type": "answer", "id": ident, "answer": answer_row(event.answer, names)}
