"""One process that reads, for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.parse import Parser


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as running:
        yield running
