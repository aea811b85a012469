"""A home whose new libraries are in a database, and another home that finds them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryError, LibraryNotFoundError
from rag.factory import find_library, new_library
from rag.library.db import link
from rag.library.library import Library
from rag.library.maintenance import manage
from rag.library.shared import database_state, link_libraries, without_password
from rag.settings import LEDGER_FILE, Settings, holds_library, library_names
from tests.doubles import BagEmbedder
from tests.library.searching import MILL, by_words, nearest, put
from tests.postgres import PASSWORD, Postgres

CARD = BagEmbedder().card


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """A database of its own: a home takes all its libraries for its own."""
    with postgres.database() as address:
        yield address


def home(folder: Path, url: str) -> Settings:
    folder.mkdir()
    return Settings(folder, ledger_url=url)


def test_a_library_that_one_machine_made_is_found_by_name_on_another(tmp_path: Path, url: str) -> None:
    one, other = home(tmp_path / "one", url), home(tmp_path / "other", url)
    with Library.open(new_library(one, "Ёлка"), CARD) as library:
        put(library, MILL)
    with Library.open(find_library(other, "Ёлка"), CARD) as library:
        assert nearest(library, "rye") == MILL[2][0].text
        assert by_words(library, "rye") == {MILL[2][0].text}
    assert library_names(other.home) == ["Ёлка"] and database_state(other)[2] == 1
    links = [link.read(each.home / "libraries" / "Ёлка") for each in (one, other)]
    assert links[0] and links[1] and links[0].schema == links[1].schema and links[0].machine != links[1].machine
    assert PASSWORD not in (one.home / "libraries" / "Ёлка" / "ledger.json").read_text()
    assert PASSWORD not in repr(one) and PASSWORD not in without_password(url)
    with pytest.raises(LibraryNotFoundError):
        find_library(other, "nowhere")


def test_indexes_of_a_machine_outlive_its_closing(tmp_path: Path, url: str) -> None:
    """They were made anew at each opening, as those of a ledger that is gone are."""
    settings = home(tmp_path / "one", url)
    folder = new_library(settings, "town")
    with Library.open(folder, CARD) as library:
        put(library, MILL)
        state = library.words.state.read()
    with Library.open(folder, CARD) as library:
        assert by_words(library, "rye") and library.words.state.read() == state


def test_a_library_in_a_file_stays_there(tmp_path: Path, url: str) -> None:
    settings = home(tmp_path / "one", url)
    Library.open(new_library(Settings(settings.home), "town"), CARD).close()
    folder = new_library(settings, "town")
    assert (folder / LEDGER_FILE).exists() and link.read(folder) is None
    link_libraries(settings)
    assert find_library(settings, "town") == folder


def test_a_renamed_library_keeps_its_schema_and_its_old_name_can_be_used(tmp_path: Path, url: str) -> None:
    one, other = home(tmp_path / "one", url), home(tmp_path / "other", url)
    with Library.open(new_library(one, "town"), CARD) as library:
        put(library, MILL)
    manage.rename(one.home, "town", "village")
    with Library.open(new_library(one, "town"), CARD) as library:
        assert library.records() == []
    assert manage.summary(one.home, "village").documents == 1
    link_libraries(other)
    link_libraries(one)
    assert library_names(other.home) == library_names(one.home) == ["town", "village"]


def test_a_library_follows_its_database_to_another_server(tmp_path: Path, url: str, postgres: Postgres) -> None:
    settings = home(tmp_path / "one", url)
    folder = new_library(settings, "town")
    with Library.open(folder, CARD) as library:
        put(library, MILL)
    before = link.read(folder)
    assert before is not None
    link.write(folder, replace(before, url=link.register(postgres.url(port=1))))  # where it was
    with Library.open(find_library(settings, "town"), CARD) as library:
        assert nearest(library, "rye") == MILL[2][0].text
    assert link.read(folder) == before
    with postgres.database() as other, pytest.raises(LibraryError):  # one that does not hold it changes nothing
        link.write(folder, replace(before, url=link.register(postgres.url(port=1))))
        find_library(replace(settings, ledger_url=other), "town")


def test_a_deleted_library_is_gone_for_every_machine_and_says_so(tmp_path: Path, url: str) -> None:
    one, other = home(tmp_path / "one", url), home(tmp_path / "other", url)
    Library.open(new_library(one, "town"), CARD).close()
    folder = find_library(other, "town")
    manage.delete(one.home, "town")
    assert not holds_library(one.home / "libraries" / "town") and database_state(one)[2] == 0
    with pytest.raises(LibraryError, match="no longer in the database") as met:
        find_library(other, "town")
    assert str(folder) in met.value.hint
