"""What the page's server is told of its connections; the whole of it is started in tests/browser/test_login.py."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from ui.shared.connections import ConnectionTable
from ui.shared.proxy import proxies
from ui.web.server import child
from ui.web.server.addresses import reach
from ui.web.server.launcher import ServerOptions


@pytest.mark.parametrize("named", [(), ("127.0.0.1", "192.0.2.0/24")])
def test_the_connections_of_a_named_proxy_are_those_of_many(
    monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    import streamlit
    import uvicorn.config

    class Page:
        def __init__(self, *_: object, **more: object) -> None:
            pass

        def run(self, **_: object) -> None:
            protocol: Any = uvicorn.config.HTTP_PROTOCOLS["auto"]
            tables.append(protocol.table)

    tables: list[ConnectionTable] = []
    monkeypatch.setattr(streamlit, "App", Page)
    monkeypatch.setattr(uvicorn.config, "HTTP_PROTOCOLS", dict(uvicorn.config.HTTP_PROTOCOLS))
    monkeypatch.setattr(child, "_end_with_parent", lambda: None)
    monkeypatch.setattr(logging, "disable", lambda _: None)
    child.main(ServerOptions(8600, reach("0.0.0.0", ["oaken.example.org"]), proxies=named).line())
    (table,) = tables
    assert table._proxies == proxies(named) and table.limits.per_address <= table.limits.total
