"""The launch token: random at each start, it lets the browser in whose address carries it (login.py).

The browser is opened with a file that only its owner can read and that leads on to that address: a program's arguments
can be read by every account of the machine.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import webbrowser
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from rag.storage import private_folder

OPEN = "/open"
_TOKEN_FIELD = "token"
_SNAPS = Path("/snap/bin")  # browsers from there cannot read hidden folders


def new_token() -> str:
    """Return a token of 256 random bits."""
    return secrets.token_urlsafe(32)


def launch_url(address: str, token: str) -> str:
    """Return the URL that lets a browser in at that address of the page."""
    return f"{address}{OPEN}?{urlencode({_TOKEN_FIELD: token})}"


def carries(query: bytes, token: str) -> bool:
    """Tell whether a query string has that token, in a time that reveals nothing of it."""
    try:
        given = parse_qs(query.decode("ascii"), max_num_fields=4).get(_TOKEN_FIELD, [""])[0]
    except ValueError:
        return False
    return bool(token) and hmac.compare_digest(given.encode(errors="replace"), token.encode())


@contextlib.contextmanager
def opened_browser(url: str, home: Path, port: int) -> Iterator[bool]:
    """Open the browser at a URL with a token, and yield whether that went well; in the end the file is removed."""
    path = (Path.home() if _SNAPS.is_dir() else home).absolute() / f"oaken-open-{port}.html"
    try:
        try:
            _write(path, _redirect(url))
            began = webbrowser.open(path.as_uri())
        except OSError:
            began = False
        yield began
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, in place of one that an earlier start left."""
    private_folder(path.parent)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _redirect(url: str) -> str:
    target = escape(url)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0; url={target}"><title>Oaken</title></head>'
        f'<body><p><a href="{target}">Oaken</a></p></body></html>\n'
    )
