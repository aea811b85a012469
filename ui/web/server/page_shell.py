"""The HTML that each page begins as: Streamlit's own, told where its server is. Plain ASGI.

Streamlit's script looks for its server below the page's address first: at ``/library`` it asked for
``/library/_stcore/health``, which does not exist, waited for the error, and only then asked at the root.
"""

from __future__ import annotations

from ui.shared.http_guard import App, Receive, Scope, Send

PAGES = ("/library", "/model")  # the page at "/" finds its server by itself
_TAB_TITLE = b"<title>Streamlit</title>", b"<title>Oaken</title>"
_SERVER = b'<script>window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href }</script>'
_FIRST_SCRIPT = b"<script"


def page_shell(shell: bytes) -> bytes:
    """Return Streamlit's HTML with our name, and with a script before all others that says where the server is."""
    before, script, after = shell.replace(*_TAB_TITLE).partition(_FIRST_SCRIPT)
    return b"".join((before, _SERVER if script else b"", script, after))


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
