"""Usage reports of libraries: the variables that turn them off, and what onnxruntime wrote before they were set.

``rag`` sets the variables before anything else is imported, and ``child_process.child_environment`` for every child.
They win over what a person's environment says. Streamlit's reports are off in ``ui/web/.streamlit/config.toml``,
Chroma's in ``rag.library.index.chroma_collection.settings``.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

NO_REPORTS = {
    # onnxruntime looks up its vendor's server, keeps a device id and queues events unless this is set before its
    # import; its own disable_telemetry_events() comes too late.
    "ORT_DISABLE_TELEMETRY": "1",
    # unstructured, which also prints an advertisement
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "true",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",  # requests would name what is installed here
}
_ONNXRUNTIME_FOLDER = Path("Microsoft", "DeveloperTools", ".onnxruntime")  # the folders above it are shared
_ONNXRUNTIME_FILES = ("deviceid", *(f"onnxruntime.db{end}" for end in ("", "-journal", "-wal", "-shm")))


def turn_off() -> None:
    """Set the variables in this process."""
    os.environ.update(NO_REPORTS)


def onnxruntime_leftovers() -> list[Path]:
    """Return the id and the queued reports that onnxruntime keeps in this person's cache, if any.

    Programs share the files: they may be another program's that runs onnxruntime with its reports on.
    """
    found = (folder / _ONNXRUNTIME_FOLDER / name for folder in _caches() for name in _ONNXRUNTIME_FILES)
    return [path for path in dict.fromkeys(found) if path.is_file() and not path.is_symlink()]


def remove_onnxruntime_leftovers() -> list[Path]:
    """Remove those files, and their folder if nothing else is in it; return what is gone."""
    gone = []
    for path in onnxruntime_leftovers():
        with contextlib.suppress(OSError):
            path.unlink()
            gone.append(path)
    for folder in {path.parent for path in gone}:
        with contextlib.suppress(OSError):  # it holds something else
            folder.rmdir()
    return gone


def _caches() -> list[Path]:
    with contextlib.suppress(RuntimeError):  # no home is known
        home = Path.home()
        own = [Path(os.environ["XDG_CACHE_HOME"])] if os.environ.get("XDG_CACHE_HOME") else []
        return [*own, home / ".cache", home / "Library" / "Caches", home / "Library" / "Application Support"]
    return []
