"""Passages and history to a prompt that fits the model's window, counted in the model's own tokens.

Only what answers goes in: on a CPU each prompt token costs time, and a small model copies best from few sentences.
Nothing is cut in the middle: whole old turns go first, then the weakest sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.quotes import Sentence
from rag.errors import ModelError
from rag.interfaces import ChatModel
from rag.types import Passage, Prompt, Turn

_SYSTEM = {
    "en": "Answer the question in one short sentence, using only the text given. Copy the words that answer.",
    "es": "Responde a la pregunta con una frase corta, usando solo el texto dado. Copia las palabras que responden.",
    "ru": "Ответь на вопрос одним коротким предложением, только по данному тексту. Повтори слова, которые отвечают.",
}


def fit(
    question: str,
    language: str,
    evidence: Sequence[Sentence],
    history: Sequence[Turn],
    model: ChatModel,
    max_tokens: int,
) -> Prompt:
    """The prompt: system part, as many of the last turns as fit, then the evidence with the question after it.

    Its tokens and ``reserved`` together never pass the window. Raises ModelError where not even the question fits.
    """
    window = model.card.window
    reserved = min(max_tokens, window // 2)
    turns, kept = list(history), list(evidence)
    while True:
        prompt = _turns(question, language, kept, turns)
        tokens = model.encode(prompt)
        if len(tokens) + reserved <= window:
            break
        if turns:
            del turns[:2]  # a question and its answer go together
        elif len(kept) > 1:
            kept.pop()
        elif reserved > 16:
            reserved //= 2
        elif kept:
            kept.pop()
        else:
            raise ModelError(
                f"The question takes {len(tokens)} tokens, and the model's window holds {window}.",
                "Ask a shorter question, or widen the window: export OAKEN_CONTEXT=4096",
            )
    used, every = _passages(kept), _passages(evidence)
    return Prompt(
        turns=tuple(prompt),
        tokens=tokens,
        window=window,
        reserved=reserved,
        used=tuple(used.values()),
        dropped=tuple(passage for key, passage in every.items() if key not in used),
        dropped_turns=len(history) - len(turns),
    )


def _turns(question: str, language: str, evidence: Sequence[Sentence], history: Sequence[Turn]) -> list[Turn]:
    ordered = sorted(evidence, key=lambda sentence: (sentence.passage.document_id, sentence.start))
    text = "\n".join(" ".join(sentence.text.split()) for sentence in ordered)
    system = Turn("system", _SYSTEM.get(language, _SYSTEM["en"]))
    return [system, *history, Turn("user", f"{text}\n\n{question}" if text else question)]


def _passages(evidence: Sequence[Sentence]) -> dict[tuple[str, ...], Passage]:
    """The passages that these sentences come from, each once."""
    return {sentence.passage.chunk_ids: sentence.passage for sentence in evidence}
