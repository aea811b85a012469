"""How a ledger names the folders in which documents were found, and what a document's id is made of.

A ledger in a file belongs to one machine: a folder is its absolute path. Machines that share one on a server may mount
the same folder at different places, and may have different files at the same place; so there a folder has a random id
(:mod:`rag.library.db.shared_folders`).
"""

from __future__ import annotations

from typing import Protocol

from rag.errors import UsageError
from rag.messages import Message
from rag.types import document_id


class Folders(Protocol):
    """The names of folders in one ledger. A root is an absolute path here, or ``host:/path`` of another machine."""

    def stored(self, root: str) -> str:
        """Return what the ledger stores for a root."""
        ...

    def shown(self, stored: str) -> str:
        """Return the root for what the ledger stores."""
        ...

    def document_id(self, root: str, path: str) -> str:
        """Return the id of the document ``root/path``."""
        ...

    def call(self, root: str, name: str) -> None:
        """Give a folder the name that it has on every machine. Raises UsageError where that cannot be."""
        ...

    def move(self, root: str, now: str) -> bool:
        """Note that a folder has another path now. False where its documents have to get other ids."""
        ...


class LocalFolders:
    """Folders of one machine, by their absolute paths."""

    def stored(self, root: str) -> str:
        """Return the path itself."""
        return root

    def shown(self, stored: str) -> str:
        """Return the path itself."""
        return stored

    def document_id(self, root: str, path: str) -> str:
        """Return the id that the absolute path gives."""
        return document_id(root, path)

    def call(self, root: str, name: str) -> None:
        """Raise UsageError: no other machine knows this ledger."""
        raise UsageError(
            Message("Folders have names only where several machines share a library: its ledger is in a file."),
            Message("Leave the name out, or see docs/scale.md."),
        )

    def move(self, root: str, now: str) -> bool:
        """Tell that ids are made of paths."""
        return False
