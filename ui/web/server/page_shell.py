"""The HTML that each page begins as: Streamlit's own, which is told where its server is, below outlines. Plain ASGI.

The outlines (``assets/first.html``) stand there until Streamlit has drawn anything, which takes seconds. Its script
looks for its server below the page's address first: at ``/library`` it asked for ``/library/_stcore/health``, which
does not exist, waited for the error, and only then asked at the root.
"""

from __future__ import annotations

from pathlib import Path

from ui.shared.http_guard import App, Receive, Scope, Send

PAGES = ("/", "/library", "/model")
FIRST = Path(__file__).parents[1] / "assets" / "first.html"
_TAB_TITLE = b"<title>Streamlit</title>", b"<title>Oaken</title>"
_SERVER = b'<script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href }</script>'
_FIRST_SCRIPT = b"<script"
_END_OF_BODY = b"</body>"


def page_shell(shell: bytes) -> bytes:
    """Return Streamlit's HTML with our name, a script before all others that says where the server is, and outlines."""
    before, script, after = shell.replace(*_TAB_TITLE).partition(_FIRST_SCRIPT)
    if not script:
        return before
    head, end, rest = after.rpartition(_END_OF_BODY)
    return b"".join((before, _SERVER, script, head, FIRST.read_bytes() if end else b"", end, rest))


class PageShell:
    """Answers requests for ``PAGES`` with this HTML; passes all others on."""

    def __init__(self, app: App, shell: bytes) -> None:
        self._app = app
        self._shell = shell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in PAGES:
            await self._app(scope, receive, send)
            return
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(self._shell)).encode()),
            (b"cache-control", b"no-cache"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._shell})
