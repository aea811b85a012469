"""What ``conversation.py`` in each folder beside this file holds: what that language says, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass

# What is said in each language, with the field of ``ConversationWords`` that answers it.
SMALL_TALK = {
    "hello": "greeting",
    "good morning": "greeting",
    "hello to all": "greeting",
    "how are you": "how_are_you",
    "hello, how are you": "how_are_you",
    "thanks": "thanks",
    "many thanks": "thanks",
    "well, thanks": "thanks",
    "thanks, that is enough": "thanks",
    "that is all, thanks": "thanks",
    "thanks, that helps": "thanks",
    "all right": "thanks",
    "bye": "farewell",
    "see you later": "farewell",
    "who are you": "about_oaken",
    "what can you do": "about_oaken",
    "what is Oaken": "about_oaken",
    "how do you work": "about_oaken",
    "what can I ask": "about_oaken",
    "can you help me": "about_oaken",
    "help": "about_oaken",
}


@dataclass(frozen=True)
class ConversationExamples:
    """What a person says in one language."""

    small_talk: dict[str, tuple[str, ...]]  # by the key of ``SMALL_TALK``
    no_small_talk: tuple[str, ...]
    periods: tuple[tuple[str, str], ...]  # as it is said, day
    boilerplate: tuple[str, ...]  # says nothing of a document's content
    content: str
