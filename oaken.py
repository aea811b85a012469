"""Oaken answers questions from your own documents and cites the words that support every sentence.

>>> import oaken
>>> with oaken.open("papers", create=True) as lib:
...     report = lib.ingest("~/papers")
...     answer = lib.ask("When did the tram open?")

``python -m oaken`` is the command ``oaken``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag import Answer, Citation, Claim, Passage, Turn

if TYPE_CHECKING:
    from rag import AskOptions, Assistant, Library
    from rag.errors import OakenError
    from rag.retrieval.filters import SearchFilter
    from ui.python.answers import LibraryAnswer
    from ui.python.library import LibrarySession, libraries
    from ui.python.library import open_library as open
    from ui.shared.folders import sample_folder

_FOUND_IN = {
    "AskOptions": ("rag", "AskOptions"),
    "Assistant": ("rag", "Assistant"),
    "Library": ("rag", "Library"),
    "LibraryAnswer": ("ui.python.answers", "LibraryAnswer"),
    "LibrarySession": ("ui.python.library", "LibrarySession"),
    "OakenError": ("rag.errors", "OakenError"),
    "SearchFilter": ("rag.retrieval.filters", "SearchFilter"),
    "libraries": ("ui.python.library", "libraries"),
    "open": ("ui.python.library", "open_library"),
    "sample_folder": ("ui.shared.folders", "sample_folder"),
}
__all__ = [
    "Answer",
    "AskOptions",
    "Assistant",
    "Citation",
    "Claim",
    "Library",
    "LibraryAnswer",
    "LibrarySession",
    "OakenError",
    "Passage",
    "SearchFilter",
    "Turn",
    "__version__",
    "libraries",
    "open",
    "sample_folder",
]

__version__: str


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name in _FOUND_IN:  # what is heavy to import waits until it is asked for
        module, own_name = _FOUND_IN[name]
        return getattr(import_module(module), own_name)
    raise AttributeError(f"module 'oaken' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    """Return the installed version; in a checkout that is not installed, pyproject.toml's."""
    import tomllib
    from importlib import metadata
    from pathlib import Path

    try:
        return metadata.version("oaken")
    except metadata.PackageNotFoundError:
        project = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text(encoding="utf-8"))["project"]
        return str(project["version"])


if __name__ == "__main__":
    from ui.cli.main import main

    main()
