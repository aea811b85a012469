"""Words of conversation: small talk, periods, suggested questions, replies, and what pages say beside their content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.text.languages.schema.replies import Replies


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """What is said to Oaken and asks nothing of the documents, and the reply."""

    pattern: str  # pattern piece of a whole utterance in lower case, without marks at its ends; accents do not count
    reply: str


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """Pattern pieces of the days and periods that "since …" may name, in lower case."""

    today: str
    yesterday: str
    last_week: str
    last_month: str
    this_week: str
    this_month: str
    this_year: str


@dataclass(frozen=True, slots=True)
class SuggestedQuestions:
    """Questions that Oaken suggests; its own grammar must understand them. {file} and {x} are gaps."""

    summary: str
    section: str
    says: str
    mention: str
    compare: str  # of two documents that are chosen


@dataclass(frozen=True, slots=True)
class BoilerplateWords:
    """What stands on a page and is no part of what it says."""

    leads_elsewhere: str  # headings of parts that only lead elsewhere; commas part them
    pointers: str  # begins a line that only leads elsewhere: "see also", "back to"; commas part them
    places: str  # where such a line leads, by their beginnings: "section"; commas part them
    articles: str  # pattern piece: between the two
    every_page: tuple[str, ...]  # patterns of what stands on every page: consent to cookies, rights
    to_a_machine: tuple[str, ...]  # patterns of instructions to a model


@dataclass(frozen=True, slots=True)
class ConversationWords:
    """How one talks with Oaken about the library, and how it replies."""

    greeting: SmallTalk
    how_are_you: SmallTalk
    thanks: SmallTalk
    farewell: SmallTalk
    about_oaken: SmallTalk  # who it is and what it can do
    periods: PeriodWords
    suggested: SuggestedQuestions
    boilerplate: BoilerplateWords
    replies: Replies
    language_names: Mapping[str, str]  # by ISO 639-1 code; "" for a language that could not be told
