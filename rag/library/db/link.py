"""The link that stands in a library's folder in place of its ledger, where the ledger is on a database server.

It names the database and the library's schema there, and never holds a password: that is in OAKEN_LEDGER_URL, or where
libpq looks for one (~/.pgpass).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from rag.errors import LibraryError, UsageError
from rag.messages import Message
from rag.settings import LEDGER_LINK, ledger_url
from rag.storage import write_file

DRIVER = "postgresql+psycopg"
_SCHEMES = ("postgres", "postgresql", DRIVER)
_SECRETS = ("password", "sslpassword", "passfile")  # in the query of a URL
_given: dict[str, str] = {}  # database -> the URL that this process was given for it, with its password


@dataclass(frozen=True, slots=True)
class LedgerLink:
    """Where a library's ledger is: its database, its schema there, and who this machine is among those that use it."""

    url: str  # without password
    schema: str
    machine: str  # random, of this home: two machines may have equal paths, and equal names
    host: str  # what other machines call this one

    @property
    def database(self) -> sa.URL:
        """The URL to connect with, including the password that this process was given."""
        return sa.make_url(with_password(self.url))

    @property
    def shown(self) -> str:
        """The database in words: host, port and name; no user, no password."""
        return shown(sa.make_url(self.url))


def parse(url: str) -> sa.URL:
    """Return the URL of a PostgreSQL database. Raises UsageError, which repeats no part of it."""
    hint = Message("Write it as: postgresql+psycopg://USER@HOST:5432/DATABASE")
    try:
        parsed = sa.make_url(url.strip())
        _ = parsed.port
    except (sa.exc.ArgumentError, ValueError):
        raise UsageError(Message("OAKEN_LEDGER_URL is no address of a database."), hint) from None
    if parsed.drivername not in _SCHEMES or not parsed.database:
        raise UsageError(Message("OAKEN_LEDGER_URL is no address of a PostgreSQL database."), hint)
    return parsed.set(drivername=DRIVER)


def register(url: str) -> str:
    """Let this process connect to that database with the URL's password; return the URL without it."""
    parsed = parse(url)
    bare = parsed.difference_update_query(_SECRETS)._replace(password=None).render_as_string()
    _given[bare] = parsed.render_as_string(hide_password=False)
    return bare


def with_password(url: str) -> str:
    """Return the URL as this process was given it, by its settings or otherwise."""
    if url not in _given and (configured := ledger_url()):
        register(configured)
    return _given.get(url, url)


def shown(url: sa.URL) -> str:
    """Return host, port and database."""
    host = url.host or str(url.query.get("host", "localhost"))
    return f"{host}{f':{url.port}' if url.port else ''}/{url.database}"


def read(folder: Path) -> LedgerLink | None:
    """Return the link in that folder, or None. Raises LibraryError where it is not what we wrote."""
    path = folder / LEDGER_LINK
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        link = LedgerLink(**held)
        if not all(isinstance(each, str) and each for each in held.values()):
            raise ValueError("a value is missing")
        parse(link.url)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, UsageError) as error:
        raise LibraryError(
            Message("{path} cannot be read: {why}.", path=path, why=error),
            Message("Delete it; with OAKEN_LEDGER_URL set it is written again: rm {path}", path=path),
        ) from error
    return link


def write(folder: Path, link: LedgerLink) -> None:
    """Write the link to that folder. Raises OSError."""
    write_file(folder / LEDGER_LINK, json.dumps(asdict(link), ensure_ascii=False, indent=2))
