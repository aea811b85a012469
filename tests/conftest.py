"""What rooms share: one folder of prepared models for the session, so that the embedder is prepared once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.doubles import ChromaRun
from tests.postgres import Postgres

# The same examples each time: a failure is then the change's. `make fuzz` looks for new ones; what it finds becomes an
# @example.
hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("fuzz", derandomize=False, print_blob=True)
hypothesis.settings.load_profile("same")

# A shell ignores Ctrl-C for what it starts in the background, and children inherit that: then none could be tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules that take long first, so that the workers end together over the many short ones."""
    long = {item.path for item in items if item.get_closest_marker("real") or item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed for nobody's terminal is as wide as it likes; libraries leave this variable behind."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder that holds the prepared embedder."""
    from rag.embedding import registry

    folder = tmp_path_factory.mktemp("models")
    registry.load(folder, registry.DEFAULT_EMBEDDER.name)
    return folder


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaRun]:
    """The Chroma server that the package ships, on a free port of this machine."""
    server = ChromaRun(tmp_path_factory.mktemp("chroma-server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own."""
    server = Postgres()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def database(postgres: Postgres) -> Iterator[str]:
    """The URL of a database that tests share: each takes schemas of its own."""
    with postgres.database() as url:
        yield url
