"""Which libraries a database holds, and the links to them in this machine's folders.

A library's folder is always there: it has the indexes, which each machine keeps for itself, and says where the ledger
is. A library that another machine has made gets a folder here as soon as it is named.
"""

from __future__ import annotations

import contextlib
import platform
import re
import secrets
from dataclasses import replace
from pathlib import Path

from rag.errors import LibraryError
from rag.library.db import link
from rag.library.db.link import LedgerLink
from rag.library.db.postgres_server import libraries, name_schema, schema_of, server_version
from rag.messages import Message
from rag.settings import LEDGER_FILE, Settings, holds_library, library_folder
from rag.storage import private_folder, write_file

_MACHINE_FILE = "machine"  # in the home: a random id, by which machines with equal paths are told apart


def link_libraries(settings: Settings) -> None:
    """Give every library of the settings' database a folder here. Raises LibraryError where it cannot be reached."""
    if not settings.ledger_url:
        return
    url = link.register(settings.ledger_url)
    linked = {held.schema for held in _links(settings.home) if held.url == url}
    for name, schema in libraries(url).items():
        if schema not in linked and not holds_library(library_folder(settings.home, name)):
            _write(settings, name, url, schema)


def link_new_library(settings: Settings, name: str) -> Path:
    """Return the folder of a library that is to be, with a link to the settings' database where they name one.

    One that exists stays where it is. Raises LibraryError where the database cannot be reached.
    """
    folder = library_folder(settings.home, name)
    if holds_library(folder) or not settings.ledger_url:
        return folder
    url = link.register(settings.ledger_url)
    known = libraries(url)
    schema = known.get(name) or schema_of(name)
    if name not in known:
        if schema in known.values():  # a library that was called so has another name now
            schema = f"{schema}_{secrets.token_hex(2)}"
        name_schema(url, schema, name)
    _write(settings, name, url, schema)
    return folder


def require_held(settings: Settings, folder: Path) -> None:
    """Raise LibraryError where a link leads to a library that is no longer in its database.

    Where the settings name another database that holds it, the link leads there from now on: a server may move.
    """
    held = None if (folder / LEDGER_FILE).exists() else link.read(folder)
    if held is not None and settings.ledger_url:
        moved = replace(held, url=link.register(settings.ledger_url))
        if moved != held and moved.schema in libraries(moved.url).values():
            held = moved
            with contextlib.suppress(OSError):  # the next command does it again
                link.write(folder, moved)
    if held is not None and held.schema not in libraries(held.url).values():
        raise LibraryError(
            Message(
                "The library {name} is no longer in the database {database}.", name=folder.name, database=held.shown
            ),
            Message("Remove what is left of it here: rm -r {folder}", folder=folder),
        )


def without_password(url: str) -> str:
    """Return the address of a database without its password. Raises UsageError where it is none."""
    return link.register(url)


def database_state(settings: Settings) -> tuple[str, str, int]:
    """Return the server's version, the database in words, and how many libraries it holds. Raises LibraryError."""
    url = link.register(settings.ledger_url)
    return server_version(url), link.shown(link.parse(url)), len(libraries(url))


def _links(home: Path) -> list[LedgerLink]:
    folders = (home / "libraries").glob("*")
    return [held for folder in folders if (held := link.read(folder)) is not None]


def _write(settings: Settings, name: str, url: str, schema: str) -> None:
    folder = library_folder(settings.home, name)
    try:
        private_folder(folder)
        link.write(folder, LedgerLink(url, schema, _machine(settings.home), platform.node() or "machine"))
    except OSError as error:
        raise LibraryError(
            Message("The folder {folder} cannot be used: {why}.", folder=folder, why=error),
            Message("Choose another folder: export OAKEN_HOME=FOLDER"),
        ) from error


def _machine(home: Path) -> str:
    """Return this home's id. Of two processes that draw one at the same time, the first counts."""
    path = home / _MACHINE_FILE
    try:
        write_file(path, secrets.token_hex(16), new=True)
    except FileExistsError:
        held = path.read_text().strip()
        if re.fullmatch("[0-9a-f]{32}", held):
            return held
        raise LibraryError(
            Message("{path} is not what Oaken wrote.", path=path), Message("Delete it: rm {path}", path=path)
        ) from None
    return path.read_text()
