"""``oaken mcp``: the library as tools for assistants, on standard input and output or over HTTP with a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rag.settings import DEFAULT_LIBRARY
from ui.cli.api import (
    AllowHostOption,
    HostOption,
    PortOption,
    ProxyOption,
    ServedLibrariesOption,
    serve_http,
)
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption
from ui.shared.output import notify_on_stderr

if TYPE_CHECKING:
    from ui.api.service import ApiService
    from ui.shared.http_guard import App


def register(app: typer.Typer) -> None:
    """Add ``mcp`` to the command."""
    app.command(cls=HelpCommand)(mcp)


def mcp(
    libraries: ServedLibrariesOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Over HTTP, for other programs than the one that starts it.")
    ] = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8630,
    allow_host: AllowHostOption = None,
    proxy: ProxyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve the library to assistants, by the Model Context Protocol.

    They search, ask, list and read documents, and change nothing.
    """
    served = list(dict.fromkeys(libraries or [DEFAULT_LIBRARY]))
    if http:
        hosts, title = allow_host or [], "Oaken's MCP server is at"
        serve_http(_mcp_app, served, host, port, hosts, proxy or [], as_json=as_json, title=title, path="/mcp")
        return
    from rag.settings import load
    from ui.api.mcp_server import mcp_server
    from ui.api.service import ApiService

    service = ApiService.open(load(), served, notify_on_stderr())
    try:
        mcp_server(service).run("stdio")
    finally:
        service.close()


def _mcp_app(service: ApiService, token: str, hosts: tuple[str, ...], proxied: tuple[str, ...]) -> App:
    from ui.api.mcp_server import mcp_app

    return mcp_app(service, token, hosts, proxied)
