"""Readers: one for each kind of file, in the worker process only. A reader takes a path and gives back a Document, or
raises Unreadable.

What other packages import stands here; a reader itself imports registry.py and shared/.
"""

from ingest.readers.registry import READERS, Reader, foreign, read
from ingest.readers.shared.sniff import FOREIGN
from ingest.readers.shared.unreadable import Unreadable

__all__ = ["FOREIGN", "READERS", "Reader", "Unreadable", "foreign", "read"]
