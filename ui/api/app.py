"""The API: OpenAI's shapes and Oaken's own over HTTP, for this machine and with a token.

Closed by default: other host names and other pages' origins are refused before anything is read, then what has no
token; bodies have a limit, and the queue has one too. The ``ApiService`` answers, ``responses`` formats the answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from fastapi import FastAPI, HTTPException, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException

from rag.errors import OakenError
from ui.api.docs_page import docs_html
from ui.api.document_routes import document_routes
from ui.api.guards import BodyLimit, LinkSigner, TokenGuard, error_kind, refusal
from ui.api.library_routes import library_routes
from ui.api.metrics import Metrics
from ui.api.openai_routes import openai_routes
from ui.api.reply_objects import failure
from ui.api.responses import http_error
from ui.api.service import ApiService
from ui.shared.http_guard import App, HttpGuard

_OTHER_HOST = "Oaken's API answers only to the names that it was given: oaken api --allow-host NAME adds one."


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorReply(BaseModel):
    """OpenAI's shape of an error."""

    error: ErrorDetail


def create(service: ApiService, token: str, hosts: tuple[str, ...], proxied: tuple[str, ...] = ()) -> App:
    """Return the app: its routes behind the token and the checks of hosts, origins and bodies.

    ``proxied`` are the names by which others reach it, at any port and by https too.
    """
    metrics = Metrics(service)
    routes = api_routes(service, LinkSigner(token), metrics)
    guarded = metrics.measured(TokenGuard(BodyLimit(routes), token))
    return HttpGuard(guarded, hosts, proxied=proxied, refusal=(b"application/json", refusal(_OTHER_HOST)))


def api_routes(service: ApiService, signer: LinkSigner, metrics: Metrics) -> FastAPI:
    """Return the routes, without what guards them."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    failed: dict[int | str, dict[str, Any]] = {each: {"model": ErrorReply} for each in ("4XX", "5XX")}
    app = FastAPI(
        title="Oaken",
        description="Answers from your own documents, with the words that prove them.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
        responses=failed,
    )
    for expected in (HTTPException, StarletteHTTPException, RequestValidationError, OakenError, 404, 405):
        app.add_exception_handler(expected, _error_response)
    for routes in (openai_routes(service, signer), library_routes(service), document_routes(service)):
        app.include_router(routes, dependencies=[Security(HTTPBearer(auto_error=False))])

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Tell anybody that it runs, and nothing else."""
        return {"status": "ok"}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_html(app.openapi()))

    app.add_api_route("/metrics", metrics.page, include_in_schema=False)
    return app


async def _error_response(_: Request, error: Exception) -> JSONResponse:
    """Return an error in OpenAI's shape."""
    if isinstance(error, RequestValidationError):
        return JSONResponse(failure(_first_fault(error), "invalid_request_error"), 400)
    raised = http_error(error) if isinstance(error, OakenError) else cast("HTTPException", error)
    return JSONResponse(
        failure(str(raised.detail), error_kind(raised.status_code)), raised.status_code, headers=raised.headers
    )


def _first_fault(error: RequestValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"][1:]))
    said = "The body is no JSON" if first["type"] == "json_invalid" else str(first["msg"])
    return f"{where}: {said}" if where and first["type"] != "json_invalid" else said
