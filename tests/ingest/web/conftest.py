"""A web server on this computer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ingest.web.page_server import PageServer, serving


@pytest.fixture
def server() -> Iterator[PageServer]:
    with serving() as running:
        yield running
