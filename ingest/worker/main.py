"""The child process that reads files: takes a path per line, returns a document or a reason per line, as JSON.

It splits the document into chunks too, where it is asked to, or only splits one that it is given. Started by
``ingest.process``; knows nothing of the library. What a damaged or hostile file can do stays in here, and what its text
can (see sandbox.py); what libraries print cannot reach the answers.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ingest.document_codec import chunks_data, document_data, document_from
from ingest.readers import UnreadableError, read
from ingest.readers.shared.heartbeat import on_heartbeat, send_heartbeat
from ingest.readers.shared.unstructured_offline import prepare
from ingest.worker import sandbox
from rag.messages import Message, system_message, to_data
from rag.scratch import remove_tree
from rag.types import Document, Outcome

if TYPE_CHECKING:
    from rag.embedding.tokenizers import Tokenizer

HEARTBEAT_SECONDS = 5.0  # seconds between two signs that a document is being split
COUNTED_TEXTS = 4_096  # texts whose tokens are remembered: headings and a table's rows come again and again


def main() -> None:
    """Read files until there are no more."""
    serve(respond)


def respond(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the chunks of the document in a request, or the document in its file, with chunks if they are wanted."""
    path, wanted = Path(asked["path"]), asked.get("chunking")
    if wanted is None:
        return answer(path)
    if "document" in asked:
        return attempt(path, lambda: _chunked(document_from(asked["document"]), wanted))
    return answer(path, lambda document: _chunked(document, wanted))


def serve(reply: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer requests until there are no more. The folder it runs in is its own, and is removed with it."""
    warnings.simplefilter("ignore")
    requests, answers = _pipes()
    scratch = Path.cwd()
    is_own_scratch = os.environ.get("HOME") == str(scratch)  # started by ingest.process, not by hand
    sandbox.enter(scratch if is_own_scratch else None)
    prepare()

    def send(reply: dict[str, Any]) -> None:
        answers.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        answers.flush()

    def alive(doing: str) -> None:
        sandbox.allow_time()
        send({"doing": to_data(doing)})

    on_heartbeat(alive)
    while line := requests.readline():
        sandbox.allow_time()
        send(reply(json.loads(line)))
        sandbox.end_clock()
        sandbox.release_memory()
        if is_own_scratch:
            sandbox.tidy(scratch)
    if is_own_scratch:
        for folder in scratch.parent.iterdir():  # that around them is removed by process.py, now or later
            remove_tree(folder)


def answer(path: Path, more: Callable[[Document], dict[str, Any]] = lambda _: {}) -> dict[str, Any]:
    """Return the document in a file and ``more`` of it, or its outcome and why; never raises."""

    def make() -> dict[str, Any]:
        document = read(path)
        return {"document": document_data(document), **more(document)}

    return attempt(path, make)


def _chunked(document: Document, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the document's chunks, and the seconds that they took; or why it cannot be split."""
    from ingest.chunk import iterate_chunks  # a worker that only renders a page needs none of it

    begun = last = time.monotonic()
    chunks = []
    try:
        tokenizer = _tokenizer(wanted["tokenizer"])
        counted = lru_cache(COUNTED_TEXTS)(lambda text: len(tokenizer.encode([text])[0]))
        for chunk in iterate_chunks(document, "", counted, wanted["limit"], wanted["path"]):
            chunks.append(chunk)
            if time.monotonic() > last + HEARTBEAT_SECONDS:
                last = time.monotonic()
                send_heartbeat(Message("{share}% in chunks", share=100 * chunk.end // len(document.text)))
    except MemoryError:
        raise
    except Exception as error:  # one document's failure never stops the run
        why = Message("it could not be indexed: {why} ({kind})", why=error, kind=type(error).__name__)
        return {"unchunked": to_data(why)}
    return {"chunks": chunks_data(chunks), "seconds": round(time.monotonic() - begun, 3)}


@lru_cache(maxsize=1)
def _tokenizer(folder: str) -> Tokenizer:
    from rag.embedding.tokenizers import open_tokenizer

    return open_tokenizer(Path(folder))


def attempt(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``make`` makes of a file, or the file's outcome and why; never raises."""
    try:
        return make()
    except UnreadableError as error:
        return _no_text(error.reason, error.outcome)
    except MemoryError:
        return _no_text(Message("reading it takes more memory than one file may use"))
    except RecursionError:
        return _no_text(Message("it is nested too deeply"))
    except OSError as error:
        return _no_text(system_message(error))
    except Exception as error:  # the exceptions of libraries on damaged files are no contract
        kind = path.suffix.lstrip(".").lower()
        return _no_text(Message("it is damaged, or not a {kind} file ({why})", kind=kind, why=type(error).__name__))


def _no_text(reason: str, outcome: Outcome = Outcome.FAILED) -> dict[str, Any]:
    return {"outcome": outcome, "reason": to_data(reason)}


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return requests and answers on descriptors of their own; output to 1 goes to 2, and 0 is empty."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests, answers


if __name__ == "__main__":
    main()
