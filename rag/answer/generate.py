"""Generate the prose of an answer that has its quotes: drafts by the model, each sentence judged as it completes.

A small model is asked one thing at a time and given the one sentence that answers it. What it writes is shown as it
comes; this module decides what is kept, ground.py what supports it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from rag.answer.prompt import fit_prompt, window_budget
from rag.answer.queue_events import with_queue_positions
from rag.grounding.calibration import EmbedTexts
from rag.grounding.code_blocks import code_claim
from rag.grounding.entailment import is_repetitive
from rag.grounding.ground import check_claim
from rag.interfaces import ChatModel, Embedder
from rag.library.reader import LibraryReader
from rag.retrieval.answer_type import answer_type_match, answer_type_of
from rag.retrieval.followup import stands_alone
from rag.retrieval.pipeline import DraftInput, DraftRequest, with_places
from rag.retrieval.sentence_vectors import vectors_of
from rag.text.analyzer import is_stop, stem, words
from rag.text.scripts import word_count
from rag.text.sentences import fenced, sentences
from rag.types import (
    Answer,
    AnswerStatus,
    Citation,
    Claim,
    ClaimChecked,
    Event,
    Finished,
    GenerationEnd,
    Prompt,
    QueuePosition,
    Sampling,
    TextDelta,
    Turn,
    WindowBudget,
)

_SMALL_MODEL_BYTES = 1_000_000_000  # bytes
_MIN_ANSWER_TYPE_MATCH_OF_PROSE = 0.4  # of what a question asks for: a number where it asks for a length
_LONG_QUOTE_WORDS = 60  # words of a quote from which on a small model does not retell it
_MAX_REPEATS = 3  # the same three words so often in one sentence: the model is stopped


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the model wrote to one thing asked."""

    claims: Sequence[Claim]
    prompt: Prompt  # of the draft that is kept
    evidence: str  # as it stood in the first prompt
    prompt_tokens: int  # tokens of all prompts


@dataclass(frozen=True, slots=True)
class DraftWriter:
    """The library, models and options that prose is written with.

    ``strict`` leaves out what nothing supports, translations among it; None leaves it to the model: what a small one
    adds to the sources is left out, what a larger one adds is shown and marked. ``instructions`` are the person's.
    """

    library: LibraryReader
    embedder: Embedder
    model: ChatModel
    sampling: Sampling
    strict: bool | None
    instructions: str

    def write(self, draft_input: DraftInput, history: Sequence[Turn]) -> Iterator[Event]:
        """Yield the events of the prose, Finished last; a model that does not write the language is not asked."""
        answer, language = draft_input.answer, draft_input.language
        if not self.model.card.writes(language):
            yield Finished(replace(answer, unwritten=language))
            return
        if is_small(self.model) and _speaks_for_itself(answer.quotes):
            yield Finished(answer)
            return
        if stands_alone(answer.corrected or answer.question, language):
            history = ()  # a short prompt is read sooner
        started = time.perf_counter()
        drafts: list[_Draft] = []
        for request in self._requests(draft_input):
            drafts.append(
                (yield from self._draft(draft_input, request, history, [c for d in drafts for c in d.claims]))
            )
        claims = tuple(each for draft in drafts for each in draft.claims if self._is_shown(each))
        supported = any(each.supported for each in claims)
        yield Finished(
            replace(
                answer,
                status=AnswerStatus.ANSWERED if supported else AnswerStatus.QUOTED,
                claims=claims,
                prompt_tokens=sum(draft.prompt_tokens for draft in drafts),
                window=drafts[-1].prompt.window,
                timings=dict(answer.timings) | {"prose": time.perf_counter() - started},
                budget=_combined_budget([window_budget(draft.prompt, history) for draft in drafts]),
                evidence="\n".join(filter(None, (draft.evidence for draft in drafts))),
            )
        )

    def _requests(self, draft_input: DraftInput) -> Sequence[DraftRequest]:
        if is_small(self.model):
            return [replace(request, evidence=request.evidence[:1]) for request in draft_input.requests]
        return [draft_input.whole]

    def _draft(
        self, draft_input: DraftInput, request: DraftRequest, history: Sequence[Turn], earlier: Sequence[Claim]
    ) -> Generator[Event, None, _Draft]:
        """Yield the events of a draft, or of a second one that copies the evidence; return the draft that was kept.

        The second is asked for where no sentence of the first is both supported and an answer. Where nothing of that
        one is supported either, the quotes are the answer. ``earlier`` claims are not repeated. A translation counts as
        supported where it is shown: the source's own words are in another language.
        """
        drafts: list[list[Claim]] = []
        claims: list[Claim] = []
        shown, given = False, ""
        prompt_tokens = 0
        for copy in (False, True):
            prompt = fit_prompt(
                request.question,
                draft_input.language,
                request.evidence,
                history,
                self.model,
                self.sampling.max_tokens,
                copy=copy,
                instructions=self.instructions,
            )
            given = given if copy else prompt.evidence
            prompt_tokens += len(prompt.tokens)
            claims = []
            with closing(self.model.stream(prompt, self.sampling)) as pieces:
                for event in self._write(pieces, draft_input.answer, draft_input.language):
                    if not isinstance(event, ClaimChecked):
                        yield event
                        continue
                    if any(each.text == event.claim.text for each in (*earlier, *claims)):
                        break  # it repeats itself: nothing better will come
                    claims.append(event.claim)
                    stays = any(
                        self._keeps_draft(each, part, draft_input.language) for each in claims for part in request.parts
                    )
                    if stays and not shown:  # this draft is kept: what came before is shown as well
                        yield from self._claim_events(claims)
                    elif stays:
                        yield from self._claim_events([event.claim])
                    shown = stays
                    if _rambles(claims):
                        break
            if shown:
                break
            drafts.append(claims)
        if not shown:  # of two drafts that do not answer the one of which more stands, the first where they are equal
            claims = max(drafts, key=lambda draft: sum(map(_has_source, draft)))
            yield from self._claim_events(claims)
        return _Draft(claims, prompt, given, prompt_tokens)

    def _keeps_draft(self, claim: Claim, part: str, language: str) -> bool:
        """Tell whether a draft with this claim is kept."""
        return self._is_shown(claim) and answers_question(claim, part, language)

    def _claim_events(self, claims: Iterable[Claim]) -> Iterator[Event]:
        return (ClaimChecked(each) for each in claims if self._is_shown(each))

    def _is_shown(self, claim: Claim) -> bool:
        if claim.supported or self.strict is not None:
            return claim.supported or not self.strict
        return claim.translated or not is_small(self.model)

    def _write(self, pieces: Generator[str, None, GenerationEnd], answer: Answer, language: str) -> Iterator[Event]:
        """Yield pieces as they come, and each sentence's claim as soon as the next sentence has begun."""
        embed = self._embedding_function()
        text, judged, cut = "", 0, False
        queued = with_queue_positions(pieces)
        while True:
            try:
                piece = next(queued)
            except StopIteration as stop:
                cut = stop.value is not None and stop.value.finish == "length"
                break
            if isinstance(piece, QueuePosition):
                yield piece
                continue
            text += piece
            yield TextDelta(piece)
            spans = sentences(text[judged:], language)
            for start, end in spans[:-1]:
                yield ClaimChecked(self._judge(text[judged + start : judged + end], answer, language, embed))
            if len(spans) > 1:
                judged += spans[-1][0]
            if not text[judged:].lstrip().startswith(("```", "~~~")) and is_repetitive(text[judged:], _MAX_REPEATS):
                break
        for start, end in sentences(text[judged:], language):
            last = text[judged + start : judged + end]
            # A sentence that the limit cut off may have lost its "not", or its number's last digits.
            yield ClaimChecked(Claim(last, False, 0.0) if cut else self._judge(last, answer, language, embed))

    def _judge(self, sentence: str, answer: Answer, language: str, embed: EmbedTexts) -> Claim:
        if block := fenced(sentence):
            judged = code_claim(sentence, block[1], answer.passages)
        else:
            question = answer.corrected or answer.question
            judged = check_claim(
                sentence, answer.passages, language, question=question, embed=embed, card=self.embedder.card
            )
        return replace(
            judged,
            citations=tuple(with_places(each, self.library) for each in judged.citations),
            conflict=tuple(with_places(each, self.library) for each in judged.conflict),
        )

    def _embedding_function(self) -> EmbedTexts:
        return lambda texts: vectors_of(texts, self.embedder)


