"""The child of launcher.py: serves the page until told to end, or until its parent dies."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

_SENDER_LOGGER = "streamlit.web.server.starlette.starlette_websocket"


def main(line: bytes) -> None:
    """Serve as that line says (``ServerOptions.line``)."""
    import streamlit
    import uvicorn.config
    from starlette.middleware import Middleware
    from streamlit import App

    from ui.shared.connections import bounded_protocol
    from ui.shared.http_guard import HttpGuard, script_hashes
    from ui.shared.proxy import proxies
    from ui.web.server.launcher import ServerOptions
    from ui.web.server.login import LoginMiddleware
    from ui.web.server.page_shell import PageShell, page_shell
    from ui.web.server.sessions import LOCAL_SESSION_SECONDS, BrowserSessions
    from ui.web.server.whole_clicks import keep_clicks

    keep_clicks()
    logging.disable(logging.INFO)
    logging.getLogger(_SENDER_LOGGER).addFilter(is_failure)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serving = ServerOptions.read(line)
    hosts = serving.reach.hosts(serving.port)
    shell = page_shell((Path(streamlit.__file__).parent / "static" / "index.html").read_bytes())
    local, trusted = not serving.reach.is_public, proxies(serving.proxies)
    doors = [
        Middleware(
            HttpGuard, hosts=hosts, scripts=script_hashes(shell), proxied=serving.reach.proxied, mark=serving.mark
        ),
        Middleware(
            LoginMiddleware,
            token=serving.token,
            # Browsers send a cookie to every port of a host: the name keeps two pages of one machine apart.
            cookie=f"oaken-session-{serving.port}",
            password=serving.password,
            sessions=BrowserSessions(idle=LOCAL_SESSION_SECONDS, longest=LOCAL_SESSION_SECONDS) if local else None,
            proxies=trusted,
            local=local,
        ),
        Middleware(PageShell, shell=shell),
    ]
    # Streamlit passes no protocol on to uvicorn, which then looks its default up here.
    uvicorn.config.HTTP_PROTOCOLS["auto"] = bounded_protocol(proxies=trusted)  # type: ignore[assignment]
    page = App(Path(__file__).resolve().parents[1] / "app.py", middleware=doors, on_script_error=_say)
    page.run(config=serving.settings())


def is_failure(record: logging.LogRecord) -> bool:
    """Tell whether a record is more than that a browser left while it was sent something, which is no failure."""
    from starlette.websockets import WebSocketDisconnected

    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WebSocketDisconnected)


def _say(_: Exception) -> bool:
    """Show a sentence for an unexpected error; Streamlit prints the traceback to the terminal."""
    import streamlit

    from ui.shared.i18n import tr

    streamlit.error(tr("Something went wrong inside Oaken. See the terminal for details, then ask again."))
    return True


def _end_with_parent() -> None:
    """End this process when its parent does: standard input is a pipe that the parent holds open."""
    while os.read(sys.stdin.fileno(), 4096):  # not the buffer: its lock, held while reading, would abort our own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.stdin.buffer.readline())
