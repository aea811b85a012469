"""Prompt a base model, which follows no instruction, by examples of a text, a question and an answer.

The prompt ends with the line that the model is to continue. Examples are in the question's language where there are
any; for another language they are in several, which also shows that the answer is in the language of its question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.languages import known_languages
from rag.text.languages.schema.prompts import Example, PromptWords
from rag.types import Turn

_EXAMPLES_SHOWN = 4  # examples, each of another language, for a question of none of them


@dataclass(frozen=True, slots=True)
class FewShotPrompt:
    """How text, question and answer are labelled, and the examples that are shown."""

    text: str
    question: str
    answer: str
    examples: tuple[Example, ...]

    def with_evidence(self, question: str, evidence: str) -> str:
        """Return a question with its evidence, up to the label of the answer."""
        lines = [f"{self.question}: {' '.join(question.split())}", f"{self.answer}:"]
        return "\n".join([f"{self.text}: {evidence}", *lines] if evidence else lines)


def _form(words: PromptWords) -> FewShotPrompt:
    return FewShotPrompt(words.text, words.question, words.answer, words.examples)


FEW_SHOT_PROMPTS = {code: _form(known.prompts) for code, known in known_languages().items()}
MIXED_PROMPT = FewShotPrompt(
    "T", "Q", "A", tuple(each.examples[0] for each in FEW_SHOT_PROMPTS.values())[:_EXAMPLES_SHOWN]
)


def prompt_form(language: str) -> FewShotPrompt:
    """Return the form for questions of a language (ISO 639-1)."""
    return FEW_SHOT_PROMPTS.get(language, MIXED_PROMPT)


def fixed_examples(shown: FewShotPrompt) -> list[Turn]:
    """Return the examples as turns."""
    return [
        turn
        for shot in shown.examples
        for turn in (Turn("user", shown.with_evidence(shot.question, shot.text)), Turn("assistant", shot.answer))
    ]


def past_turns(shown: FewShotPrompt, history: Sequence[Turn]) -> list[Turn]:
    """Return earlier turns in the same form; an answer of several lines is put on one."""
    return [
        Turn("user", shown.with_evidence(turn.text, turn.evidence))
        if turn.role == "user"
        else Turn(turn.role, " ".join(turn.text.split()))
        for turn in history
    ]
