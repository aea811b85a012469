"""``oaken ui``: opens the page in the browser. Only this machine reaches it, unless a host and a password say more."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from rag.errors import UsageError
from rag.messages import Message
from rag.settings import DEFAULT_LIBRARY
from ui.cli.options import JsonOption, LibraryOption
from ui.shared.output import human_output, json_out

_NOT_ENCRYPTED = (
    "It asks for the password. Traffic is not encrypted: outside a network you trust, put a proxy with https in "
    "front of it (--allow-host NAME)."
)


def register(app: typer.Typer) -> None:
    """Add ``ui`` to the command."""
    app.command()(ui)


def ui(
    library: LibraryOption = DEFAULT_LIBRARY,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one is taken where it is in use.")] = 8501,
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
    set_password: Annotated[
        bool, typer.Option("--set-password", help="Ask for the page's password, keep its hash, and end.")
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Open Oaken in the browser. Only this machine can reach it; with --host others can, who know the password."""
    from rag.settings import library_folder, load
    from ui.web.server import passwords
    from ui.web.server.addresses import reach
    from ui.web.server.launcher import serve

    home = load().home
    if set_password:
        if host or allow_host:
            raise UsageError(
                Message("--set-password cannot be combined with other options."), "oaken ui --set-password"
            )
        passwords.ask_and_keep(home)
        with json_out() if as_json else contextlib.nullcontext() as out:
            if out is not None:
                out.write({"password": str(home / passwords.PASSWORD_FILE)})
            else:
                human_output().print(f"Its hash is saved in {home / passwords.PASSWORD_FILE}.", soft_wrap=True)
        return
    library_folder(home, library)
    where = reach(host, allow_host or ())
    password = passwords.demanded(home) if where.is_public else None
    with json_out() if as_json else contextlib.nullcontext() as out:

        def ready(addresses: tuple[str, ...]) -> None:
            if out is not None:
                out.write(
                    {"address": addresses[0], "addresses": list(addresses), "password": where.is_public}, line=True
                )
                return
            human_output().print(f"Oaken is at {addresses[0]}", soft_wrap=True)
            if where.is_public:
                others = [*where.elsewhere(addresses), *where.proxied]
                human_output().print(f"Other machines reach it at {' and '.join(others)}", soft_wrap=True)
                human_output().print(_NOT_ENCRYPTED, style="dim")
            human_output().print("Press Ctrl-C to stop.")

        serve(port, library, open_browser=not no_open, ready=ready, reach=where, password=password)
