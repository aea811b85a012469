"""What the page's server is told of its connections; the whole of it is started in tests/browser/test_login.py."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from starlette.websockets import WebSocket

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


@pytest.mark.parametrize(("error", "told"), [(None, False), (ValueError("a fault"), True)])
def test_a_browser_that_left_is_no_failure_and_all_else_is(
    caplog: pytest.LogCaptureFixture, error: Exception | None, told: bool
) -> None:
    """The error is the one of the library itself, sent to a page that is closed."""

    async def send_to_closed() -> None:
        async def nothing(*_: object) -> Any:
            return {"type": "websocket.connect"}

        socket = WebSocket({"type": "websocket", "headers": []}, nothing, nothing)
        await socket.accept()
        await socket.close()
        await socket.send_bytes(b"more")

    sender = logging.getLogger(child._SENDER_LOGGER)
    sender.addFilter(child.is_failure)
    try:
        if error is not None:
            raise error
        asyncio.run(send_to_closed())
    except Exception:
        sender.exception("Error sending websocket payload")
    finally:
        sender.removeFilter(child.is_failure)
    assert bool(caplog.records) is told


def test_the_filter_is_on_the_logger_that_streamlit_uses() -> None:
    from streamlit.web.server.starlette import starlette_websocket

    assert starlette_websocket._LOGGER.name == child._SENDER_LOGGER
