"""``oaken ui``: opens the page in the browser of whoever starts it; with a host and a password others reach it too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from ui.cli.layout.help_text import HelpCommand
from ui.cli.options import JsonOption, LibraryOption
from ui.shared.output import human_output, json_out, notify_on_stderr

if TYPE_CHECKING:
    from ui.web.server.addresses import ServerAddress

_NOT_ENCRYPTED = (
    "It asks for the password. Traffic is not encrypted: outside a network you trust, put a proxy with https in "
    "front of it (--allow-host NAME)."
)


def register(app: typer.Typer) -> None:
    """Add ``ui`` to the command."""
    app.command(cls=HelpCommand)(ui)


def ui(
    library: LibraryOption = DEFAULT_LIBRARY,
    port: Annotated[
        int,
        typer.Option(
            "--port", min=1, max=65535, metavar="N", help="Where to listen; if it is in use, the next free one."
        ),
    ] = 8501,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="Where to listen: an address of this machine, or 0.0.0.0 for all of them."
        ),
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="A name by which a proxy (for https, say) passes it on."),
    ] = None,
    folder: Annotated[
        list[Path] | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="A folder from which files may be added by path. Where other machines reach the page: none but these.",
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", metavar="ADDRESS", help="A proxy that may say for whom it asks (X-Forwarded-For)."),
    ] = None,
    set_password: Annotated[
        bool, typer.Option("--set-password", help="Ask for the page's password, keep its hash, and end.")
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Open Oaken in your browser.

    Only your browser is let in. With --host others can reach it, who need the password.
    """
    from rag.factory import link_libraries
    from rag.settings import library_folder, load
    from ui.shared.proxy import proxies
    from ui.web.server import passwords
    from ui.web.server.addresses import reach
    from ui.web.server.launcher import serve

    settings = load()
    home = settings.home
    if set_password:
        if host or allow_host or folder or proxy:
            raise UsageError(
                Message("--set-password cannot be combined with other options."), "oaken ui --set-password"
            )
        _set_password(home, as_json)
        return
    library_folder(home, library)
    link_libraries(settings)
    where = reach(host, allow_host or ())
    proxies(proxy or ())
    if proxy and not where.is_public:
        raise UsageError(
            Message("--proxy needs the name under which the proxy passes the page on."),
            "oaken ui --proxy 127.0.0.1 --allow-host NAME",
        )
    folders = _folders(folder or ()) if folder or where.is_public else None
    password = passwords.demanded(home) if where.is_public else passwords.chosen(home)
    with json_out() if as_json else contextlib.nullcontext() as out:

        def ready(addresses: tuple[str, ...], url: str) -> None:
            if out is None:
                _tell(where, addresses, url)
                return
            told = {"address": addresses[0], "addresses": list(addresses), "open": url}
            out.write(told | {"password": password is not None}, line=True)

        serve(
            port,
            library,
            open_browser=None if no_open else partial(_opened, home),
            ready=ready,
            reach=where,
            password=password,
            proxies=proxy or (),
            folders=folders,
        )


def _set_password(home: Path, as_json: bool) -> None:
    from ui.web.server import passwords

    passwords.ask_and_keep(home)
    with json_out() if as_json else contextlib.nullcontext() as out:
        if out is not None:
            out.write({"password": str(home / passwords.PASSWORD_FILE)})
        else:
            human_output().print(f"Its hash is saved in {home / passwords.PASSWORD_FILE}.", soft_wrap=True)


def _tell(where: ServerAddress, addresses: tuple[str, ...], url: str) -> None:
    """Print where the page is: for this machine's browser with the launch token."""
    human_output().print(f"Oaken is at {url}", soft_wrap=True)
    if where.is_public:
        others = [*where.elsewhere(addresses), *where.proxied]
        human_output().print(f"Other machines reach it at {' and '.join(others)}", soft_wrap=True)
        human_output().print(_NOT_ENCRYPTED, style="dim")
    human_output().print("Press Ctrl-C to stop.")


@contextlib.contextmanager
def _opened(home: Path, url: str, port: int) -> Iterator[None]:
    """Open the browser, or say that none could be opened."""
    from ui.web.server.launch import opened_browser

    with opened_browser(url, home, port) as began:
        if not began:
            notify_on_stderr()("No browser could be opened: open the address yourself.")
        yield


def _folders(named: Sequence[Path]) -> tuple[Path, ...]:
    """Return the folders with their links resolved. Raises UsageError for what is no folder."""
    for path in named:
        if not path.is_dir():
            raise UsageError(Message("There is no folder {path!r}.", path=str(path)), f"ls {path.parent}")
    return tuple(path.resolve() for path in named)
