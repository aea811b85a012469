from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library.db import link, postgres_server
from rag.library.db.ledger import Ledger
from tests.library.db.ledgers import CARD
from tests.postgres import Postgres, linked


def test_a_database_names_its_libraries(postgres: Postgres) -> None:
    with postgres.database() as url:
        bare = link.register(url)
        assert postgres_server.libraries(bare) == {}
        names = ["default", "Ёлка 100%", "o'clock", "a-b", "a_b"]
        schemas = {name: postgres_server.schema_of(name) for name in names}
        assert len(set(schemas.values())) == len(names) and all(each.isidentifier() for each in schemas.values())
        for name, schema in schemas.items():
            postgres_server.name_schema(bare, schema, name)
            postgres_server.name_schema(bare, schema, name)
        assert postgres_server.libraries(bare) == schemas
        postgres_server.drop_schemas(bare, schemas["a-b"])
        assert "a-b" not in postgres_server.libraries(bare)


def test_a_database_that_cannot_hold_every_text_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database(template="template0", encoding="'LATIN1'", lc_collate="'C'", lc_ctype="'C'") as url:
        linked(tmp_path, url)
        with pytest.raises(LibraryError, match="LATIN1") as met:
            Ledger.open(tmp_path / "ledger.sqlite", CARD)
    assert "UTF8" in met.value.hint


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    linked(tmp_path, "postgresql://me@localhost/papers")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LibraryError) as met:
        Ledger.open(tmp_path / "ledger.sqlite", CARD)
    assert met.value.hint == "pip install 'oaken[postgres]'"
