"""Oaken answers questions from your own documents and cites the words that support every sentence.

>>> import oaken
>>> with oaken.Assistant.open("default") as assistant:
...     answer = assistant.ask("When did the tram open?")

``python -m oaken`` is the command ``oaken``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rag
from rag import Answer, Citation, Claim, Passage, Turn

if TYPE_CHECKING:
    from rag import AskOptions, Assistant, Library

__all__ = ["Answer", "AskOptions", "Assistant", "Citation", "Claim", "Library", "Passage", "Turn", "__version__"]

__version__: str


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name in __all__:  # what is heavy to import waits until it is asked for
        return getattr(rag, name)
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