def _combined_budget(budgets: Sequence[WindowBudget]) -> WindowBudget:
    """Return the budgets of several prompts as one."""
    return replace(
        budgets[-1],
        prompt_tokens=sum(each.prompt_tokens for each in budgets),
        used=tuple(dict.fromkeys(name for each in budgets for name in each.used)),
        dropped=tuple(dict.fromkeys(name for each in budgets for name in each.dropped)),
    )


def is_small(model: ChatModel) -> bool:
    """Tell whether the model is a file under 1 GB, which can make use of no more than one sentence."""
    try:
        return 0 < Path(model.card.path).stat().st_size < _SMALL_MODEL_BYTES if model.card.path else False
    except OSError:
        return False


def _speaks_for_itself(quotes: Sequence[Citation]) -> bool:
    """Tell whether the first quote is a list, a listing, rows or a long text.

    A small model has nothing to add to such a quote but mistakes.
    """
    return bool(quotes) and (quotes[0].kind != "text" or word_count(quotes[0].quote) > _LONG_QUOTE_WORDS)


def answers_question(claim: Claim, question: str, language: str) -> bool:
    """Tell whether a claim answers the question.

    It is supported or translated, says more than the question does, and matches the question's answer type.
    """
    question_words = words(question)
    stems = {stem(word, language) for word in question_words}
    new = [word for word in words(claim.text) if not is_stop(word, language) and stem(word, language) not in stems]
    return (
        _has_source(claim)
        and bool(new)
        and answer_type_match(answer_type_of(question, language), claim.text, frozenset(question_words), language)
        >= _MIN_ANSWER_TYPE_MATCH_OF_PROSE
    )


def _rambles(claims: Sequence[Claim]) -> bool:
    """Tell whether the last two claims have no source: nothing better will come."""
    return len(claims) > 1 and not any(map(_has_source, claims[-2:]))


def _has_source(claim: Claim) -> bool:
    """Tell whether a claim has a source."""
    return claim.supported or claim.translated
