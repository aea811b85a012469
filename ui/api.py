"""The API: OpenAI's shapes over HTTP, for this machine and with a token. One model in memory for all who ask.

Closed by default: every route needs the token, other hosts' names and other pages' origins are refused before
anything is read, bodies have a limit, and what waits has a limit too.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar, cast

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ValidationError

from rag.answer.assistant import Assistant
from rag.answer.waits import with_waits
from rag.errors import ModelBusy, ModelMissing, OakenError, UsageError
from rag.interfaces import ChatModel, ModelCard
from rag.model.complete import complete
from rag.model.presets import USUAL
from rag.parts import ModelLoader, model_loader
from rag.settings import Settings
from rag.types import Event, Finish, Prompt, Sampling, Turn, Waiting
from ui.api_shapes import CITED, RAW, ChatRequest, CompletionRequest, Reply, Telling, extension, usage
from ui.chat import fit
from ui.guard import App, Guard, Message, Receive, Scope, Send

LINE = 16  # requests being answered or waiting; more are told to come back
RETRY_SECONDS = "5"
_BODY = 2**20  # bytes
_HISTORY = 6  # earlier turns that a question to the library may lean on
_LOOK = 0.25  # seconds between looks at whether the client is still there
_RAW_TOKENS, _COMPLETION_TOKENS = 512, 128  # written where nothing says how many

Shape = TypeVar("Shape", bound=BaseModel)


class Service:
    """What answers: a library (or None), and a model that is loaded when it is first needed."""

    def __init__(self, settings: Settings, assistant: Assistant | None, loader: ModelLoader) -> None:
        self.settings = settings
        self._assistant = assistant
        self._loader = loader
        self._lock = threading.Lock()
        self._busy = 0

    @classmethod
    def open(cls, settings: Settings, library: str | None) -> Service:
        """The service over a library that exists, or over none. Raises LibraryMissing, ModelMissing, ModelBroken."""
        loader = model_loader(settings)
        return cls(settings, None if library is None else Assistant.open(library, settings, prose=False), loader)

    def close(self) -> None:
        """Close the library and end the model."""
        if self._assistant is not None:
            self._assistant.close()
        self._loader.close()

    @property
    def models(self) -> tuple[str, ...]:
        """The names that a request may use."""
        return (RAW,) if self._assistant is None else (CITED, RAW)

    def enter(self) -> bool:
        """Take a place; whether there was one."""
        with self._lock:
            if self._busy >= LINE:
                return False
            self._busy += 1
            return True

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._busy -= 1

    @property
    def busy(self) -> int:
        """Places taken."""
        return self._busy

    def answer(self, asked: ChatRequest, watched: Watched) -> Iterator[Event]:
        """The events of an answer from the library."""
        assert self._assistant is not None
        sampling = asked.sampling(USUAL, self.settings.max_tokens) if asked.preset else Sampling()
        limit = min(asked.max_tokens or self.settings.max_tokens, self.settings.context // 2)
        values = {name: getattr(sampling, name) for name in sampling.__dataclass_fields__} | {"max_tokens": limit}
        assistant = self._assistant.with_model(lambda: watched.over(self._loader()), Sampling(**values))
        *before, question = [turn for turn in asked.turns if turn.role != "system"]
        return assistant.stream(question.text, history=before[-_HISTORY:], insist=asked.insist, k=asked.k)

    def talk(self, asked: ChatRequest, watched: Watched) -> Generator[str | Waiting, None, Finish]:
        """The model's own words."""
        model = watched.over(self._loader())
        sampling = asked.sampling("k50", _RAW_TOKENS)
        return with_waits(model.stream(fit(model, asked.turns, sampling), sampling))

    def complete(self, asked: CompletionRequest, watched: Watched) -> Generator[str | Waiting, None, Finish]:
        """The text that goes on after the prompt, or stands before the suffix."""
        stream = complete(self._loader(), asked.text, asked.suffix or "", asked.sampling(USUAL, _COMPLETION_TOKENS))
        return with_waits(watched.stream_of(stream))


