"""The prompt of a base model, which follows no instruction: examples of a text, a question and an answer, and the line
that it is to go on with.

Examples are in the question's language where there are some; for another language one stands in each of three, which
says as well that the answer is in the language of its question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Turn


@dataclass(frozen=True, slots=True)
class Example:
    """An example."""

    text: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class FewShotPrompt:
    """How text, question and answer are labelled, and the examples that are shown."""

    text: str
    question: str
    answer: str
    shots: tuple[Example, ...]

    def asked(self, question: str, evidence: str) -> str:
        """A question with its evidence, to the label of the answer."""
        lines = [f"{self.question}: {' '.join(question.split())}", f"{self.answer}:"]
        return "\n".join([f"{self.text}: {evidence}", *lines] if evidence else lines)


FORMS = {
    "en": FewShotPrompt(
        "Text",
        "Question",
        "Answer",
        (
            Example(
                "The bridge over the Alder was opened in 1931 by the mayor, Ruth Hale.",
                "When was the bridge opened?",
                "The bridge over the Alder was opened in 1931.",
            ),
            Example(
                "Most of the valley is used for growing apples, which are sold in the nearby towns.",
                "What is grown in the valley?",
                "Apples are grown in most of the valley.",
            ),
        ),
    ),
    "es": FewShotPrompt(
        "Texto",
        "Pregunta",
        "Respuesta",
        (
            Example(
                "El puente sobre el Aliso fue inaugurado en 1931 por la alcaldesa, Rut Hale.",
                "¿Cuándo se inauguró el puente?",
                "El puente sobre el Aliso fue inaugurado en 1931.",
            ),
            Example(
                "La mayor parte del valle se dedica al cultivo de manzanas, que se venden en los pueblos cercanos.",
                "¿Qué se cultiva en el valle?",
                "En la mayor parte del valle se cultivan manzanas.",
            ),
        ),
    ),
    "ru": FewShotPrompt(
        "Текст",
        "Вопрос",
        "Ответ",
        (
            Example(
                "Мост через Ольховую был открыт в 1931 году мэром Рут Хейл.",
                "Когда был открыт мост?",
                "Мост через Ольховую был открыт в 1931 году.",
            ),
            Example(
                "Большая часть долины занята яблоневыми садами, яблоки продают в соседних городах.",
                "Что выращивают в долине?",
                "В большей части долины выращивают яблоки.",
            ),
        ),
    ),
}
ANY = FewShotPrompt("T", "Q", "A", tuple(FORMS[language].shots[0] for language in ("en", "es", "ru")))


def prompt_form(language: str) -> FewShotPrompt:
    """The form for questions of a language (ISO 639-1)."""
    return FORMS.get(language, ANY)


def fixed_examples(shown: FewShotPrompt) -> list[Turn]:
    """The examples as turns."""
    return [
        turn
        for shot in shown.shots
        for turn in (Turn("user", shown.asked(shot.question, shot.text)), Turn("assistant", shot.answer))
    ]


def past_turns(shown: FewShotPrompt, history: Sequence[Turn]) -> list[Turn]:
    """Earlier turns in the same form; an answer of several lines is put in one."""
    return [
        Turn("user", shown.asked(turn.text, turn.evidence))
        if turn.role == "user"
        else Turn(turn.role, " ".join(turn.text.split()))
        for turn in history
    ]
