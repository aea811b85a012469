"""The API: OpenAI's shapes over HTTP, for this machine and with a token. Its middleware and routes.

Closed by default: every route but ``/health`` needs the token, other host names and other pages' origins are refused
before anything is read, bodies have a limit, and the queue has one too. The ``ApiService`` answers, and ``responses``
formats the answers.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.routing import Route

from ui.api.background import BackgroundStream, StoppableStream
from ui.api.responses import answer_response, busy, model_response, search_response
from ui.api.schemas import CITED, RAW, ChatRequest, CompletionRequest, ReplyObjects, SearchRequest, failure
from ui.api.service import LINE, ApiService
from ui.shared.http_guard import App, HttpGuard, Message, Receive, Scope, Send

_MAX_BODY_BYTES = 2**20  # bytes

Shape = TypeVar("Shape", bound=BaseModel)


class BodyLimit:
    """Refuses bodies that are not JSON or too large, before they are read whole. Plain ASGI."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it with 413 or 415."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(b"content-type", "").partition(";")[0].strip().lower() != "application/json":
            await _refuse(send, 415, "Send JSON: content-type: application/json.")
            return
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > _MAX_BODY_BYTES:
            await _refuse(send, 413, f"The body may have at most {_MAX_BODY_BYTES:,} bytes.")
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > _MAX_BODY_BYTES:
                raise HTTPException(413, f"The body may have at most {_MAX_BODY_BYTES:,} bytes.")
            return message

        await self._app(scope, counted, send)


async def _refuse(send: Send, status: int, message: str) -> None:
    body = json.dumps(failure(message, "invalid_request_error")).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def create(service: ApiService, token: str, hosts: tuple[str, ...], proxied: tuple[str, ...] = ()) -> App:
    """Return the app: its routes behind the token and the checks of hosts, origins and bodies.

    ``proxied`` are the names by which a proxy passes requests on, at any port and by https too.
    """

    def allowed(request: Request) -> None:
        given = request.headers.get("authorization", "")
        kind, _, key = given.partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(key.strip().encode(), token.encode()):
            raise HTTPException(401, "The token is missing or wrong.", {"WWW-Authenticate": "Bearer"})

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        dependencies=[Depends(allowed)],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
    )
    app.add_exception_handler(HTTPException, _error_response)
    app.add_exception_handler(404, _error_response)
    app.add_exception_handler(405, _error_response)
    _routes(app, service)
    return HttpGuard(BodyLimit(app), hosts, proxied=proxied)


async def _health(_: Request) -> JSONResponse:
    """Tell anybody that it runs, and nothing else."""
    return JSONResponse({"status": "ok"})


def _routes(app: FastAPI, service: ApiService) -> None:
    app.router.routes.append(Route("/health", _health))  # FastAPI's own routes need the token

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(name) for name in service.models]}

    @app.get("/v1/models/{name}")
    def model(name: str) -> dict[str, Any]:
        return _model(_require_model(service, name))

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Any:
        body = await _body(request, ChatRequest)
        watched = StoppableStream()
        if _require_model(service, body.model) == CITED:
            running = _start(service, lambda: service.answer(body, watched), watched)
            return await answer_response(request, body, running, service.names)
        running = _start(service, lambda: service.talk(body, watched), watched)
        return await model_response(request, body, running, ReplyObjects("chat.completion", RAW))

    @app.post("/v1/search")
    async def search(request: Request) -> Any:
        body = await _body(request, SearchRequest)
        _require_model(service, CITED)  # there is a library
        running = _start(service, lambda: service.search(body), StoppableStream())
        return await search_response(request, body, running, service.names)

    @app.post("/v1/completions")
    async def completions(request: Request) -> Any:
        body = await _body(request, CompletionRequest)
        _require_model(service, body.model)
        watched = StoppableStream()
        running = _start(service, lambda: service.complete(body, watched), watched)
        return await model_response(request, body, running, ReplyObjects("text_completion", RAW))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "oaken"}


def _require_model(service: ApiService, name: str) -> str:
    if name not in service.models:
        raise HTTPException(404, f"There is no model {name[:60]!r}. Available: {', '.join(service.models)}.")
    return name


async def _body(request: Request, shape: type[Shape]) -> Shape:
    """Parse the request's body, after the token was checked. Raises HTTPException."""
    try:
        return shape.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise HTTPException(400, f"{where}: {first['msg']}" if where else first["msg"]) from error
    except ClientDisconnect as error:  # nobody reads this
        raise HTTPException(400, "The body was cut short.") from error
    except RecursionError as error:
        raise HTTPException(400, "The body is nested too deeply.") from error


def _start(service: ApiService, make: Callable[[], Iterator[Any]], watched: StoppableStream) -> BackgroundStream:
    if not service.enter():
        raise busy(f"{LINE} requests are already waiting.")
    try:
        return BackgroundStream(make, watched, service.leave)
    except BaseException:
        service.leave()
        raise


async def _error_response(_: Request, error: Exception) -> JSONResponse:
    """Return an error in OpenAI's shape."""
    raised = cast("HTTPException", error)
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(raised.status_code, "")
    kind = kind or ("server_error" if raised.status_code >= 500 else "invalid_request_error")
    return JSONResponse(failure(str(raised.detail), kind), raised.status_code, headers=raised.headers)
