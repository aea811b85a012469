"""What ``questions.py`` in each folder beside this file holds: questions of that language, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """A question that compares, its two sides, and the question for the first of them."""

    question: str
    sides: tuple[str, str]
    asked: str


@dataclass(frozen=True)
class FollowUp:
    """A question that leans on the one before, and the words of that one that it replaces."""

    question: str
    before: str
    replaced: str


@dataclass(frozen=True)
class QuestionExamples:
    """A language's own questions. Sentences that offer an answer come with one that does not."""

    answer_types: dict[str, tuple[str, ...]]  # by the name of the type
    offers: dict[str, tuple[str, str]]  # the same: a sentence that offers it, and one that does not
    no_count: str  # a sentence whose only number is a year
    no_type: tuple[str, ...]
    brief: tuple[str, ...]  # one of them without a question mark
    long: tuple[str, ...]
    whether: tuple[str, ...]  # of yes or no
    about: str  # asks for nothing in particular
    two: tuple[tuple[str, str, str], ...]  # a question that asks two things, and these
    one: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    no_comparison: tuple[str, ...]
    follow_ups: tuple[FollowUp, ...]
    who: tuple[str, str, str, str]  # a question, the answer with a name, a question that points at it, the name
    leaning: tuple[str, str]  # long but for its first word; short, with a word that points back
    alone: tuple[str, ...]
    file: str  # a question with a filter for ``minutes.txt``
    documents: tuple[tuple[str, str], ...]  # Markdown, and a question that is made of it
    nothing_to_ask: tuple[str, ...]  # Markdown of which none is made
