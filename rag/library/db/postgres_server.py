"""Connections to a PostgreSQL server, and the libraries that its database holds."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.db import link
from rag.library.db.postgres_errors import failure
from rag.messages import Message

CHATS_SUFFIX = "_chats"  # of the schema of a library's conversations
CONNECT_SECONDS = 10  # until a server counts as one that cannot be reached
_COMMENT = "Oaken library: "  # and its name: the comment on a library's schema
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}  # seconds; seconds; times


def require_driver() -> None:
    """Raise LibraryError where the extra that speaks to PostgreSQL is not installed."""
    if importlib.util.find_spec("psycopg") is None:
        raise LibraryError(
            Message("The ledger is on a PostgreSQL server, and its driver is not installed."),
            "pip install 'oaken[postgres]'",
        )


def connect_arguments(url: sa.URL, schema: str = "") -> dict[str, Any]:
    """Return the driver's arguments: UTF-8, tables of this schema alone, and a lost connection is noticed."""
    given = str(url.query.get("options", ""))
    path = f"-c search_path={schema}" if schema else ""
    arguments: dict[str, Any] = {"application_name": "oaken", "client_encoding": "utf8", **_KEEPALIVE}
    arguments["options"] = " ".join(each for each in (given, path) if each)
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = CONNECT_SECONDS
    return arguments


def schema_of(name: str) -> str:
    """Return the schema of the library of that name: letters that every tool shows, and what tells it from others."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower())[:32].strip("_")
    return f"oaken_{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


@contextlib.contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Yield a transaction in the database, outside of any library. Raises LibraryError."""
    with _connection(url) as db, db.begin():
        yield db


@contextlib.contextmanager
def session(url: str, schema: str) -> Iterator[sa.Connection]:
    """Yield a session of its own in a library's schema; each statement is a transaction. Raises LibraryError."""
    with _connection(url, schema) as db:
        yield db.execution_options(isolation_level="AUTOCOMMIT")


@contextlib.contextmanager
def _connection(url: str, schema: str = "") -> Iterator[sa.Connection]:
    require_driver()
    database = sa.make_url(link.with_password(url))
    arguments = connect_arguments(database, schema)
    engine = sa.create_engine(database, connect_args=arguments, poolclass=sa.NullPool, hide_parameters=True)

    def translate(context: sa.ExceptionContext) -> None:
        found = failure(context.original_exception, link.shown(database))
        if found is not None:
            raise found from None

    sa.event.listen(engine, "handle_error", translate)
    with engine.connect() as db:
        yield db


def libraries(url: str) -> dict[str, str]:
    """Return the libraries of the database: name -> schema. Raises LibraryError."""
    query = sa.text(
        "SELECT nspname, obj_description(oid, 'pg_namespace') AS said FROM pg_namespace WHERE nspname LIKE 'oaken\\_%'"
    )
    with connected(url) as db:
        rows = db.execute(query).all()
    return {row.said[len(_COMMENT) :]: row.nspname for row in rows if (row.said or "").startswith(_COMMENT)}


def server_version(url: str) -> str:
    """Return the version of the database's server. Raises LibraryError."""
    with connected(url) as db:
        return str(db.exec_driver_sql("SHOW server_version").scalar()).split()[0]


def name_schema(url: str, schema: str, name: str) -> None:
    """Create a library's schema, where there is none, and keep the library's name with it. Raises LibraryError."""
    with connected(url) as db:
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(schema), 0)))
        db.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        said = f"{_COMMENT}{name}".replace("'", "''")
        db.exec_driver_sql(f"COMMENT ON SCHEMA \"{schema}\" IS '{said}'".replace("%", "%%"))


def drop_schemas(url: str, *schemas: str) -> None:
    """Drop these schemas with all they hold. Raises LibraryError."""
    with connected(url) as db:
        for each in schemas:
            db.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{each}" CASCADE')
