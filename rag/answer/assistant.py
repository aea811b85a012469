"""The whole path from a question to an answer, in one short function: retrieve, quote, fit, write, ground."""

from __future__ import annotations

import copy as copying
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rag.answer.about import about_library, named, tell
from rag.answer.agree import loops
from rag.answer.asked import kind_of, offered
from rag.answer.code import code_claim
from rag.answer.context import budget, fit
from rag.answer.converse import small_talk
from rag.answer.follow import stands_alone
from rag.answer.ground import claim
from rag.answer.likely import Meaning
from rag.answer.meant import vectors_of
from rag.answer.passages import cite
from rag.answer.question import read
from rag.answer.quotes import Sentence, choose, confidence
from rag.answer.retrieve import retrieve
from rag.answer.scope import EVERYWHERE, Scope
from rag.answer.summary import summarise, under
from rag.answer.waits import with_waits
from rag.errors import EmbedderMismatch, UsageError
from rag.interfaces import ChatModel, Embedder, Reranker
from rag.library.library import Library
from rag.library.terms import is_stop, stem, words
from rag.sentences import fenced, sentences
from rag.settings import DEFAULT_LIBRARY, Settings
from rag.types import (
    Answer,
    Citation,
    Claim,
    Claimed,
    Done,
    Event,
    Finish,
    Passage,
    Piece,
    Quoted,
    Record,
    Sampling,
    Status,
    Step,
    Turn,
    Waiting,
)

NOT_FOUND_BELOW = 0.5  # confidence under which the documents are taken not to say


_SMALL = 1_000_000_000  # bytes
_OFFERED = 0.4  # of what a question asks for: a number where it asks for a length
_LOOPS = 3  # the same three words so often in one sentence: the model is stopped


