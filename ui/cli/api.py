"""``oaken api`` and ``oaken mcp``: serve other programs. Only this machine reaches them, unless a token was set."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import OakenError, UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from rag.storage import is_full, private_folder, write_error, write_file
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption, names_of_libraries
from ui.shared.output import human_output, json_out, notify_on_stderr
from ui.shared.proxy import Network, proxies

if TYPE_CHECKING:
    from ui.api.service import ApiService
    from ui.shared.http_guard import App

TOKEN_FILE = "api_token"
TOKEN_VARIABLE = "OAKEN_API_TOKEN"
TOKEN_FILE_VARIABLE = "OAKEN_API_TOKEN_FILE"
_MIN_TOKEN_CHARS = 16  # characters of a token that a person sets
ServedLibrariesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--library",
        "-l",
        metavar="NAME",
        help="The library to serve; may be given more than once.",
        autocompletion=names_of_libraries,
    ),
]
HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="An address of this machine.")]
PortOption = Annotated[
    int,
    typer.Option("--port", min=1, max=65535, metavar="N", help="Where to listen; if it is in use, the next free one."),
]
AllowHostOption = Annotated[
    list[str] | None, typer.Option("--allow-host", metavar="NAME", help="A name by which others reach it.")
]
ProxyOption = Annotated[
    list[str] | None,
    typer.Option("--proxy", metavar="ADDRESS", help="A proxy in front of it, which says for whom a request is."),
]


def register(app: typer.Typer) -> None:
    """Add ``api`` and ``mcp`` to the command."""
    app.command(cls=HelpCommand)(api)
    app.command(cls=HelpCommand)(mcp)


def api(
    libraries: ServedLibrariesOption = None,
    no_library: Annotated[bool, typer.Option("--no-library", help="The model alone, without documents.")] = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8620,
    allow_host: AllowHostOption = None,
    proxy: ProxyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve an API for other programs, as OpenAI's.

    Answers from the library, the model alone, completions and search. It needs a token, which it prints.
    """
    served = [] if no_library else libraries or [DEFAULT_LIBRARY]
    serve_http(_api_app, served, host, port, allow_host or [], proxy or [], as_json=as_json)


def _api_app(service: ApiService, token: str, hosts: tuple[str, ...], proxied: tuple[str, ...]) -> App:
    from ui.api.app import create

    return create(service, token, hosts, proxied)


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


def serve_http(
    make: Callable[[ApiService, str, tuple[str, ...], tuple[str, ...]], App],
    libraries: Sequence[str],
    host: str,
    port: int,
    allow_host: list[str],
    proxy: list[str],
    *,
    as_json: bool,
    title: str = "Oaken's API is at",
    path: str = "/v1",
) -> None:
    """Serve the app that ``make`` returns until interrupted, and print its address and its token."""
    from rag.settings import load

    settings = load()
    token, chosen = _token(settings.home)
    names = _names(host, allow_host, chosen=chosen)
    behind = proxies(proxy)
    from ui.shared.supervisor import continue_in_child

    continue_in_child()
    from ui.api.service import ApiService
    from ui.web.server.launcher import free_port

    listening = _listen(host, free_port(port) if _is_local(host) else port)
    with contextlib.closing(listening):
        port = listening.getsockname()[1]
        service = ApiService.open(settings, list(dict.fromkeys(libraries)), notify_on_stderr())
        app = make(service, token, tuple(f"{name}:{port}" for name in names), tuple(map(str.lower, allow_host)))
        address = f"http://{names[0]}:{port}{path}"
        where = f"the variable {TOKEN_VARIABLE}" if chosen else str(settings.home / TOKEN_FILE)
        with json_out() if as_json else contextlib.nullcontext() as out:
            if out is not None:
                out.write({"address": address, "token": None if chosen else token, "token_from": where}, line=True)
            else:
                human_output().print(f"{title} {address}\nIts token (from {where}):")
                human_output().print(f"  {'(the one you chose)' if chosen else token}")
                human_output().print("Press Ctrl-C to stop.", style="dim")
            _serve(app, listening, behind)


