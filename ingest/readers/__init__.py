"""Readers: one for each kind of file, in the worker process only. A reader takes a path and gives back a Document, or
raises Unreadable.

What other packages import stands here; a reader itself imports registry.py and shared/.
"""

from ingest.readers.registry import READERS, ReaderEntry, read, unsupported_kind
from ingest.readers.shared.sniff import FOREIGN
from ingest.readers.shared.unreadable import UnreadableError

__all__ = ["FOREIGN", "READERS", "ReaderEntry", "UnreadableError", "read", "unsupported_kind"]