class Watched:
    """A model's answer that can be stopped from another thread, even before its first word."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._model: ChatModel | None = None
        self._stopped = False

    def over(self, model: ChatModel) -> ChatModel:
        """The model, its answers watched."""
        self._model = model
        return self

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        assert self._model is not None
        return self._model.card

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """As the model does."""
        assert self._model is not None
        return self._model.encode(turns)

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, Finish]:
        """As the model does; remembered."""
        assert self._model is not None
        return self.stream_of(self._model.stream(prompt, sampling))

    def stream_of(self, stream: Generator[str, None, Finish]) -> Generator[str, None, Finish]:
        """Remember the answer that is to be stopped."""
        self._stream = stream
        if self._stopped:
            self.stop()
        return stream

    def stop(self) -> None:
        """Stop what is being written. A stream that only its own thread can stop ends at its next piece."""
        self._stopped = True
        with suppress(AttributeError):
            self._stream.cancel()


class Running:
    """A generator run in a thread of its own, whose items an event loop awaits. Whoever awaits may leave."""

    def __init__(self, make: Callable[[], Iterator[Any]], watched: Watched, done: Callable[[], None]) -> None:
        self._items: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._watched = watched
        self._left = threading.Event()
        self._done = done
        threading.Thread(target=self._run, args=(make,), daemon=True).start()

    def leave(self) -> None:
        """Nobody listens any more: stop."""
        self._left.set()
        self._watched.stop()

    async def next(self, request: Request) -> tuple[str, Any]:
        """("item", it), ("end", the generator's value) or ("error", it); ("left", None) where the client went away."""
        while True:
            try:
                return await asyncio.wait_for(self._items.get(), _LOOK)
            except TimeoutError:
                if await request.is_disconnected():
                    self.leave()
                    return "left", None

    def _run(self, make: Callable[[], Iterator[Any]]) -> None:
        try:
            items = make()
            value = None
            try:
                while not self._left.is_set():
                    self._tell("item", next(items))
            except StopIteration as stop:
                value = stop.value
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()
            self._tell("end", value)
        except BaseException as error:
            self._tell("error", error)
        finally:
            self._done()

    def _tell(self, kind: str, item: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server ends
            self._loop.call_soon_threadsafe(self._items.put_nowait, (kind, item))


class Bodies:
    """Refuses bodies that are no JSON or too large, before they are read whole. Plain ASGI."""

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
        if not length.isdecimal() or int(length) > _BODY:
            await _refuse(send, 413, f"A body may have {_BODY:,} bytes.")
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > _BODY:
                raise HTTPException(413, f"A body may have {_BODY:,} bytes.")
            return message

        await self._app(scope, counted, send)


async def _refuse(send: Send, status: int, message: str) -> None:
    body = json.dumps(_error(message, "invalid_request_error")).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def create(service: Service, token: str, hosts: tuple[str, ...]) -> App:
    """The whole app: its routes behind the token, behind the doors for hosts, origins and bodies."""

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
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(404, _told)
    app.add_exception_handler(405, _told)
    _routes(app, service)
    return Guard(Bodies(app), hosts)


def _routes(app: FastAPI, service: Service) -> None:
    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(name) for name in service.models]}

    @app.get("/v1/models/{name}")
    def model(name: str) -> dict[str, Any]:
        return _model(_known(service, name))

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Any:
        asked = await _body(request, ChatRequest)
        watched = Watched()
        if _known(service, asked.model) == CITED:
            running = _start(service, lambda: service.answer(asked, watched), watched)
            return await _cited(request, asked, running)
        running = _start(service, lambda: service.talk(asked, watched), watched)
        return await _written(request, asked, running, Reply("chat.completion", RAW))

    @app.post("/v1/completions")
    async def completions(request: Request) -> Any:
        asked = await _body(request, CompletionRequest)
        _known(service, asked.model)
        watched = Watched()
        running = _start(service, lambda: service.complete(asked, watched), watched)
        return await _written(request, asked, running, Reply("text_completion", RAW))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "oaken"}


def _known(service: Service, name: str) -> str:
    if name not in service.models:
        raise HTTPException(404, f"There is no model {name[:60]!r}: there are {', '.join(service.models)}.")
    return name


async def _body(request: Request, shape: type[Shape]) -> Shape:
    """The request's body, after the token was seen. Raises HTTPException."""
    try:
        return shape.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise HTTPException(400, f"{where}: {first['msg']}" if where else first["msg"]) from error
    except RecursionError as error:
        raise HTTPException(400, "The body is nested too deeply.") from error


def _start(service: Service, make: Callable[[], Iterator[Any]], watched: Watched) -> Running:
    if not service.enter():
        raise _busy(f"{LINE} requests wait already.")
    try:
        return Running(make, watched, service.leave)
    except BaseException:
        service.leave()
        raise


async def _cited(request: Request, asked: ChatRequest, running: Running) -> Any:
    """An answer from the library, at once or sentence by sentence."""
    reply, telling = Reply("chat.completion", CITED), Telling()

    def more() -> dict[str, Any]:
        return extension(telling.answer, asked.ignored)

    def counts() -> dict[str, int]:
        return usage(None, telling.answer.prompt_tokens if telling.answer else 0)

    if not asked.stream:
        text = ""
        async for event in _all(request, running):
            text += telling.feed(event)
        return reply.whole(text, "stop", usage=counts(), **more())
    first = await running.next(request)
    _raise(first)

    async def pieces() -> AsyncIterator[dict[str, Any]]:
        yield reply.piece("", first=True)
        line = _Line()
        async for event in _rest(request, running, first):
            if isinstance(event, Waiting):
                if told := line.moved(event):
                    yield reply.piece("") | told
            elif text := telling.feed(event):
                yield reply.piece(text)
        yield reply.end("stop", **more())
        if asked.wants_usage:
            yield reply.usage(counts())

    return _stream(pieces(), running)