def _serve(app: App, listening: socket.socket, behind: tuple[Network, ...]) -> None:
    import uvicorn

    from ui.shared.connections import bounded_protocol

    config = uvicorn.Config(
        app,
        log_level="error",  # a warning is what any stranger's request can write into this terminal
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
        http=bounded_protocol(proxies=behind),
        h11_max_incomplete_event_size=16_384,
        proxy_headers=bool(behind),
        forwarded_allow_ips=list(map(str, behind)),
        ws="none",
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _token(home: Path) -> tuple[str, bool]:
    """Return the token, and whether a person set it. A generated one is stored readable only by this user.

    Raises UsageError for a set one that is too short, OakenError where none can be stored.
    """
    if chosen := os.environ.get(TOKEN_VARIABLE, "") or _token_from_file():
        if len(chosen) < _MIN_TOKEN_CHARS or not chosen.isascii() or not chosen.isprintable() or " " in chosen:
            raise UsageError(
                Message(
                    "{token_variable} must have at least {min_token_chars} letters, digits or signs, without spaces.",
                    token_variable=TOKEN_VARIABLE,
                    min_token_chars=_MIN_TOKEN_CHARS,
                ),
                f"unset {TOKEN_VARIABLE} (Oaken then makes one)",
            )
        return chosen, True
    path = home / TOKEN_FILE
    try:
        private_folder(home)
        if path.exists() and not path.stat().st_size:  # an earlier version left it behind on a full disk
            path.unlink()
        if not path.exists():
            with contextlib.suppress(FileExistsError):
                write_file(path, secrets.token_urlsafe(32), new=True)
        path.chmod(0o600)
        kept = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        if is_full(error):
            raise write_error(path, error) from error  # type: ignore[arg-type]
        raise OakenError(
            Message("The API's token cannot be saved in {path}: {error}.", path=path, error=error),
            "export OAKEN_HOME=FOLDER",
        ) from error
    if len(kept) < _MIN_TOKEN_CHARS:
        raise OakenError(
            Message("The token in {path} is too short.", path=path),
            Message("Delete it, and Oaken makes a new one: rm {path}", path=path),
        )
    return kept, False


def _token_from_file() -> str:
    """Return the token in the file that OAKEN_API_TOKEN_FILE names, "" where it names none. Raises UsageError."""
    named = os.environ.get(TOKEN_FILE_VARIABLE, "")
    if not named:
        return ""
    try:
        return Path(named).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Message("The token cannot be read from {named}: {error}.", named=named, error=error),
            f"unset {TOKEN_FILE_VARIABLE}",
        ) from error


def _names(host: str, allowed: list[str], *, chosen: bool) -> list[str]:
    """Return the host names that requests may use.

    Raises UsageError for a host that others reach without a token that was set, or without the names by which they do.
    """
    if _is_local(host):
        return [
            host if ":" not in host else f"[{host}]",
            *({"localhost", "127.0.0.1"} - {host}),
            *map(str.lower, allowed),
        ]
    if not chosen:
        raise UsageError(
            Message("{host} can be reached from other machines, so you must choose the token yourself.", host=host),
            f"export {TOKEN_VARIABLE}=SOMETHING-LONG-AND-SECRET",
        )
    if host in ("0.0.0.0", "::") and not allowed:
        raise UsageError(
            Message("{host} means every address of this machine: give the names by which it is reached.", host=host),
            f"oaken api --host {host} --allow-host NAME",
        )
    return [*map(str.lower, allowed), *([] if host in ("0.0.0.0", "::") else [host.lower()])]


def _is_local(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there and nowhere else. Raises UsageError where that is impossible."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(128)  # now, so that whoever reads the address may connect
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        raise UsageError(
            Message("Cannot listen on {host}:{port}: {error}.", host=host, port=port, error=error.strerror or error),
            "oaken api --port 8621",
        ) from error
    return listening
