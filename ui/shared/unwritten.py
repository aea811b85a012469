"""Tell a person, once per library and language, that the model does not write the question's language.

The notice names the command that gets a model which does. An answer says it each time, in its field ``unwritten``; here
is decided whether a person is told.
"""

from __future__ import annotations

from pathlib import Path

from rag.library import notices
from rag.model.files.known_models import KnownModel, writer_of
from rag.model.files.memory import bytes_needed, free_memory
from rag.model.files.resolve import EMBEDDED_PACKAGE
from rag.model.files.store import size_text
from rag.settings import Settings
from rag.types import Answer
from ui.shared.facets import language_name
from ui.shared.i18n import tr


def new_notice_language(answer: Answer, folder: Path, settings: Settings) -> str:
    """Return the language of an answer without prose where its notice has not been shown yet; else "".

    Shown counts per library (``folder``) and per model in use.
    """
    language = answer.unwritten
    return "" if not language or notices.was_shown(folder, _key(language, settings)) else language


def notice_once(answer: Answer, folder: Path, settings: Settings) -> str:
    """Return what a terminal shows after an answer: the notice and a command the first time, later ""."""
    language = new_notice_language(answer, folder, settings)
    if not language:
        return ""
    remember_notice(language, folder, settings)
    found = model_to_offer(language, settings)
    return " ".join(
        filter(None, (notice_text(language), _command(found) if found else "", tr("This note appears only once.")))
    )


def remember_notice(language: str, folder: Path, settings: Settings) -> None:
    """Remember that the person was told, or dismissed the notice."""
    notices.remember_shown(folder, _key(language, settings))


def notice_text(language: str) -> str:
    """Return the notice."""
    return tr(
        "The model in use does not write {language}: questions in that language are answered with quotes alone.",
        language=language_name(language, in_sentence=True),
    )


def model_to_offer(language: str, settings: Settings) -> KnownModel | None:
    """Return a model to get here that writes the language, or None."""
    free = free_memory()
    return writer_of(language, lambda each: bytes_needed(each.files[0].size, each.cache, settings.context) <= free)


def _command(found: KnownModel) -> str:
    size, command = size_text(found.files[0].size), f"oaken models use {found.name} --pull"
    return tr("One that does ({size}): {command}.", size=size, command=command)


def _key(language: str, settings: Settings) -> str:
    return f"unwritten {language} {settings.model_url or settings.model or EMBEDDED_PACKAGE}"