async def _written(request: Request, asked: ChatRequest | CompletionRequest, running: Running, reply: Reply) -> Any:
    """What the model writes, at once or piece by piece, up to the first of the stop strings."""
    cut = _Cut(asked.stops)
    if not asked.stream:
        text = ""
        async for piece in _all(request, running, cut):
            text += "" if isinstance(piece, Waiting) else cut.feed(piece)
        return reply.whole(text + cut.rest(), cut.finish, usage=usage(cut.ending))
    first = await running.next(request)
    _raise(first)

    async def pieces() -> AsyncIterator[dict[str, Any]]:
        yield reply.piece("", first=True)
        line = _Line()
        async for piece in _rest(request, running, first, cut):
            if isinstance(piece, Waiting):
                if told := line.moved(piece):
                    yield reply.piece("") | told
            elif text := cut.feed(piece):
                yield reply.piece(text)
        if text := cut.rest():
            yield reply.piece(text)
        yield reply.end(cut.finish)
        if asked.wants_usage:
            yield reply.usage(usage(cut.ending))

    return _stream(pieces(), running)


class _Line:
    """Tells a stream of its place in line, once for each change."""

    def __init__(self) -> None:
        self._before = 0

    def moved(self, event: Waiting) -> dict[str, Any]:
        """Oaken's own field for a piece without text; {} where the place is the same."""
        moved, self._before = event.before != self._before, event.before
        return {"oaken": {"waiting": event.before}} if moved else {}


class _Cut:
    """Ends a text before the first of its stop strings; holds back what might be the beginning of one."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = stops
        self._held = ""
        self.over = False
        self.ending: Finish | None = None

    @property
    def finish(self) -> str:
        """OpenAI's word for how it ended."""
        return "length" if not self.over and self.ending is not None and self.ending.finish == "length" else "stop"

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        text, self._held = self._held + piece, ""
        found = [at for at in map(text.find, self._stops) if at >= 0]
        if found:
            self.over = True
            return text[: min(found)]
        keep = max((n for stop in self._stops for n in range(1, len(stop)) if text.endswith(stop[:n])), default=0)
        cut = len(text) - keep
        self._held = text[cut:]
        return text[:cut]

    def rest(self) -> str:
        """What was held back and is text."""
        return "" if self.over else self._held


async def _all(request: Request, running: Running, cut: _Cut | None = None) -> AsyncIterator[Any]:
    try:
        async for item in _rest(request, running, await running.next(request), cut):
            yield item
    finally:
        running.leave()


async def _rest(
    request: Request, running: Running, first: tuple[str, Any], cut: _Cut | None = None
) -> AsyncIterator[Any]:
    """The items from the first on. Raises HTTPException where one is an error; ends where the client went away."""
    kind, item = first
    while kind == "item":
        yield item
        if cut is not None and cut.over:
            return
        kind, item = await running.next(request)
    if cut is not None and kind == "end":
        cut.ending = item
    _raise((kind, item))


def _raise(told: tuple[str, Any]) -> None:
    kind, error = told
    if kind != "error":
        return
    if isinstance(error, ModelBusy):
        raise _busy(error.message)
    if isinstance(error, UsageError):
        raise HTTPException(400, error.message)
    if isinstance(error, OakenError):
        raise HTTPException(503 if isinstance(error, ModelMissing) else 500, error.message)
    raise error


def _busy(message: str) -> HTTPException:
    return HTTPException(429, f"{message} Ask again in a moment.", {"Retry-After": RETRY_SECONDS})


def _stream(pieces: AsyncIterator[dict[str, Any]], running: Running) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        try:
            async for piece in pieces:
                yield f"data: {json.dumps(piece)}\n\n"
        except HTTPException as error:  # the status is out already
            yield f"data: {json.dumps(_error(str(error.detail), 'server_error'))}\n\n"
        except Exception:
            yield f"data: {json.dumps(_error('Something went wrong inside Oaken.', 'server_error'))}\n\n"
            raise
        finally:
            running.leave()
        yield "data: [DONE]\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _told(_: Request, error: Exception) -> JSONResponse:
    """Errors in OpenAI's shape."""
    raised = cast("HTTPException", error)
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(raised.status_code, "")
    kind = kind or ("server_error" if raised.status_code >= 500 else "invalid_request_error")
    return JSONResponse(_error(str(raised.detail), kind), raised.status_code, headers=raised.headers)


def _error(message: str, kind: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}
