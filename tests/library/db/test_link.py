from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rag.errors import LibraryError, UsageError
from rag.library.db import link
from rag.settings import LEDGER_LINK

URL = "postgresql://me:se%3Acret@db.example:5433/papers?sslmode=require&password=other"


def test_a_link_holds_no_password_and_the_process_that_was_given_one_has_it(tmp_path: Path) -> None:
    bare = link.register(URL)
    held = link.LedgerLink(bare, "oaken_papers", "m", "host")
    link.write(tmp_path, held)
    assert link.read(tmp_path) == held and held.shown == "db.example:5433/papers"
    text = (tmp_path / LEDGER_LINK).read_text()
    assert "cret" not in text and "other" not in text and "sslmode=require" in text
    assert stat.S_IMODE((tmp_path / LEDGER_LINK).stat().st_mode) == 0o600
    assert held.database.password == "se:cret" and held.database.drivername == link.DRIVER
    assert "cret" not in repr(held)


def test_no_link_is_none_and_a_broken_one_says_what_to_do(tmp_path: Path) -> None:
    assert link.read(tmp_path) is None
    for broken in ("", "[]", "{}", '{"url": "x", "schema": "s", "machine": "m", "host": ""}', '{"url": 1}'):
        (tmp_path / LEDGER_LINK).write_text(broken)
        with pytest.raises(LibraryError) as met:
            link.read(tmp_path)
        assert str(tmp_path / LEDGER_LINK) in met.value.hint


@pytest.mark.parametrize("url", ["", "papers", "mysql://me:secret@db/papers", "postgresql://me:secret@db", "a://b:c:d"])
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(UsageError) as met:
        link.parse(url)
    assert "secret" not in met.value.text and "postgresql+psycopg://" in met.value.hint
