"""The child process that reads files: takes a path a line, gives back a document or a reason a line, as JSON.

Started by ``ingest.parse``; knows nothing of the library. What a damaged or hostile file can do stays in here: memory
and processor time are bounded, the network is shut, and what libraries print goes nowhere near the answers.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO

from ingest.offline import prepare
from ingest.readers import Unreadable, read
from rag.types import Document, Outcome

MEMORY = 3 * 2**30  # bytes of address space
PROCESSOR = 300  # seconds for one file
_SHUT = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def main() -> None:
    """Answer requests until there are no more."""
    warnings.simplefilter("ignore")
    requests, answers = _pipes()
    _limit_memory()
    sys.addaudithook(_keep_offline)
    prepare()
    while line := requests.readline():
        _limit_processor()
        answers.write(json.dumps(answer(Path(json.loads(line)["path"]))).encode("ascii") + b"\n")
        answers.flush()


def answer(path: Path) -> dict[str, Any]:
    """The document in a file, or what became of it and why; never raises."""
    try:
        return {"document": to_json(read(path))}
    except Unreadable as error:
        return {"outcome": error.outcome, "reason": error.reason}
    except MemoryError:
        return {"outcome": Outcome.FAILED, "reason": "reading it takes more memory than one file may use"}
    except RecursionError:
        return {"outcome": Outcome.FAILED, "reason": "it is nested too deeply"}
    except OSError as error:
        return {"outcome": Outcome.FAILED, "reason": (error.strerror or type(error).__name__).lower()}
    except Exception as error:  # the exceptions of libraries on damaged files are no contract
        kind = path.suffix.lstrip(".").lower()
        return {"outcome": Outcome.FAILED, "reason": f"it is damaged, or no {kind} file ({type(error).__name__})"}


def to_json(document: Document) -> dict[str, Any]:
    """A document as plain data. Sections are told once: neighbours share them."""
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
    }


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Requests and answers on descriptors of their own; what is printed to 1 goes to 2, and 0 is empty."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests, answers


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor() -> None:
    """Also bounds a child whose parent was killed in the midst of a file."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + PROCESSOR, most))


def _keep_offline(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _SHUT:
        raise PermissionError("reading a file needs no network")


if __name__ == "__main__":
    main()
