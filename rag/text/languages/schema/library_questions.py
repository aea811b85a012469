"""Words of questions about the library: "How many PDFs do I have?", "Which documents mention the tram?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LibraryQuestionWords:
    """What words do in a question about the library: commas part phrases of one or more words.

    Accents and capitals do not count. Each field is a class of words (``word_classes.py`` in
    rag/conversation/about_library/); a phrase in two fields belongs to the first. One grammar over the classes serves
    all languages.
    """

    which: str
    many: str  # how many
    where: str
    show: str
    documents: str
    document: str
    have: str  # have, are, exist
    contain: str
    place: str  # here
    total: str  # in total, now
    library: str
    own: str  # my, our
    this: str  # this, it, these
    about: str
    mention: str
    say: str
    summary: str
    newest: str
    oldest: str
    largest: str
    smallest: str
    new: str
    duplicate: str
    unread: str  # could not be read, failed
    kinds: str  # types of …
    languages: str
    folder: str
    since: str
    time: str  # today, this week
    within: str  # in, of, from
    everything: str
    section: str
    filler: str  # says nothing: please, can you, the
    file_types: Mapping[str, str]  # for a key of word_classes.FILE_TYPES what such files are called here
    language_names: Mapping[str, str]  # for an ISO 639-1 code what documents in that language are called: "in Spanish"
    which_is: str = ""  # two at once: "what's"
    which_this: str = ""  # two at once in Russian: "what kind of … is this"
    on: str = ""  # about, but at a question's end it may belong to any verb: "depend ON"
    about_what: str = ""  # "what is … about" in one
    file_kinds: str = ""  # types of files, in one: "file formats"
