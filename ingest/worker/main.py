"""The child process that reads files: takes a path per line, returns a document or a reason per line, as JSON.

Started by ``ingest.process``; knows nothing of the library. What a damaged or hostile file can do stays in here (see
sandbox.py), and what libraries print cannot reach the answers.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ingest.readers import UnreadableError, read
from ingest.readers.shared.heartbeat import on_heartbeat
from ingest.readers.shared.unstructured_offline import prepare
from ingest.worker import sandbox
from rag.messages import Message, system_message, to_data
from rag.types import Document, Outcome


def main() -> None:
    """Read files until there are no more."""
    serve(lambda asked: answer(Path(asked["path"])))


def serve(reply: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer requests until there are no more. The folder it runs in is its own, and is removed with it."""
    warnings.simplefilter("ignore")
    requests, answers = _pipes()
    scratch = Path.cwd()
    mine = os.environ.get("HOME") == str(scratch)  # started by ingest.process, not by hand
    sandbox.enter(scratch if mine else None)
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
        if mine:
            sandbox.tidy(scratch)
    if mine:
        for folder in scratch.parent.iterdir():  # that around them is removed by process.py, now or later
            shutil.rmtree(folder, ignore_errors=True)


def answer(path: Path) -> dict[str, Any]:
    """Return the document in a file, or its outcome and why; never raises."""
    return attempt(path, lambda: {"document": to_json(read(path))})


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


def to_json(document: Document) -> dict[str, Any]:
    """Return a document as plain data. Sections are listed once: adjacent elements share them."""
    sections = list(dict.fromkeys(element.section for element in document.elements))
    number = {section: at for at, section in enumerate(sections)}
    return {
        "text": document.text,
        "media_type": document.media_type,
        "language": document.language,
        "pages": document.pages,
        "sections": sections,
        "elements": [
            (element.kind, element.start, element.end, element.page, number[element.section])
            for element in document.elements
        ],
        "links": [(link.start, link.end, link.target) for link in document.links],
        "lines": [(line.start, line.end, line.page, line.box) for line in document.lines],
        "remark": to_data(document.remark),
    }


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
