"""What a base model is given: examples in the question's language, no instructions, one line to go on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.answer import few_shot
from rag.answer.few_shot import FEW_SHOT_PROMPTS
from rag.answer.prompt import fit_prompt
from rag.model.prompting.families import COMPLETION, FAMILIES, render
from rag.retrieval.coverage import CoveredSentence
from rag.text.languages import known_languages
from rag.types import Passage, Prompt, Turn
from tests.doubles import ScriptedModel

TEXT = "The mill was built in 1874."


def evidence(text: str = TEXT) -> list[CoveredSentence]:
    passage = Passage("d", "mill.txt", text, 0, len(text), 1, (), ("c",), 1.0)
    return [CoveredSentence(passage, 0, len(text), text, 1.0, 1.0, 1.0)]


def base_model(window: int = 4000) -> ScriptedModel:
    model = ScriptedModel("x", window=window)
    model.card = replace(model.card, few_shot=True, family=COMPLETION)
    return model


def put(language: str, history: Sequence[Turn] = (), *, window: int = 4000, copy: bool = False) -> Prompt:
    return fit_prompt(
        "When was it built?", language, evidence(), history, base_model(window), 60, copy=copy, instructions="Be brief."
    )


def as_read(prompt: Prompt) -> str:
    return "".join(segment.text for segment in render(FAMILIES[COMPLETION], prompt.turns))


@pytest.mark.parametrize("language", FEW_SHOT_PROMPTS)
def test_the_prompt_is_examples_and_an_answer_left_open(language: str) -> None:
    form = FEW_SHOT_PROMPTS[language]
    prompt = put(language)
    blocks = as_read(prompt).split("\n\n")
    assert len(blocks) == 3 and prompt.fixed == 4
    for block in blocks[:2]:
        assert [line.partition(":")[0] for line in block.split("\n")] == [form.text, form.question, form.answer]
    assert blocks[2] == f"{form.text}: {TEXT}\n{form.question}: When was it built?\n{form.answer}:"
    assert "Be brief" not in as_read(prompt) and all(turn.role != "system" for turn in prompt.turns)


def test_examples_keep_to_their_texts() -> None:
    """An example whose answer is not in its text would teach to make things up."""
    for form in FEW_SHOT_PROMPTS.values():
        for shot in form.examples:
            words = {word.strip(".,¿?").lower() for word in f"{shot.text} {shot.question}".split()}
            said = [word.strip(".").lower() for word in shot.answer.split()]
            assert sum(word in words for word in said) >= 0.6 * len(said), shot
            assert "\n" not in shot.answer


def test_another_language_is_shown_one_example_of_each() -> None:
    blocks = as_read(put("fr")).split("\n\n")
    assert [block.split("\n")[1] for block in blocks[:-1]] == [
        f"Q: {FEW_SHOT_PROMPTS[language].examples[0].question}" for language in known_languages()
    ]
    assert blocks[-1] == f"T: {TEXT}\nQ: When was it built?\nA:"


def test_the_second_draft_is_the_same_prompt_and_copies() -> None:
    """So that nothing of it is read twice."""
    first, second = put("es"), put("es", copy=True)
    assert second.turns == first.turns
    assert (first.verbatim, second.verbatim) == ((), (TEXT,))
    assert second.to_end  # it cannot tell which clause answers
    assert not fit_prompt("When?", "es", evidence(), [], ScriptedModel("x", window=4000), 60, copy=True).to_end


def test_earlier_turns_have_the_form_and_give_way() -> None:
    history = [
        Turn("user", "Who was\nthe miller?", "Tobias Wren was the miller."),
        Turn("assistant", "Tobias\n\nWren."),
    ]
    told = as_read(put("en", history))
    assert "Text: Tobias Wren was the miller.\nQuestion: Who was the miller?\nAnswer: Tobias Wren.\n\nText: The" in told
    least = len(put("en").tokens) + 60
    assert as_read(put("en", history, window=least)) == as_read(put("en"))
    narrow = put("en", history, window=least - 1)
    assert as_read(narrow) == f"Text: {TEXT}\nQuestion: When was it built?\nAnswer:" and narrow.fixed == 0


def test_evidence_that_was_given_is_not_given_again() -> None:
    history = [Turn("user", "What is it?", TEXT), Turn("assistant", "A mill.")]
    assert as_read(put("en", history)).endswith("Answer: A mill.\n\nQuestion: When was it built?\nAnswer:")


def test_any_language_has_a_form() -> None:
    assert few_shot.prompt_form("fr") is few_shot.MIXED_PROMPT and few_shot.prompt_form("ru") is FEW_SHOT_PROMPTS["ru"]
