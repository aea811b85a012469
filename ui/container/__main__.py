"""What the image runs beside the command: ``prepare`` at its build, ``is-up PORT PATH`` as its health check."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Sequence

_ANSWER_SECONDS = 5.0


def prepare() -> None:
    """Prepare the models that find and read, so that nothing is left to do at the first question."""
    from rag.factory import open_embedder, open_span_reader
    from rag.settings import load

    settings = load()
    open_embedder(settings)
    open_span_reader(settings)


def is_up(port: int, path: str) -> bool:
    """Tell whether a server of this machine answers at that path; the page's asks for the password."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status in (http.client.OK, http.client.UNAUTHORIZED)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(arguments: Sequence[str]) -> int:
    """Run one of the two, and return the exit status; 2 for anything else."""
    match list(arguments):
        case ["prepare"]:
            prepare()
            return 0
        case ["is-up", port, path] if port.isdecimal():
            return 0 if is_up(int(port), path) else 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
