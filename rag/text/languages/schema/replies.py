"""What Oaken says of a library: sentences with gaps, each a format string."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replies:
    """Sentences about the library, with gaps: {n} a number, {x} what was asked for, {p} passages, {d} a day, {file}.

    A sentence whose name ends in ``_one`` is said of one thing; "" where the language says the same of one and many.
    """

    none: str  # no document mentions {x}
    some: str
    count: str
    typed: str
    copies: str
    silent: str  # files that gave no text
    list: str
    typed_list: str
    empty: str  # no such document
    nothing_here: str  # the library is empty
    new: str
    nothing: str  # nothing new
    newest: str
    newest_one: str
    oldest: str
    oldest_one: str
    largest: str
    largest_one: str
    smallest: str
    smallest_one: str
    no_folder: str
    latest: str
    says: str
    about: str
    sections: str
    which: str  # several documents fit
    missing: str
    near: str  # "did you mean one of these?"
    overview: str
    overview_one: str
    duplicates: str
    no_duplicates: str
    unread: str  # files that gave no text, each with its reason
    all_read: str
    kinds: str
    languages: str
    folders: str
    more: str  # "and {n} more"
    differ: str  # two documents, {x} and {y}, in {n} places
    alike: str  # they say the same
    unlike: str  # they are no versions of each other; their beginnings follow
    counted: str  # {n} documents that are called {x}
    which_two: str  # several documents fit a comparison
    some_one: str
    count_one: str = ""
    typed_one: str = ""
    copies_one: str = ""
    silent_one: str = ""
    list_one: str = ""
    typed_list_one: str = ""
    new_one: str = ""
    duplicates_one: str = ""
    unread_one: str = ""
    differ_one: str = ""