class Assistant:
    """Answers questions from one library. ``model`` is asked for when the first prose is; None gives quotes only."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        model: Callable[[], ChatModel] | None = None,
        *,
        passages: int = 6,
        sampling: Sampling | None = None,
        reranker: Reranker | None = None,
        strict: bool = False,
    ) -> None:
        self.library = library
        self.embedder = embedder
        self._model = model
        self._passages = passages
        self._reranker = reranker
        self._sampling = sampling or Sampling()
        self._strict = strict

    @classmethod
    def open(cls, library: str = DEFAULT_LIBRARY, settings: Settings | None = None, *, prose: bool = True) -> Assistant:
        """An assistant over a library that exists, with the models that the settings name.

        Raises LibraryMissing, EmbedderMismatch, ModelMissing or ModelBroken; the chat model's file is looked at now
        and loaded at the first prose.
        """
        from rag import parts
        from rag.settings import load

        chosen = settings or load()
        held = parts.open_library(chosen, library)
        try:
            model = parts.model_loader(chosen) if prose else None
            embedder = parts.open_embedder(chosen, held.embedder.name)
            reranker = parts.open_reranker(chosen)
        except BaseException:
            held.close()
            raise
        sampling = Sampling(max_tokens=chosen.max_tokens)
        return cls(
            held,
            embedder,
            model,
            passages=chosen.passages,
            sampling=sampling,
            reranker=reranker,
            strict=chosen.strict,
        )

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def current(self) -> bool:
        """Whether the library still has the embedder that it was opened with."""
        try:
            self.library.ledger.still_mine()
        except EmbedderMismatch:
            return False
        return True

    def with_model(self, model: Callable[[], ChatModel] | None, sampling: Sampling | None = None) -> Assistant:
        """The same over the same library, with another model (None: quotes only) or other sampling. Either closes the
        library."""
        other = self.sampled(sampling or self._sampling)
        other._model = model
        return other

    def sampled(self, sampling: Sampling) -> Assistant:
        """The same, with tokens drawn otherwise. Either closes the library and the model."""
        other = copying.copy(self)
        other._sampling = sampling
        return other

    @property
    def model_name(self) -> str:
        """The name of the model that writes, which is loaded for that; "" where there is none."""
        return self._model().card.name if self._model is not None else ""

    def close(self) -> None:
        """Close the library, and the model where it was loaded."""
        self.library.close()
        release = getattr(self._model, "close", None)
        if release is not None:
            release()

    def search(self, question: str, k: int | None = None, *, scope: Scope = EVERYWHERE) -> list[Passage]:
        """Up to k passages, best first, of the documents in ``scope``."""
        return list(self._find(question, (), k, scope)[0].passages)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        prose: bool = True,
        k: int | None = None,
        insist: bool = False,
        scope: Scope = EVERYWHERE,
        strict: bool | None = None,
    ) -> Answer:
        """The whole answer. ``insist`` answers even where the documents seem not to say; ``scope`` says which
        documents are asked; ``strict`` leaves out what no document bears out (None: as the assistant was opened)."""
        *_, last = self.stream(question, history=history, prose=prose, k=k, insist=insist, scope=scope, strict=strict)
        assert isinstance(last, Done)
        return last.answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        prose: bool = True,
        k: int | None = None,
        insist: bool = False,
        scope: Scope = EVERYWHERE,
        strict: bool | None = None,
        instructions: str = "",
    ) -> Iterator[Event]:
        """The answer as it comes about: Quoted, then Waiting while others come first or the model reads, Piece and
        Claimed as it writes, then Done.

        A summary brings Step and Claimed. Small talk and questions about the library itself are told at once: no
        search, no model. ``instructions`` are the person's own, for the model ("answer briefly"): what they bring
        is judged like all prose. Closing the iterator stops the model.

        Raises UsageError for an empty question or k below 1.
        """
        if (told := self._told(question)) is not None:
            yield from told
            return
        answer, evidence, language = self._find(question, history, k, scope)
        if answer.status is Status.NOT_FOUND and insist:
            answer = replace(answer, status=Status.QUOTED)
        yield Quoted(answer)
        if answer.status is not Status.NOT_FOUND and prose and self._model is not None and evidence:
            yield from self._prose(
                self._model(), answer, evidence, history, language, self._strict_as(strict), instructions
            )
        else:
            yield Done(answer)

    def _strict_as(self, strict: bool | None) -> bool:
        return self._strict if strict is None else strict

    def _told(self, question: str) -> Iterator[Event] | None:
        """The events of an answer that needs no search; None for a question to the documents."""
        if (said := small_talk(question)) is not None:
            answer = Answer(question, Status.TOLD, 1.0, reply=said[0])
            return iter((Quoted(answer), Done(answer)))
        asked = about_library(question)
        if asked is None:
            return None
        if asked.kind in ("summary", "section", "says"):
            record = named(asked.file, self.library.records())
            heading = asked.what if asked.kind != "summary" else ""
            if record is not None and (not heading or self._has_section(record, heading)):
                return self._summary(question, record, heading)
        answered = tell(asked, question, self.library, datetime.now(UTC))
        return iter((Quoted(answered), Done(answered))) if answered is not None else None

    def _has_section(self, record: Record, heading: str) -> bool:
        return any(under(section, heading) for section in {row[0] for row in self.library.running(record.id)})

    def _summary(self, question: str, record: Record, heading: str) -> Iterator[Event]:
        started = time.perf_counter()
        answer = Answer(question, Status.ANSWERED, 1.0, documents=(record,))
        yield Quoted(answer)
        claims: list[Claim] = []
        for done, total, found in summarise(record, self.library, heading):
            if found is not None:
                claims.append(found)
                yield Claimed(found)
            yield Step(done, total)
        status = Status.ANSWERED if claims else Status.NOT_FOUND
        timings = {"summarise": time.perf_counter() - started}
        yield Done(replace(answer, status=status, claims=tuple(claims), timings=timings))

    def _prose(
        self,
        model: ChatModel,
        answer: Answer,
        evidence: Sequence[Sentence],
        history: Sequence[Turn],
        language: str,
        strict: bool,
        instructions: str,
    ) -> Iterator[Event]:
        """The prose to an answer that has its quotes, judged sentence by sentence; last comes Done.

        Where no sentence of the first draft is both borne out and an answer, a second one is asked for, in the words as
        they stand; where nothing of that is borne out either, the quotes are the answer.
        """
        if model.card.languages and language not in model.card.languages:
            yield Done(replace(answer, note=f"{model.card.name} does not write this language: the quotes answer."))
            return
        if stands_alone(answer.question, language):
            history = ()  # a short prompt is read sooner
        started = time.perf_counter()
        drafts: list[list[Claim]] = []
        claims: list[Claim] = []
        shown, given = False, ""
        read = 0
        evidence = evidence[:1] if _is_small(model) else evidence
        for copy in (False, True):
            most = self._sampling.max_tokens
            prompt = fit(
                answer.question, language, evidence, history, model, most, copy=copy, instructions=instructions
            )
            given = given if copy else prompt.evidence
            read += len(prompt.tokens)
            claims = []
            with closing(model.stream(prompt, self._sampling)) as pieces:
                for event in self._write(pieces, answer, language):
                    if not isinstance(event, Claimed):
                        yield event
                        continue
                    if any(each.text == event.claim.text for each in claims):
                        break  # it repeats itself: nothing better will come
                    claims.append(event.claim)
                    stays = any(answers(each, answer.question, language) for each in claims)
                    if stays and not shown:  # this draft is kept: what came before is shown as well
                        yield from (Claimed(each) for each in claims if each.supported or not strict)
                    elif stays and (event.claim.supported or not strict):
                        yield event
                    shown = stays
                    if _rambles(claims):
                        break
            if shown:
                break
            drafts.append(claims)
        if not shown:  # of two drafts that do not answer the one of which more stands, the first where they are equal
            claims = max(drafts, key=lambda draft: sum(each.supported for each in draft))
            yield from (Claimed(each) for each in claims if each.supported or not strict)
        stands = any(each.supported for each in claims)
        yield Done(
            replace(
                answer,
                status=Status.ANSWERED if stands else Status.QUOTED,
                claims=tuple(each for each in claims if each.supported or not strict),
                prompt_tokens=read,
                window=prompt.window,
                timings=dict(answer.timings) | {"prose": time.perf_counter() - started},
                budget=budget(prompt, history),
                evidence=given,
            )
        )

    def _write(self, pieces: Generator[str, None, Finish], answer: Answer, language: str) -> Iterator[Event]:
        """Pieces as they come, and each sentence's claim as soon as the next one has begun."""
        meaning = self._meaning()
        text, judged, cut = "", 0, False
        told = with_waits(pieces)
        while True:
            try:
                piece = next(told)
            except StopIteration as stop:
                cut = stop.value is not None and stop.value.finish == "length"
                break
            if isinstance(piece, Waiting):
                yield piece
                continue
            text += piece
            yield Piece(piece)
            spans = sentences(text[judged:], language)
            for start, end in spans[:-1]:
                yield Claimed(self._judge(text[judged + start : judged + end], answer, language, meaning))
            if len(spans) > 1:
                judged += spans[-1][0]
            if not text[judged:].lstrip().startswith(("```", "~~~")) and loops(text[judged:], _LOOPS):
                break
        for start, end in sentences(text[judged:], language):
            last = text[judged + start : judged + end]
            # A sentence that the limit cut off may have lost its "not", or its number's last digits.
            yield Claimed(Claim(last, False, 0.0) if cut else self._judge(last, answer, language, meaning))

    def _judge(self, sentence: str, answer: Answer, language: str, meaning: Meaning) -> Claim:
        if block := fenced(sentence):
            judged = code_claim(sentence, block[1], answer.passages)
        else:
            judged = claim(
                sentence, answer.passages, language, question=answer.question, meaning=meaning, card=self.embedder.card
            )
        return replace(
            judged,
            citations=tuple(map(self._placed, judged.citations)),
            conflict=tuple(map(self._placed, judged.conflict)),
        )

    def _meaning(self) -> Meaning:
        return lambda texts: vectors_of(texts, self.embedder)

    def _placed(self, citation: Citation) -> Citation:
        """With the page and section of its first character: a passage may run over a page's end."""
        page, section = self.library.place(citation.document_id, citation.start)
        return replace(citation, page=page, section=section)

    def _find(
        self, question: str, history: Sequence[Turn], k: int | None, scope: Scope
    ) -> tuple[Answer, list[Sentence], str]:
        if not question.strip():
            raise UsageError("The question is empty.", 'oaken ask "When does the library open?"')
        if k is not None and k < 1:
            raise UsageError(f"{k} passages are none.", "Use -k 1 or more.")
        started = time.perf_counter()
        query = read(question, self.library, self.embedder, history, scope)
        passages, ranked = retrieve(query, self.library, self.embedder, k or self._passages, self._reranker)
        retrieved = time.perf_counter()
        sure = confidence(query, ranked)
        status = Status.QUOTED if ranked and sure >= NOT_FOUND_BELOW else Status.NOT_FOUND
        chosen = choose(ranked)
        answer = Answer(
            question=question,
            status=status,
            confidence=sure,
            quotes=tuple(self._cite(sentence) for sentence in chosen),
            passages=tuple(passages),
            timings={"retrieve": retrieved - started, "quote": time.perf_counter() - retrieved},
        )
        return answer, chosen[:2], query.language

    def _cite(self, sentence: Sentence) -> Citation:
        passage = sentence.passage
        start, end = sentence.start - passage.start, sentence.end - passage.start
        return self._placed(cite(passage, start, end, max(0.0, min(1.0, sentence.score))))


def _is_small(model: ChatModel) -> bool:
    """Whether one sentence is as much as the model can make use of: a file under 1 GB."""
    try:
        return 0 < Path(model.card.path).stat().st_size < _SMALL if model.card.path else False
    except OSError:
        return False


def answers(said: Claim, question: str, language: str) -> bool:
    """Whether a claim is supported, says more than the question does, and offers the kind of thing asked for."""
    asked = words(question)
    stems = {stem(word, language) for word in asked}
    new = [word for word in words(said.text) if not is_stop(word, language) and stem(word, language) not in stems]
    return said.supported and bool(new) and offered(kind_of(question), said.text, frozenset(asked)) >= _OFFERED


def _rambles(claims: Sequence[Claim]) -> bool:
    """Whether the model has left the text for good: nothing better will come."""
    return len(claims) > 1 and not any(claim.supported for claim in claims[-2:])
