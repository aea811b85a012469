"""The child of launcher.py, run as a script: serves the page until told to end, or until its parent dies."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path


def main(line: bytes) -> None:
    """Serve as that line says (``Serving.line``)."""
    # Last, so that what is installed goes before what lies beside this file.
    sys.path.append(str(Path(__file__).resolve().parents[3]))

    import streamlit
    from starlette.middleware import Middleware
    from streamlit import App

    from ui.shared.http_guard import HttpGuard, script_hashes
    from ui.web.server.launcher import ServerOptions
    from ui.web.server.login import LoginMiddleware

    logging.disable(logging.INFO)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serving = ServerOptions.read(line)
    hosts = serving.reach.hosts(serving.port)
    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    doors = [
        Middleware(
            HttpGuard, hosts=hosts, scripts=script_hashes(shell), proxied=serving.reach.proxied, mark=serving.mark
        )
    ]
    if serving.password is not None:
        # Browsers send a cookie to every port of a host: the name keeps two pages of one machine apart.
        doors.append(Middleware(LoginMiddleware, password=serving.password, cookie=f"oaken-session-{serving.port}"))
    page = App(Path(__file__).resolve().parents[1] / "app.py", middleware=doors, on_script_error=_say)
    page.run(config=serving.settings())


def _say(_: Exception) -> bool:
    """A fault of ours: a sentence on the page; Streamlit prints the traceback to the terminal."""
    import streamlit

    from ui.shared.i18n import tr

    streamlit.error(
        tr("Something went wrong inside Oaken. The terminal it was started from tells more. Please ask again.")
    )
    return True


def _end_with_parent() -> None:
    """Standard input is a pipe that the parent holds: it ends when the parent does, however that came about."""
    while os.read(sys.stdin.fileno(), 4096):  # not the buffer: its lock, held while reading, would abort our own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.stdin.buffer.readline())
