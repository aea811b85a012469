"""What stands before the API's routes: the token, the limits of bodies, and errors in OpenAI's shape. Plain ASGI."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import HTTPException

from ui.api.reply_objects import failure
from ui.shared.adding.uploads import MAX_UPLOAD_BYTES
from ui.shared.http_guard import App, Message, Receive, Scope, Send

MAX_BODY_BYTES = 2**20  # bytes of a body in JSON
OPEN_PATHS = ("/health", "/docs", "/openapi.json")  # what anybody may see: that it runs, and what it understands
UPLOAD_PATH = "/v1/documents"
SOURCE_PATH = "/source/"  # what links lead to, which are signed
WRONG_TOKEN = "The token is missing or wrong."


class TokenGuard:
    """Lets in requests with the token, and those for links that were signed with it."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._token = token.encode()
        self._signer = LinkSigner(token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it with 401."""
        if scope["type"] != "http" or self._may_pass(scope):
            await self._app(scope, receive, send)
            return
        await refuse(send, 401, WRONG_TOKEN, "authentication_error", [(b"www-authenticate", b"Bearer")])

    def _may_pass(self, scope: Scope) -> bool:
        if scope["path"] in OPEN_PATHS:
            return True
        if scope["path"].startswith(SOURCE_PATH) and scope["method"] in ("GET", "HEAD"):
            return self._signer.is_signed(scope["path"], scope["query_string"].decode("latin-1"))
        given = next((value for name, value in scope["headers"] if name.lower() == b"authorization"), b"")
        kind, _, key = given.partition(b" ")
        return kind.lower() == b"bearer" and hmac.compare_digest(key.strip(), self._token)


class LinkSigner:
    """Signs links, so that a browser may open them without the token; a signature says nothing of the token."""

    def __init__(self, token: str) -> None:
        self._key = hmac.new(token.encode(), b"oaken source links", hashlib.sha256).digest()

    def signature(self, path: str, query: str) -> str:
        """Return the signature of a path with its query."""
        return hmac.new(self._key, f"{path}?{query}".encode(), hashlib.sha256).hexdigest()[:32]

    def is_signed(self, path: str, query: str) -> bool:
        """Tell whether a query ends with its signature, as ``key``."""
        signed, _, given = query.rpartition("&key=")
        once = [name for name, _ in parse_qsl(query)].count("key") == 1
        return once and given.isascii() and hmac.compare_digest(given, self.signature(path, signed))


class BodyLimit:
    """Refuses bodies that are not JSON or too large, before they are read whole; uploads are forms, and larger."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it with 413 or 415."""
        if scope["type"] != "http" or scope["method"] != "POST":  # no other route reads a body
            await self._app(scope, receive, send)
            return
        upload = scope["path"] == UPLOAD_PATH
        wanted, most = (
            ("multipart/form-data", MAX_UPLOAD_BYTES + MAX_BODY_BYTES)
            if upload
            else ("application/json", MAX_BODY_BYTES)
        )
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(b"content-type", "").partition(";")[0].strip().lower() != wanted:
            form = "a form with files" if upload else "JSON"
            await refuse(send, 415, f"Send {form}: content-type: {wanted}.")
            return
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > most:
            await refuse(send, 413, f"The body may have at most {most:,} bytes.")
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, f"The body may have at most {most:,} bytes.")
            return message

        await self._app(scope, counted, send)


async def refuse(
    send: Send,
    status: int,
    message: str,
    kind: str = "invalid_request_error",
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    """Answer with an error."""
    own: list[tuple[bytes, bytes]] = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *(headers or [])]})
    await send({"type": "http.response.body", "body": refusal(message, kind)})


def refusal(message: str, kind: str = "invalid_request_error") -> bytes:
    """Return the body of an error."""
    return json.dumps(failure(message, kind)).encode()


def error_kind(status: int) -> str:
    """Return OpenAI's word for an error with that status."""
    known: dict[int, Any] = {401: "authentication_error", 429: "rate_limit_error"}
    return str(known.get(status) or ("server_error" if status >= 500 else "invalid_request_error"))
