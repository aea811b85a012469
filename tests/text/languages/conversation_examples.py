"""What ``conversation.py`` in each folder beside this file holds: what that language says, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConversationExamples:
    """What a person says in one language."""

    small_talk: dict[str, tuple[str, ...]]  # by the field of ``ConversationWords``
    no_small_talk: str
    of_the_library: tuple[tuple[str, str], ...]  # question, kind
    mention: tuple[tuple[str, str], ...]  # question, what is looked for
    of_a_document: tuple[tuple[str, str, str], ...]  # question, kind, file
    limited: tuple[tuple[str, str, str], ...]  # question, endings, language
    in_order: tuple[tuple[str, str], ...]
    to_the_documents: tuple[str, ...]
    periods: tuple[tuple[str, str], ...]  # as it is said, day
    boilerplate: tuple[str, ...]  # says nothing of a document's content
    content: str
