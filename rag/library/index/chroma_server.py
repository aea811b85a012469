"""The vector index on a Chroma server, in a collection of its own with an unguessable name, kept in the state file.

Ids, vectors and document ids go there, and no text; but vectors reveal much of a text, so the server must be one's own.
A server that is down or silent costs one short wait, then is left alone for a while: the exact scan answers, and the
collection catches up later. The ledger remains the source of truth.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from rag.errors import LibraryError, UsageError
from rag.interfaces import Vector, Vectors
from rag.library.db.ledger import Ledger
from rag.library.index import chroma_collection as chroma
from rag.library.index.probe import IndexFindings
from rag.library.state import FollowerState, LedgerVersion, StateFile
from rag.messages import Message

_CONNECT, _ANSWER = 3.0, 30.0  # timeouts in seconds: to connect, and for a response
_RETRY_AFTER_SECONDS = 20.0  # seconds after a failure before the server is asked again


class ChromaServer:
    """A collection on a server that follows the ledger. The caller holds the library's lock for Chroma for writes."""

    def __init__(self, folder: Path, url: str) -> None:
        """Take the path of its state file without the suffix as ``folder``.

        Raises UsageError for an invalid address.
        """
        parts = urlsplit(url)
        try:
            port = parts.port or (443 if parts.scheme == "https" else 8000)
        except ValueError:
            port = 0
        if parts.scheme not in ("http", "https") or not parts.hostname or not port or parts.path.strip("/"):
            raise UsageError(
                Message("{address!r} is not an address of a Chroma server.", address=url),
                "export OAKEN_CHROMA_URL=http://localhost:8000",
            )
        self._host, self._port, self._secure = parts.hostname, port, parts.scheme == "https"
        self._url = f"{parts.scheme}://{parts.hostname}:{port}"
        self._state = StateFile(folder.with_suffix(".json"))
        self._client: Any = None
        self._collection: Any = None  # the one named in the state file
        self._opened = ""
        self._new_collection: Any = None  # the one being filled
        self._silent_until = 0.0

    @property
    def state(self) -> StateFile:
        """Its state on disk."""
        return self._state

    @property
    def name(self) -> str:
        """Its name in messages."""
        return f"Chroma at {self._url}"

    def present(self) -> bool:
        """Tell whether this server has a collection of this library's."""
        mark = self._state.read()
        return bool(mark.folder) and mark.place == self._url

    def count(self) -> int:
        """Return the number of chunks held. Raises LibraryError."""
        with self._current_collection() as collection:
            return int(collection.count())

    def search(self, vector: Vector, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return up to k (chunk id, cosine similarity), best first, of the documents ``among``. Raises LibraryError."""
        with self._current_collection() as collection:
            return chroma.search(collection, vector, k, among)

    def ids(self) -> set[str]:
        """Return the ids of all chunks. Raises LibraryError."""
        with self._current_collection() as collection:
            return chroma.all_ids(collection)

    def compare(self, ledger: Ledger) -> IndexFindings:
        """Compare it with the ledger, looking up every chunk by its own vector. Raises LibraryError."""
        mark = self._state.read()
        if not mark.clean or mark.place != self._url:
            raise LibraryError(Message("It has not been filled yet, or that was interrupted."), "oaken doctor --repair")
        ids, _, vectors = ledger.all_vectors()
        with self._current_collection() as collection:
            server_ids, ledger_ids = chroma.all_ids(collection), set(ids)
            lost = chroma.unfindable(collection, ids, vectors)
        missing = ledger_ids - server_ids
        return IndexFindings(
            len(server_ids),
            len(missing),
            len(server_ids - ledger_ids),
            tuple(i for i in lost if i not in missing),
            len(ids),
        )

    def apply(self, document_id: str, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        """Make the collection hold exactly these chunks of the document; within :meth:`writing`."""
        with self._current_collection() as collection:
            chroma.replace(collection, document_id, chunk_ids, vectors)

    def add(self, chunk_ids: Sequence[str], document_ids: Sequence[str], vectors: Vectors) -> None:
        """Add chunks to a collection being rebuilt; within :meth:`writing`."""
        with self._current_collection() as collection:
            chroma.add(collection, chunk_ids, document_ids, vectors)

    @contextlib.contextmanager
    def writing(self, change: LedgerVersion, *, rebuild: bool = False) -> Iterator[None]:
        """Write what leads to this change; ``rebuild`` fills a new collection, switches to it and deletes the old one.

        After an error without ``rebuild`` the collection is rebuilt next time.
        """
        with chroma.translated():
            old = self._state.read()
            if not rebuild:
                with self._current_collection():
                    pass  # a server that is down must not cost the state
                self._state.write(clean=False)
                yield
                self._mark(change, old.folder)
                return
            name = f"oaken-{uuid4().hex}"
            with self._reachable_client() as client:
                self._new_collection = client.create_collection(
                    name, embedding_function=None, configuration=chroma.CONFIGURATION
                )
            try:
                yield
                self._mark(change, name)
            except BaseException:
                self._drop(FollowerState(folder=name, place=self._url))
                raise
            finally:
                self._new_collection = None
            self._drop(old)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            sessions = _sessions(self._client)
            self._client.close()
            for session in sessions:  # Chroma leaves them open
                session.close()
        self._client = self._collection = None
        self._opened = ""

    def _mark(self, change: LedgerVersion, name: str) -> None:
        self._state.write(applied=change.number, token=change.token, clean=True, folder=name, place=self._url)

    def _drop(self, mark: FollowerState) -> None:
        if mark.folder and mark.place == self._url:
            with contextlib.suppress(LibraryError), self._reachable_client() as client:
                client.delete_collection(mark.folder)

    @contextlib.contextmanager
    def _current_collection(self) -> Iterator[Any]:
        """Yield the library's collection, or the one being filled."""
        with self._reachable_client() as client:
            if self._new_collection is not None:
                yield self._new_collection
                return
            wanted = self._state.read().folder
            if self._collection is None or self._opened != wanted:
                self._collection = client.get_collection(wanted, embedding_function=None)
                self._opened = wanted
            yield self._collection

    @contextlib.contextmanager
    def _reachable_client(self) -> Iterator[Any]:
        """Yield the client, unless the server was silent just now. Its errors become LibraryError."""
        import httpx

        if time.monotonic() < self._silent_until:
            raise LibraryError(
                Message("The Chroma server at {server} did not answer just now.", server=self._url), self._hint
            )
        try:
            with chroma.translated(self._hint):
                yield self._connect()
        except LibraryError as error:
            if isinstance(error.__cause__, httpx.HTTPError | ValueError | OSError):
                self.close()
                self._silent_until = time.monotonic() + _RETRY_AFTER_SECONDS
                raise LibraryError(
                    Message(
                        "The Chroma server at {server} does not answer ({kind}).",
                        server=self._url,
                        kind=type(error.__cause__).__name__,
                    ),
                    self._hint,
                ) from error.__cause__
            raise

    @property
    def _hint(self) -> str:
        return "Start it again, or: unset OAKEN_CHROMA_URL"

    def _connect(self) -> Any:
        if self._client is None:
            import chromadb
            import httpx

            # Chroma's own client waits for ever, and sends requests while it is constructed.
            limits = httpx.Timeout(_ANSWER, connect=_CONNECT)
            httpx.get(f"{self._url}/api/v2/heartbeat", timeout=_CONNECT, trust_env=False).raise_for_status()
            settings = chroma.settings()
            made: list[Any] = []

            def make() -> None:
                with contextlib.suppress(Exception):
                    made.append(chromadb.HttpClient(self._host, self._port, ssl=self._secure, settings=settings))

            thread = threading.Thread(target=make, daemon=True)
            thread.start()
            thread.join(_ANSWER)
            if not made:
                raise TimeoutError("it takes connections and says nothing")
            for session in _sessions(made[0]):
                session.timeout = limits
            self._client = made[0]
        return self._client


def _sessions(client: Any) -> list[Any]:
    """Return the HTTP sessions of a client, which has two."""
    return [part._server._session for part in (client, client._admin_client)]
