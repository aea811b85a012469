"""What an assistant tells of a library, and which files it names."""

from __future__ import annotations

from rag.answer.assistant import Assistant
from rag.evaluation.evaluate import is_quoted_in
from rag.library.library import Library
from rag.types import Answer, AnswerStatus
from tests.doubles import BagEmbedder, ScriptedModel, file_away, paper


def assistant(library: Library, embedder: BagEmbedder) -> tuple[Assistant, ScriptedModel]:
    model = ScriptedModel("The tram line opened in 1911.")
    return Assistant(library, embedder, lambda: model), model


def told(office: Assistant, question: str, **more: object) -> Answer:
    """The answer from the library itself; it never shows where the documents lie on the machine."""
    answer = office.ask(question, prose=False, **more)  # type: ignore[arg-type]
    assert answer.status is AnswerStatus.TOLD, question
    assert "/srv" not in answer.reply and "secret" not in answer.reply
    assert all(is_quoted_in(quote, office.library) for quote in answer.quotes)
    return answer


def paths(answer: Answer) -> list[str]:
    return [record.path for record in answer.documents]


def many(library: Library, folders: dict[str, int]) -> None:
    for folder, number in folders.items():
        for at in range(number):
            text = f"The {folder} report number {at} tells of {folder} work and the {folder} yard."
            file_away(library, paper(f"{folder}/{folder}_{at:02}.txt", text, section=f"{folder.title()} report"))
    library.follow()
