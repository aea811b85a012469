"""Types of columns, each with what it is in SQLite and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

_NUL = "\U0010ffff"  # stands for NUL where that cannot be held: no character, in no text; as long, so places stay


class StoredText(sa.types.TypeDecorator[str]):
    """A text that is sorted and compared by its code points. PostgreSQL holds no NUL; another sign stands for it."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the column's type in that database."""
        return dialect.type_descriptor(sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """Return the text that the database stores."""
        return value.replace("\0", _NUL) if dialect.name == "postgresql" and value is not None else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """Return the text that was stored; a damaged file may hold anything else."""
        return value.replace(_NUL, "\0") if dialect.name == "postgresql" and value is not None else value


class PathText(sa.types.TypeDecorator[str]):
    """A path as Python reads it from the file system: one that is not UTF-8 is stored as its bytes.

    A column of PostgreSQL holds either texts or bytes; there all paths are bytes.
    """

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the column's type in that database."""
        return dialect.type_descriptor(BYTEA() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: str | None, dialect: Any) -> Any:
        """Return the value that the database stores."""
        raw = (value or "").encode(errors="surrogateescape")
        as_text = raw.decode(errors="replace") == value and getattr(dialect, "name", "") != "postgresql"
        return value if value is None or as_text else raw

    def process_result_value(self, value: Any, _: Any) -> str | None:
        """Return the value that the database stored."""
        return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value


class Blob(sa.types.UserDefinedType[bytes]):
    """Bytes, given back as SQLite has them: SQLAlchemy's own type makes 300 MB of zeros of the number 300,000,000."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column's type in SQL."""
        return "BLOB"


BLOB = Blob().with_variant(BYTEA(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # of a change: an INTEGER there numbers its rows
