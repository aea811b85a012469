"""Words of questions: what asks, what joins two questions, what compares, what leans on the question before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComparisonWords:
    """How a language compares. Pattern pieces, but for ``stand_in``, ``what_is`` and ``price``.

    In ``patterns`` <x> and <y> stand for the sides, <more> for a comparative, <asks> for words that ask; what is asked
    of either side is named ``before`` and ``after``. In ``what_is`` and ``price`` {} stands for a side.
    """

    comparing: str  # asks for a comparison as such, whatever its sides: "COMPARE the two", "how do they DIFFER"
    changing: str  # asks what became different from one version to the next: "what CHANGED", "what is NEW in"
    older: str  # the earlier of two versions: "the OLD lease"
    newer: str  # the later one: "the CURRENT lease"
    earlier: str  # what was true before is asked for: "was it different BEFORE?"
    now: str  # and what is true at present: "and NOW?"
    topicless: str  # names nothing beside ``older`` and ``earlier``: "was it DIFFERENT before", "the old CONTRACT"
    both: str  # two documents at once: "the TWO leases"
    unspecific: str  # names no topic of a comparison: "the MAIN differences between the two VERSIONS"
    more: str
    degree: str  # a comparative with the adjective that it is made of
    asking: str
    unnamed: str  # what a side does not begin with: it would name nothing
    stand_in: str  # words for a thing that was named before, spaces between: "the lower ONE"
    link: str  # what ties a side to what it shares with the other
    what_is: str
    dearer: str
    price: str  # the question for a side where they are compared by that
    patterns: tuple[str, ...]
    version_patterns: tuple[str, ...]  # of questions after what changed: <x> is the earlier side


@dataclass(frozen=True, slots=True)
class FollowUpWords:
    """What shows that a question leans on the one before, and what takes the place of its own kind in it.

    ``lead`` and the fields from ``before_moment`` on are pattern pieces, the other two words with spaces between.
    """

    lead: str  # opens a question that leans: "And …", "What about …"
    pointing: str  # words that point back
    people_and_things: str  # those of them that the answer before may have named
    before_moment: str  # prepositions and articles before a moment or a person: "ON Sundays"
    article: str  # one between that and the moment; "" for none
    days: str  # beside the days of the week of ``TextWords``
    seasons: str
    people: str  # who something is for: adults, children


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Words that ask. Pattern pieces, but for ``accents``."""

    asking: str  # any word that asks for something: without one a question asks whether something is so
    asking_here: str  # the same, but a plain word of another language: it asks in this one alone; "" for none
    about: str  # asks for nothing in particular, though a word of ``asking`` stands in it: "what about"
    joins: str  # joins two questions: "and", "but"
    before_asking: str  # prepositions before the word that asks: "AT what time"
    opens: str  # the words that open a question; "when it is returned" asks nothing
    whether: str  # opens a yes-no question after a mark, or a comma and "and": ", and ARE dogs …"; "" for none
    whether_joined: str  # the same right after "and", where no clause before goes on with it: "and IS IT …"
    inverted: str  # how a question begins that no ``whether`` goes on with: "HOW MUCH IS THE room and are dogs …"
    accents: tuple[str, str]  # letters of these words whose accents people leave out, and what they write; ("", "")
    file: str  # before a colon it names a file to look in: "file:minutes.txt"
    comparison: ComparisonWords
    follow_up: FollowUpWords
