"""Fit passages and history into a prompt for the model's window, counted in the model's own tokens.

Only sentences that answer go in: on a CPU each prompt token costs time, and a small model copies best from few
sentences. Nothing is cut in the middle: whole old turns go first, then the weakest sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answer import few_shot
from rag.errors import PromptError
from rag.grounding.code_blocks import as_evidence, code_language
from rag.interfaces import ChatModel
from rag.messages import Message
from rag.retrieval.coverage import CoveredSentence
from rag.text.languages import known_languages
from rag.types import Passage, Prompt, Turn, WindowBudget

_MIN_ANSWER_TOKENS = 16  # tokens
_FALLBACK_LANGUAGE = "en"  # the language of instructions where none are known in the question's


def fit_prompt(
    question: str,
    language: str,
    evidence: Sequence[CoveredSentence],
    history: Sequence[Turn],
    model: ChatModel,
    max_tokens: int,
    *,
    copy: bool = False,
    instructions: str = "",
) -> Prompt:
    """Return the prompt: system part, one example, as many last turns as fit, then the evidence with the question.

    With ``copy`` the model is asked for the sentence that answers, and may write nothing else (``verbatim``; except for
    code); it gets no example and no turns. A person's ``instructions`` end the system part, and are dropped where the
    window is too small. A base model always gets examples, and neither system part nor instructions.

    Its tokens and ``reserved`` together never exceed the window. Raises PromptError where not even the question fits.
    """
    turns, kept = ([] if copy else list(history)), list(evidence)
    shown = few_shot.prompt_form(language) if model.card.few_shot else None
    example = not copy or shown is not None
    asked_for = "" if copy or shown is not None else " ".join(instructions.split())
    text = ""

    def build() -> list[Turn]:
        nonlocal text
        if shown is not None:
            prompt, text = _shown(question, shown, kept, turns, example=example)
        else:
            prompt, text = _turns(question, language, kept, turns, example=example, copy=copy, instructions=asked_for)
        return prompt

    def shorten() -> bool:
        nonlocal example, asked_for
        if turns:
            drop_oldest(turns)
        elif example:
            example = False
        elif asked_for:
            asked_for = ""
        elif len(kept) > 1:
            kept.pop()
        else:
            return False
        return True

    prompt = _fitted(model, max_tokens, build, shorten, kept.clear if kept else None)
    used, every = _passages(kept), _passages(evidence)
    code = any(code_language(sentence.passage.source) for sentence in kept)  # its lines go into a block
    return replace(
        prompt,
        used=tuple(used.values()),
        dropped=tuple(passage for key, passage in every.items() if key not in used),
        dropped_turns=len(history) - len(turns),
        fixed=_fixed(shown, example=example),
        evidence=text,
        verbatim=() if code or not copy else tuple(sentence.text for sentence in kept),
        to_end=shown is not None,
    )


def fit_turns(turns: Sequence[Turn], model: ChatModel, max_tokens: int) -> Prompt:
    """Return the prompt of a conversation with the model alone: its system turn, as many last turns as fit.

    Its tokens and ``reserved`` together never exceed the window. Raises PromptError where not even the last turn fits.
    """
    first = [turn for turn in turns[:1] if turn.role == "system"]
    *kept, last = turns[len(first) :]

    def shorten() -> bool:
        return drop_oldest(kept)

    prompt = _fitted(model, max_tokens, lambda: [*first, *kept, last], shorten)
    return replace(prompt, dropped_turns=len(turns) - len(prompt.turns))


def drop_oldest(turns: list[Turn]) -> bool:
    """Remove the oldest question with its answer; return whether there was one."""
    if not turns:
        return False
    del turns[0]
    while turns and turns[0].role != "user":
        del turns[0]
    return True


def _fitted(
    model: ChatModel,
    max_tokens: int,
    build: Callable[[], list[Turn]],
    shorten: Callable[[], bool],
    last_resort: Callable[[], None] | None = None,
) -> Prompt:
    """Return the turns that ``build`` gives, shortened step by step until they leave room for an answer.

    Where ``shorten`` can do no more, the answer gets the room that is left, if it is a sentence's.
    """
    window = model.card.window
    reserved = min(max_tokens, window // 2)
    while True:
        turns = build()
        tokens = model.encode(turns)
        left = window - len(tokens)
        if left >= reserved:
            return Prompt(tuple(turns), tokens, window, reserved)
        if shorten():
            continue
        if left >= min(reserved, _MIN_ANSWER_TOKENS):
            return Prompt(tuple(turns), tokens, window, left)
        if last_resort is None:
            raise PromptError(
                Message(
                    "The question takes {tokens} tokens, and the model's window holds {window}.",
                    tokens=len(tokens),
                    window=window,
                ),
                Message("Ask a shorter question, or widen the window: export OAKEN_CONTEXT=4096"),
            )
        last_resort()
        last_resort = None


def _turns(
    question: str,
    language: str,
    evidence: Sequence[CoveredSentence],
    history: Sequence[Turn],
    *,
    example: bool,
    copy: bool,
    instructions: str = "",
) -> tuple[list[Turn], str]:
    """Return the turns, and the evidence before the question in the last of them.

    Earlier questions keep the evidence they were asked with: so the last prompt is a prefix of this one, and the model
    reads only what is new. Evidence that is already there is not repeated.
    """
    text = _new_evidence(evidence, history)
    known = known_languages()
    prompts = known.get(language, known[_FALLBACK_LANGUAGE]).prompts
    if copy:
        # Not str.format: a text may hold braces, and a question the word {text}.
        before, middle, after = re.split(r"\{question\}|\{text\}", prompts.copying)
        return [Turn("system", prompts.copy), Turn("user", f"{before}{question}{middle}{text}{after}")], text
    # A small model that has seen one answer writes sentences of that form; one that is to copy copies.
    shown = prompts.example
    shot = (
        [Turn("user", _question_with_evidence(shown.question, shown.text)), Turn("assistant", shown.answer)]
        if example
        else []
    )
    before = [Turn(turn.role, _question_with_evidence(turn.text, turn.evidence)) for turn in history]
    return [
        Turn("system", f"{prompts.short} {instructions}".strip()),
        *shot,
        *before,
        Turn("user", _question_with_evidence(question, text)),
    ], text


def _shown(
    question: str,
    shown: few_shot.FewShotPrompt,
    evidence: Sequence[CoveredSentence],
    history: Sequence[Turn],
    *,
    example: bool,
) -> tuple[list[Turn], str]:
    """Return the turns and the evidence for a base model, as :func:`_turns` does for others."""
    text = _new_evidence(evidence, history)
    shots = few_shot.fixed_examples(shown) if example else []
    return [*shots, *few_shot.past_turns(shown, history), Turn("user", shown.with_evidence(question, text))], text


def _fixed(shown: few_shot.FewShotPrompt | None, *, example: bool) -> int:
    """Return the number of turns that every question begins with."""
    if shown is None:
        return 3 if example else 1
    return 2 * len(shown.examples) if example else 0


def _new_evidence(evidence: Sequence[CoveredSentence], history: Sequence[Turn]) -> str:
    """Return the sentences in the order of their documents, without those that an earlier question was asked with."""
    ordered = sorted(evidence, key=lambda sentence: (sentence.passage.document_id, sentence.start))
    lines = [as_evidence(sentence.text, sentence.passage.source) for sentence in ordered]
    return "\n".join(line for line in lines if not any(line in turn.evidence for turn in history))


def _question_with_evidence(question: str, evidence: str) -> str:
    return f"{evidence}\n\n{question}" if evidence else question


def _passages(evidence: Sequence[CoveredSentence]) -> dict[tuple[str, ...], Passage]:
    """Return the passages that these sentences come from, each once, by their chunk ids."""
    return {sentence.passage.chunk_ids: sentence.passage for sentence in evidence}


def window_budget(prompt: Prompt, history: Sequence[Turn]) -> WindowBudget:
    """Return how the prompt uses the window."""
    return WindowBudget(
        prompt_tokens=len(prompt.tokens),
        window=prompt.window,
        reserved=prompt.reserved,
        used=tuple(dict.fromkeys(passage.source for passage in prompt.used)),
        dropped=tuple(dict.fromkeys(passage.source for passage in prompt.dropped)),
        turns=len(history) - prompt.dropped_turns,
        dropped_turns=prompt.dropped_turns,
    )
