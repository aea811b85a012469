"""The child of serve.py, run as a script: serves the page until told to end, or until its parent dies."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path


def main(port: int) -> None:
    """Serve on that port."""
    # Last, so that what is installed goes before what lies beside this file.
    sys.path.append(str(Path(__file__).resolve().parent.parent))

    import streamlit
    from starlette.middleware import Middleware
    from streamlit import App

    from ui.guard import Guard, script_hashes
    from ui.serve import HOST, SETTINGS

    logging.disable(logging.INFO)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    hosts = (f"localhost:{port}", f"{HOST}:{port}")
    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
    guard = Middleware(Guard, hosts=hosts, scripts=script_hashes(shell))
    page = App(Path(__file__).resolve().with_name("app.py"), middleware=[guard], on_script_error=_say)
    page.run(config=SETTINGS | {"server.port": port, "browser.serverPort": port})


def _say(_: Exception) -> bool:
    """A fault of ours: a sentence on the page; Streamlit prints the traceback to the terminal."""
    import streamlit

    streamlit.error("Something went wrong inside Oaken. The terminal it was started from tells more. Please ask again.")
    return True


def _end_with_parent() -> None:
    """Standard input is a pipe that the parent holds: it ends when the parent does, however that came about."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
