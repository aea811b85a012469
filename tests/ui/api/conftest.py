"""A library, and servers of the API over it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.settings import Settings
from tests.doubles import BagEmbedder, paper, papers_folder
from tests.ui.api.serving import TOKEN, Loader, Start
from ui.api.app import create
from ui.api.libraries import ServedLibraries
from ui.api.service import ApiService


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    text = "The miller's name was Tobias Wren, and he ground rye for forty years."
    mill = paper("mill.txt", text, "Flour is sold on Tuesdays from the side door.")
    with Library.open(papers_folder(tmp_path / "library", embedder, mill), embedder.card) as library:
        yield library


@pytest.fixture
def start(library: Library, tmp_path: Path) -> Iterator[Start]:
    """Starts the API over a model; a client with the token (or the one given)."""
    with contextlib.ExitStack() as running:

        def begin(
            model: Any,
            *,
            held: Library | None = library,
            token: str = TOKEN,
            protocol: Any = "auto",
            allowed: tuple[str, ...] = (),
        ) -> httpx.Client:
            over = None if held is None else Assistant(held, BagEmbedder())
            served = ServedLibraries(Settings(tmp_path), [held.folder.name] if held else [], over)
            service = ApiService(Settings(tmp_path), served, Loader(model))  # type: ignore[arg-type]
            listening = socket.create_server(("127.0.0.1", 0))
            running.callback(listening.close)
            port = listening.getsockname()[1]
            app = create(service, TOKEN, (f"127.0.0.1:{port}", f"localhost:{port}"), allowed)
            config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", http=protocol)
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()

            def end() -> None:
                server.should_exit = True
                thread.join(10)

            running.callback(end)
            client = httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"authorization": f"Bearer {token}"}, timeout=30,
                trust_env=False,
            )  # fmt: skip
            running.callback(client.close)
            client.service = service  # type: ignore[attr-defined]
            client.end_server = end  # type: ignore[attr-defined]
            return client

        yield begin
