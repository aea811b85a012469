"""The routes of OpenAI's protocol: models, chat, responses, completions, embeddings."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from rag.errors import UsageError
from rag.library.reader import LibraryReader
from rag.messages import Message
from rag.types import Citation
from ui.api.answer_text import CitedText
from ui.api.background import BackgroundStream, StoppableStream
from ui.api.guards import SOURCE_PATH, LinkSigner
from ui.api.reply_objects import ReplyObjects, ReplyPiece, ReplyShape
from ui.api.responses import (
    PendingReply,
    StopStrings,
    answer_pieces,
    busy,
    called_pieces,
    deliver,
    model_pieces,
)
from ui.api.responses_protocol import ResponseObjects, ResponsesRequest
from ui.api.schemas import CITED, RAW, ChatRequest, CompletionRequest, EmbeddingRequest
from ui.api.service import LINE, ApiService
from ui.api.task_prompts import is_task_prompt

STREAMED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}


def openai_routes(service: ApiService, signer: LinkSigner) -> APIRouter:
    """Return the routes."""
    routes = APIRouter()

    @routes.get("/v1/models")
    def models() -> dict[str, Any]:
        """List the models: ``oaken`` answers from the library, ``oaken-raw`` is the model alone."""
        return {"object": "list", "data": [_model(name) for name in (*service.models, *service.embedders)]}

    @routes.get("/v1/models/{name}")
    def model(name: str) -> dict[str, Any]:
        """Describe a model."""
        return _model(require_model(name, (*service.models, *service.embedders)))

    @routes.post("/v1/chat/completions", responses=STREAMED)
    async def chat(request: Request, body: ChatRequest) -> Any:
        """Answer the last question of a conversation, as OpenAI's chat completions do."""
        shape = ReplyObjects("chat.completion", body.model, wants_usage=body.wants_usage)
        return await _converse(service, signer, request, body, shape)

    @routes.post("/v1/responses", responses=STREAMED)
    async def respond(request: Request, body: ResponsesRequest) -> Any:
        """Answer the last question of a conversation, as OpenAI's responses do."""
        return await _converse(service, signer, request, body.chat, ResponseObjects(body))

    @routes.post("/v1/completions", responses=STREAMED)
    async def completions(request: Request, body: CompletionRequest) -> Any:
        """Continue a text, or fill a gap in one."""
        if require_model(body.model, service.models) == CITED:
            raise UsageError(Message("The model oaken answers questions: a text is continued by oaken-raw."))
        generation = start(service, request, lambda watched: service.complete(body, watched))
        pieces = model_pieces(generation, StopStrings(body.stops), {"ignored": body.unknown} if body.unknown else None)
        shape = ReplyObjects("text_completion", RAW, wants_usage=body.wants_usage)
        return await deliver(generation, pieces, shape, stream=body.stream)

    @routes.post("/v1/embeddings")
    def embeddings(body: EmbeddingRequest) -> dict[str, Any]:
        """Return the vectors of texts, by a library's embedder."""
        embedder = service.embedder(body.library)
        card = embedder.card
        if body.dimensions not in (None, card.dimension):
            raise UsageError(Message("The vectors of {name} have {n} dimensions.", name=card.name, n=card.dimension))
        if body.input_type == "query":
            vectors = np.stack([embedder.embed_query(text) for text in body.texts])
        else:
            vectors = embedder.embed_documents(body.texts)
        tokens = sum(map(embedder.count, body.texts))
        rows = [
            {"object": "embedding", "index": at, "embedding": _encoded(vector, body.encoding_format)}
            for at, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "model": card.name, "data": rows, "usage": usage}

    return routes


async def _converse(
    service: ApiService, signer: LinkSigner, request: Request, body: ChatRequest, shape: ReplyShape
) -> Any:
    """Answer from the library, or by the model alone; a chat program's own prompts are for the model too."""
    model = require_model(body.model, service.models)
    if model == CITED and not is_task_prompt(body.question):
        names = await run_in_threadpool(service.names, body.library)
        told = CitedText(
            names, body.citations, source_link(request, signer, service.libraries.assistant(body.library).reader)
        )
        generation = start(service, request, lambda watched: service.answer(body, watched, shape.id))
        pieces = answer_pieces(generation, told, body.ignored, names)
        return await deliver(generation, pieces, shape, stream=body.stream)
    generation = start(service, request, lambda watched: service.talk(body, watched))
    own: dict[str, Any] = {"ignored": body.ignored_by_model} if body.ignored_by_model else {}
    own |= {"model": RAW} if model == CITED else {}
    pieces = _pieces_of_model(generation, body, own)
    return await deliver(generation, pieces, shape, stream=body.stream)


def _pieces_of_model(generation: PendingReply, body: ChatRequest, own: dict[str, Any]) -> AsyncIterator[ReplyPiece]:
    pieces = model_pieces(generation, StopStrings(() if body.must_call else body.stops), own)
    return called_pieces(pieces) if body.must_call else pieces


def start(service: ApiService, request: Request, make: Callable[[StoppableStream], Iterator[Any]]) -> PendingReply:
    """Begin a generation in the background. Raises HTTPException where the line is full."""
    if not service.enter():
        raise busy(f"{LINE} requests are already waiting.")
    watched = StoppableStream()
    try:
        return PendingReply(request, BackgroundStream(lambda: make(watched), watched, service.leave), watched)
    except BaseException:
        service.leave()
        raise


def source_link(request: Request, signer: LinkSigner, reader: LibraryReader) -> Callable[[Citation], str]:
    """Return what makes the address at which a browser opens a source, signed, as it comes without the token."""
    base = str(request.base_url).rstrip("/")

    def link(source: Citation) -> str:
        path = f"{SOURCE_PATH}{source.document_id}"
        library = reader.library_of(source.document_id).folder.name
        query = urlencode({"library": library, "start": source.start, "end": source.end})
        return f"{base}{path}?{query}&key={signer.signature(path, query)}"

    return link


def require_model(name: str, known: tuple[str, ...]) -> str:
    """Return the name of a model. Raises HTTPException for an unknown one."""
    if name not in known:
        raise HTTPException(404, f"There is no model {name[:60]!r}. Available: {', '.join(known)}.")
    return name


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "oaken"}


def _encoded(vector: Any, form: str) -> Any:
    return base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode() if form == "base64" else vector.tolist()
