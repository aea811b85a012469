"""The folders of a ledger that several machines share.

A document's id is made of its folder's random id and its path below that folder. So a share keeps its documents
wherever a machine mounts it, once a person has given it one name on each of them; and equal paths of two machines are
different folders otherwise. On the server a root is ``ID`` or ``ID/below``; here it is the absolute path, and
``host:/path`` where only another machine has it: nothing is read from such a root, or removed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa

from rag.errors import UsageError
from rag.library.db.schema import documents
from rag.library.db.shared_schema import places
from rag.messages import Message
from rag.types import document_id, is_elsewhere

_OF_HOST = "host "  # prefix of the machine of a place that is known by its host's name alone: it came with a backup


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """Where a folder is on one machine."""

    machine: str
    host: str
    path: str
    root: str

    def rest(self, path: str) -> str | None:
        """Return what follows this place in an absolute path ("" or "/below"); None where the path is elsewhere."""
        start = self.path.rstrip("/")
        return path[len(start) :].rstrip("/") if f"{path}/".startswith(f"{start}/") else None


class SharedFolders:
    """The folders of one ledger as this machine knows them. Thread-safe."""

    def __init__(
        self,
        machine: str,
        host: str,
        reading: Callable[[], AbstractContextManager[sa.Connection]],
        writing: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        self._machine, self._host = machine, host
        self._reading, self._writing = reading, writing
        self._lock = threading.Lock()
        self._known: tuple[FolderPlace, ...] = ()

    def stored(self, root: str) -> str:
        """Return ``ID/below`` for a root; one that is new gets an id."""
        found = self._place_of(root) or self._register(root)
        return f"{found.root}{found.rest(self._path(root))}"

    def shown(self, stored: str) -> str:
        """Return the absolute path of a stored root on this machine, else ``host:/path``."""
        root, slash, below = stored.partition("/")
        found = next(self._of_root(root), None)
        if found is None:
            self._load()
            found = next(self._of_root(root), None)
        if found is None:
            return f"?:/{stored}"
        path = f"{found.path.rstrip('/')}{slash}{below}" or "/"
        return path if found.machine == self._machine else f"{found.host}:{path}"

    def document_id(self, root: str, path: str) -> str:
        """Return the id of a document: the deepest folder that has an id counts, however the document was found."""
        whole = f"{root.rstrip('/')}/{path}"
        found = self._place_of(whole) or self._register(root)
        return document_id(found.root, (found.rest(self._path(whole)) or "").lstrip("/"))

    def call(self, root: str, name: str) -> None:
        """Give a folder of this machine the name that it has on all. Raises UsageError where it has another id."""
        wanted = hashlib.sha256(f"name:{name}".encode(errors="surrogateescape")).hexdigest()[:32]
        self._load()
        found = self._place_of(root)
        if found is not None and found.rest(root) == "" and found.root != wanted and self._drop_unused(found):
            found = self._place_of(root)
        if found is None:
            self._register(root, wanted)
        elif found.root != wanted or found.rest(root):
            raise UsageError(
                Message("{folder} was added without that name, or is within a folder that was.", folder=root),
                Message("Remove its documents first, or leave the name out: oaken remove {folder}", folder=root),
            )

    def move(self, root: str, now: str) -> bool:
        """Note that a folder of this machine has another path now; its documents keep their ids."""
        before = sa.and_(places.c.machine == self._machine, places.c.path == os.fsencode(root))
        with self._writing() as db:
            db.execute(sa.update(places).where(before).values(path=os.fsencode(now)))
        self._load()
        return True

    def _drop_unused(self, place: FolderPlace) -> bool:
        """Forget a place whose folder has no documents; return whether it was forgotten."""
        own = sa.and_(places.c.machine == place.machine, places.c.path == os.fsencode(place.path))
        with self._writing() as db:
            used = db.execute(sa.select(documents.c.root).distinct()).scalars()
            if any(each.partition("/")[0] == place.root for each in used):
                return False
            db.execute(sa.delete(places).where(own))
        self._load()
        return True

    def _place_of(self, root: str) -> FolderPlace | None:
        """Return the deepest known place that holds the root."""
        held = [each for each in self._own(root) if each.rest(self._path(root)) is not None]
        return max(held, key=lambda each: len(each.path), default=None)

    def _path(self, root: str) -> str:
        return root.partition(":")[2] if is_elsewhere(root) else root

    def _own(self, root: str) -> Iterator[FolderPlace]:
        """Yield the places of the machine that the root is of."""
        here, host = not is_elsewhere(root), root.partition(":")[0]
        for each in self._known or self._load():
            if (each.machine == self._machine) if here else (each.machine != self._machine and each.host == host):
                yield each

    def _of_root(self, root: str) -> Iterator[FolderPlace]:
        """Yield the places of a folder, this machine's first."""
        held = (each for each in self._known if each.root == root)
        return iter(sorted(held, key=lambda each: (each.machine != self._machine, each.host, each.path)))

    def _register(self, root: str, identity: str = "") -> FolderPlace:
        here, path = not is_elsewhere(root), self._path(root)
        with self._writing() as db:
            known = self._read(db)
            host = self._unused_host(known) if here else root.partition(":")[0]
            made = FolderPlace(
                self._machine if here else f"{_OF_HOST}{host}", host, path, identity or secrets.token_hex(16)
            )
            held = [each for each in known if each.machine == made.machine and each.rest(path) is not None]
            same = max(held, key=lambda each: len(each.path), default=None)
            if same is None:  # another process of this machine may have been first
                row = {"machine": made.machine, "path": os.fsencode(path), "host": host, "root": made.root}
                db.execute(sa.insert(places).values(row))
        self._load()
        return same or made

    def _unused_host(self, known: tuple[FolderPlace, ...]) -> str:
        """Return this machine's name, with a part of its id where another machine is called the same."""
        own = next((each.host for each in known if each.machine == self._machine), None)
        if own is not None:
            return own
        taken = any(each.host == self._host for each in known)
        return f"{self._host}-{self._machine[:6]}" if taken else self._host

    def _load(self) -> tuple[FolderPlace, ...]:
        with self._reading() as db:
            known = self._read(db)
        with self._lock:
            self._known = known
        return known

    def _read(self, db: sa.Connection) -> tuple[FolderPlace, ...]:
        rows = db.execute(sa.select(places)).all()
        return tuple(FolderPlace(row.machine, row.host, os.fsdecode(row.path), row.root) for row in rows)
