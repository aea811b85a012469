"""Words that a language model is spoken to with: instructions and examples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A text, a question that it answers, and the answer in the text's words."""

    text: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class PromptWords:
    """What a model is told and shown in a language."""

    short: str  # the instruction to answer in one short sentence
    example: Example  # what such an answer looks like
    copy: str  # the instruction to copy the sentence that answers
    copying: str  # the question after it, with {question} and {text}
    text: str  # labels for a model that follows no instruction
    question: str
    answer: str
    examples: tuple[Example, ...]  # examples shown to a model that follows no instruction
