"""A model behind an OpenAI-compatible server (llama-server, vLLM, llama_cpp.server …), as a ``ChatModel``.

Only the address that the user gave is contacted: no redirect is followed, no proxy is used, the key goes nowhere else.
The server applies its own prompt format to our text, so anything that could be read there as a control token is broken
up first; and its responses are not trusted: lines, answers and numbers have bounds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from rag.errors import ModelBrokenError, ModelError, ModelNotFoundError, PromptError, UsageError
from rag.interfaces import ModelCard
from rag.messages import Message
from rag.model.remote.inert import inert
from rag.model.remote.responses import (
    SERVER_HINT,
    RemoteCompletion,
    Utf8Decoder,
    json_object,
    malformed_error,
    positive_int,
    read_bounded,
    reason,
)
from rag.types import GenerationEnd, Prompt, Sampling, Turn

if TYPE_CHECKING:
    import httpx

_CONNECT, _READ = 5.0, 300.0  # seconds; a long prompt on a CPU may take minutes before the first token
_LETTERS_PER_TOKEN = 64  # most letters per requested token: a longer answer is cut off
_TURN_TOKENS, _OTHER_TOKENS = 12, 32  # tokens for what the server's format puts around each turn, and before them all
_CACHED_TOKEN_COUNTS = 32  # cached texts: a prompt is counted several times while it is fitted

_TOKENIZERS = ("/tokenize", "/extras/tokenize")  # of llama-server and vLLM; of llama-cpp-python


class RemoteModel:
    """A server's model. Several threads may ask at once; the server queues them. Close it when done."""

    def __init__(self, root: str, card: ModelCard, client: httpx.Client, tokenizer: str, *, infill: bool) -> None:
        self._root = root
        self._card = card
        self._client = client
        self._tokenizer = tokenizer  # path of the server's tokenizer, "" where it has none
        self._infill = infill  # llama-server, which ignores OpenAI's "suffix" and has a path of its own for it
        self._token_counts: dict[str, tuple[int, ...]] = {}

    @classmethod
    def connect(cls, url: str, *, key: str = "", name: str = "", context: int = 2048, read: float = _READ) -> Self:
        """Connect to the server: which models it has, how long their window is, whether it counts tokens.

        ``name`` "" is its first model; ``context`` caps the window. Raises UsageError for an invalid address,
        ModelNotFoundError for a model that it lacks, ModelError where it does not answer as expected.
        """
        import httpx

        root = server_root(url)
        client = httpx.Client(
            headers={"user-agent": "oaken", "accept-encoding": "identity"} | _bearer(key),
            timeout=httpx.Timeout(read, connect=_CONNECT),
            follow_redirects=False,
            trust_env=False,
        )
        try:
            chosen, window = _model(client, root, name)
            props = _optional_request(client, "GET", f"{root}/props")
            window = _props_window(props) or window
            tokenizer = _find_tokenizer(client, root, chosen)
        except BaseException:
            client.close()
            raise
        card = ModelCard(chosen, "server", min(context, window or context), root)
        return cls(root, card, client, tokenizer, infill=bool(props))

    @property
    def card(self) -> ModelCard:
        """Name, window in tokens, and the address as path."""
        return self._card

    @property
    def counts(self) -> bool:
        """Whether the server counts tokens; otherwise they are estimated, never too few."""
        return bool(self._tokenizer)

    def encode(self, turns: Sequence[Turn]) -> tuple[int, ...]:
        """Return an upper bound of the tokens in the server's prompt of these turns.

        They are counted, not sent: -1 stands for an unknown token.
        """
        text = "\n".join(inert(turn.text) for turn in turns)
        around = (-1,) * (_OTHER_TOKENS + _TURN_TOKENS * (len(turns) + 1))
        return self._tokens(text) + around

    def stream(self, prompt: Prompt, sampling: Sampling) -> Generator[str, None, GenerationEnd]:
        """Stream the answer in pieces; return a :class:`GenerationEnd`.

        Closing the generator closes the connection, which stops the server. Raises ModelError where it refuses, breaks
        off or sends no answer.
        """
        length, window = len(prompt.tokens), self._card.window
        if not prompt.turns:
            raise PromptError(Message("The prompt is empty."))
        if length >= window:
            raise PromptError(
                Message(
                    "The prompt is about {tokens:,} tokens long and the model's window {window:,}: no room is left.",
                    tokens=length,
                    window=window,
                ),
                Message("Ask with fewer passages or a shorter question, or widen it: export OAKEN_CONTEXT=4096"),
            )
        limit = max(1, min(sampling.max_tokens, window - length))
        messages = [{"role": turn.role, "content": inert(turn.text)} for turn in prompt.turns if turn.text]
        body = _body(self._card.name, sampling, limit) | {"messages": messages} | _json_format(prompt.json_schema)
        return self._pieces("/v1/chat/completions", body, sampling, limit, length)

    def encode_text(self, text: str) -> tuple[int, ...]:
        """Return an upper bound of the tokens of a text to be continued; see :meth:`encode`."""
        return self._tokens(inert(text)) + (-1,) * _TURN_TOKENS

    def encode_gap(self, before: str, after: str) -> tuple[int, ...]:
        """Return an upper bound of the tokens of two texts. Raises ModelError where the server cannot fill a gap."""
        if self._tokenizer == _TOKENIZERS[1]:  # its own code puts token 0 before, between and after the texts
            raise ModelError(
                Message(
                    "llama_cpp.server, which has {name}, does not fill a gap between two texts.", name=self._card.name
                )
            )
        return self.encode_text(before) + self.encode_text(after)

    def stream_between(
        self, before: str, after: str, tokens: tuple[int, ...], sampling: Sampling
    ) -> Generator[str, None, GenerationEnd]:
        """Stream what the server's model writes between the two texts, or after the first.

        ``tokens`` are the upper bound for both. Raises what :meth:`stream` does; UsageError where the server says that
        it fills no gaps.
        """
        limit = max(1, min(sampling.max_tokens, self._card.window - len(tokens)))
        body = _body(self._card.name, sampling, limit)
        if after and self._infill:
            body |= {"input_prefix": inert(before), "input_suffix": inert(after), "n_predict": limit}
            return self._pieces("/infill", body, sampling, limit, len(tokens))
        body |= {"prompt": inert(before)} | ({"suffix": inert(after)} if after else {})
        return self._pieces("/v1/completions", body, sampling, limit, len(tokens))

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tokens(self, text: str) -> tuple[int, ...]:
        if not self._tokenizer:
            return (-1,) * at_most(text)
        if text not in self._token_counts:
            counted = _tokenize(self._client, self._root + self._tokenizer, self._card.name, text)
            if counted is None:
                return (-1,) * at_most(text)
            while len(self._token_counts) >= _CACHED_TOKEN_COUNTS:
                self._token_counts.pop(next(iter(self._token_counts)), None)
            self._token_counts[text] = counted
        return self._token_counts[text]

    def _pieces(
        self, path: str, body: dict[str, Any], sampling: Sampling, limit: int, length: int
    ) -> Generator[str, None, GenerationEnd]:
        begun, first, written, pieces = time.perf_counter(), 0.0, 0, 0
        letters = Utf8Decoder()
        answer = RemoteCompletion(path)
        with self._request(path, body, sampling) as response:
            for piece in answer.pieces(response):
                first = first or time.perf_counter() - begun
                pieces += 1
                if text := letters.feed(piece):
                    written += len(text)
                    yield text
                if pieces > limit + 8 or written > limit * _LETTERS_PER_TOKEN:
                    answer.finish = "length"
                    break
        if rest := letters.rest():
            yield rest
        return GenerationEnd(
            answer.finish,
            answer.prompt_tokens or length,
            answer.tokens or pieces,
            first,
            time.perf_counter() - begun,
        )

    @contextmanager
    def _request(self, path: str, body: dict[str, Any], sampling: Sampling) -> Iterator[httpx.Response]:
        """Yield the server's response, its status checked."""
        url = self._root + path
        gap = "suffix" in body or "input_suffix" in body
        with _translated(self._root):
            # Parameters beyond OpenAI's own protocol are left out where the server objects to them.
            for more in (_extra_sampling(sampling), {}):
                with self._client.stream("POST", url, json=body | more) as response:
                    if response.status_code in (400, 422) and more:
                        continue
                    if gap and response.status_code in (400, 404, 405, 422, 501):
                        raise UsageError(
                            Message(
                                "The server at {root} does not fill a gap between two texts: {reason}.",
                                root=self._root,
                                reason=reason(response),
                            ),
                            Message("Leave out the text after the gap, or: unset OAKEN_MODEL_URL"),
                        )
                    _check(response, self._root, self._card.name)
                    yield response
                    return


