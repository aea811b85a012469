"""Tags: the words that a person labels documents with, to ask some of them together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.errors import UsageError
from rag.messages import Message
from rag.text.spellings import comparable, storable
from rag.types import MAX_TAG_CHARS

_COMMAS = re.compile("[,،，、]")
_EXAMPLE_TAG = Message("Write a word or two: tax 2024")


def clean_tag(text: str) -> str:
    """Return a tag as it is stored: on one line, without a "#" before it, commas, or what nobody sees; "" for none."""
    words = " ".join(_COMMAS.sub(" ", storable(text)).split())
    return words.lstrip("# ")


def typed_tags(texts: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Return the tags in what somebody typed, each once: "work, tax 2024" are two.

    A tag that is ``known`` keeps its spelling. Raises UsageError where a text holds none, or one that is too long.
    """
    spelled = {comparable(each): each for each in known}
    found: dict[str, str] = {}
    for text in texts:
        tags = [tag for part in _COMMAS.split(text) if (tag := clean_tag(part))]
        if not tags:
            raise UsageError(Message("{text!r} is no tag.", text=text), _EXAMPLE_TAG)
        for tag in tags:
            if len(tag) > MAX_TAG_CHARS:
                raise UsageError(
                    Message(
                        "A tag has {most} characters at most; {tag!r} has {n}.", most=MAX_TAG_CHARS, tag=tag, n=len(tag)
                    ),
                    _EXAMPLE_TAG,
                )
            found.setdefault(comparable(tag), spelled.get(comparable(tag), tag))
    return list(found.values())
