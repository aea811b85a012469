"""Responses of an OpenAI-compatible server, parsed without trust: lines, bodies and numbers have bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ModelBrokenError, ModelError
from rag.messages import Message

if TYPE_CHECKING:
    import httpx

SERVER_HINT = Message("Check that it is running, and that its address is right.")
_MAX_LINE_BYTES = 2**20  # bytes of one event, and of a body that is no stream
_Part = Literal["message", "delta", "text", "content"]  # where the text stands in what a server sends


class RemoteCompletion:
    """Reads an answer, streamed or whole; keeps how it ended."""

    def __init__(self, path: str = "") -> None:
        self._part: _Part = "delta" if path.endswith("/chat/completions") else "text"
        if path == "/infill":
            self._part = "content"
        self.finish = ""
        self.tokens = 0
        self.prompt_tokens = 0

    def pieces(self, response: httpx.Response) -> Iterator[str]:
        """Yield the pieces of text. Raises ModelBrokenError for what is no answer, and where it breaks off."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            part: _Part = "message" if self._part == "delta" else self._part
            yield from self._event(json_object(read_bounded(response)), part)
        elif kind == "text/event-stream":
            for data in events(response):
                if data == b"[DONE]":
                    self.finish = self.finish or "stop"
                    return
                yield from self._event(json_object(data), self._part)
        else:
            raise malformed_error(Message("it sent {kind}", kind=kind or "nothing that it named"))
        if not self.finish:
            raise ModelBrokenError(Message("The server stopped in the middle of its answer."), SERVER_HINT)

    def _event(self, event: dict[str, Any], part: _Part) -> Iterator[str]:
        if event.get("error"):
            raise ModelError(
                Message("The server could not continue: {said}.", said=server_message(event["error"])), SERVER_HINT
            )
        if part == "content":
            yield from self._filled(event)
            return
        usage = event.get("usage")
        if isinstance(usage, dict):
            self.tokens = positive_int(usage.get("completion_tokens"))
            self.prompt_tokens = positive_int(usage.get("prompt_tokens"))
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise malformed_error(Message("an event without choices"))
        for choice in choices[:1]:
            if not isinstance(choice, dict):
                raise malformed_error(Message("an invalid choice"))
            part_fields = choice.get(part) or {}
            text = part_fields.get("content") if isinstance(part_fields, dict) else part_fields
            if isinstance(text, str) and text:
                yield text
            if choice.get("finish_reason"):
                self.finish = "length" if choice["finish_reason"] == "length" else "stop"

    def _filled(self, event: dict[str, Any]) -> Iterator[str]:
        """Yield the text of an event in llama-server's own format."""
        text = event.get("content")
        if not isinstance(text, str):
            raise malformed_error(Message("an event without content"))
        if text:
            yield text
        if event.get("stop"):
            cut = event.get("stop_type") == "limit" or event.get("stopped_limit")
            self.finish = "length" if cut else "stop"
            self.tokens = positive_int(event.get("tokens_predicted"))
            self.prompt_tokens = positive_int(event.get("tokens_evaluated"))


class Utf8Decoder:
    """Joins the surrogate halves of a character that came in two pieces; an unpaired half becomes U+FFFD."""

    def __init__(self) -> None:
        self._pending = ""

    def feed(self, piece: str) -> str:
        """Return the complete characters so far."""
        text, self._pending = self._pending + piece, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._pending = text[:-1], text[-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def rest(self) -> str:
        """Return a half that was left over, as U+FFFD."""
        held, self._pending = self._pending, ""
        return "\ufffd" if held else ""


def reason(response: httpx.Response) -> str:
    """Return why a server refused, in its own words."""
    try:
        return server_message(json_object(read_bounded(response)))
    except ModelError:
        return "no reason given"


def server_message(value: object) -> str:
    """Return a server's error message, short and on one line, whatever it is wrapped in."""
    for key in ("error", "message", "detail"):
        if isinstance(value, dict) and value.get(key):
            return server_message(value[key])
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)
    return "".join(letter if letter.isprintable() else " " for letter in words)[:300].strip().rstrip(".")


def events(response: httpx.Response) -> Iterator[bytes]:
    """Yield the data of each server-sent event."""
    buffered = b""
    for chunk in response.iter_raw():
        buffered += chunk
        *lines, buffered = buffered.split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
        if len(buffered) > _MAX_LINE_BYTES:
            raise malformed_error(Message("an endless line"))
    if buffered.startswith(b"data:"):
        yield buffered[5:].strip()


def read_bounded(response: httpx.Response) -> bytes:
    """Return a body that is not streamed. Raises ModelBrokenError where it is too long."""
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > _MAX_LINE_BYTES:
            raise malformed_error(Message("more than it should"))
    return body


def json_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises ModelBrokenError for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise malformed_error(Message("something that is not JSON")) from error
    if not isinstance(value, dict):
        raise malformed_error(Message("JSON that is not an object"))
    return value


def positive_int(value: object) -> int:
    """Return a positive int of sensible size, 0 for all else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0


def malformed_error(what: str) -> ModelBrokenError:
    """Return the error for what is outside OpenAI's protocol."""
    return ModelBrokenError(Message("The server does not speak OpenAI's protocol: {what}.", what=what), SERVER_HINT)