def server_root(url: str) -> str:
    """Return the address without its path's ``/v1`` and last slash. Raises UsageError for what is no http address."""
    parts = urlsplit(url.strip())
    try:
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or parts.username or parts.password:
        raise UsageError(
            Message("OAKEN_MODEL_URL is not a server's address (http:// or https://, no user, no query)."),
            "export OAKEN_MODEL_URL=http://127.0.0.1:8080",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1')}"


def at_most(text: str) -> int:
    """Return an upper bound of tokens for byte-level and byte-fallback vocabularies: one per byte."""
    return len(text.encode("utf-8", "replace"))


def _json_format(schema: str) -> dict[str, Any]:
    """Return the field that makes a server keep to a JSON schema, where one is asked for."""
    named = {"name": "answer", "schema": json.loads(schema)} if schema else None
    return {"response_format": {"type": "json_schema", "json_schema": named}} if named else {}


def _bearer(key: str) -> dict[str, str]:
    if not key:
        return {}
    if not key.isascii() or not key.isprintable():
        raise UsageError(
            Message("OAKEN_MODEL_KEY contains characters that a key cannot contain."), "unset OAKEN_MODEL_KEY"
        )
    return {"authorization": f"Bearer {key}"}


def _body(name: str, sampling: Sampling, limit: int) -> dict[str, Any]:
    return {
        "model": name,
        "stream": True,
        "max_tokens": limit,
        "temperature": max(0.0, sampling.temperature),
        "top_p": sampling.top_p,
        "seed": sampling.seed % 2**31,
    }


def _extra_sampling(sampling: Sampling) -> dict[str, Any]:
    """Return the settings that llama.cpp's and vLLM's servers know and OpenAI's does not."""
    more: dict[str, Any] = {"stream_options": {"include_usage": True}, "top_k": sampling.top_k}
    if sampling.repeat_penalty != 1.0:
        more |= {"repeat_penalty": sampling.repeat_penalty, "repetition_penalty": sampling.repeat_penalty}
    if sampling.typical_p != 1.0:
        more["typical_p"] = sampling.typical_p
    return more


def _model(client: httpx.Client, root: str, name: str) -> tuple[str, int]:
    """Return the name of the model to ask for, and its window where the server tells it, or 0."""
    with _translated(root), client.stream("GET", f"{root}/v1/models") as response:
        if response.status_code in (404, 405):
            return name or "default", 0
        _check(response, root, name)
        rows = json_object(read_bounded(response)).get("data")
    if not isinstance(rows, list):
        raise malformed_error(Message("an invalid list of models"))
    models = {row["id"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)}
    if not name and models:
        name = next(iter(models))
    elif name and models and name not in models:
        known = ", ".join(list(models)[:8])
        raise ModelNotFoundError(
            Message(
                "The server at {server} has no model {name!r}. It has: {names}.", server=root, name=name, names=known
            ),
            "export OAKEN_MODEL_NAME=…",
        )
    row = models.get(name, {})
    meta = row.get("meta")
    trained = positive_int(meta.get("n_ctx_train")) if isinstance(meta, dict) else 0
    return name or "default", positive_int(row.get("max_model_len")) or trained


def _props_window(props: dict[str, Any]) -> int:
    """Return the window that llama-server runs with, or 0."""
    settings = props.get("default_generation_settings")
    return positive_int(settings.get("n_ctx")) if isinstance(settings, dict) else 0


def _find_tokenizer(client: httpx.Client, root: str, name: str) -> str:
    paths = _TOKENIZERS
    return next((path for path in paths if _tokenize(client, root + path, name, "one two") is not None), "")


def _tokenize(client: httpx.Client, url: str, name: str, text: str) -> tuple[int, ...] | None:
    """Return the server's tokens, or None where it gives none. Each server reads its own field of the three."""
    body = {"model": name, "content": text, "prompt": text, "input": text}
    tokens = _optional_request(client, "POST", url, body).get("tokens")
    if not isinstance(tokens, list) or not tokens or not all(isinstance(token, int) for token in tokens):
        return None
    return tuple(tokens)


def _optional_request(client: httpx.Client, method: str, url: str, body: object = None) -> dict[str, Any]:
    """Return the response to an optional request; {} where the server does not support it."""
    import httpx

    try:
        with client.stream(method, url, json=body, timeout=httpx.Timeout(30.0, connect=_CONNECT)) as response:
            return json_object(read_bounded(response)) if response.status_code == 200 else {}
    except (httpx.HTTPError, ModelError):
        return {}


def _check(response: httpx.Response, root: str, name: str) -> None:
    code = response.status_code
    if code == 200:
        return
    if code in (401, 403):
        raise ModelError(
            Message("The server at {server} refuses the key ({code}).", server=root, code=code),
            "export OAKEN_MODEL_KEY=…",
        )
    if response.is_redirect:
        raise ModelError(
            Message("The server at {server} redirects ({code}); redirects are not followed.", server=root, code=code),
            SERVER_HINT,
        )
    server_reason = reason(response)
    if code == 404:
        raise ModelNotFoundError(
            Message(
                "The server at {server} has no model {name!r}: {said}.", server=root, name=name, said=server_reason
            ),
            "export OAKEN_MODEL_NAME=…",
        )
    if code in (429, 503):
        raise ModelError(
            Message(
                "The server at {server} is busy or still loading ({code}): {said}.",
                server=root,
                code=code,
                said=server_reason,
            ),
            Message("Ask again in a moment."),
        )
    raise ModelError(
        Message("The server at {server} answered {code}: {said}.", server=root, code=code, said=server_reason),
        SERVER_HINT,
    )


@contextmanager
def _translated(root: str) -> Iterator[None]:
    """Translate the transport's errors into ours."""
    import httpx

    try:
        yield
    except httpx.ConnectError as error:
        raise ModelError(Message("No server answers at {server}.", server=root), SERVER_HINT) from error
    except httpx.TimeoutException as error:
        raise ModelError(Message("The server at {server} stopped responding.", server=root), SERVER_HINT) from error
    except httpx.RemoteProtocolError as error:
        raise ModelBrokenError(
            Message("The server at {server} stopped in the middle of its answer.", server=root), SERVER_HINT
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise ModelError(
            Message("The server at {server} cannot be reached: {error}.", server=root, error=error), SERVER_HINT
        ) from error
