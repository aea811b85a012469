"""The whole path from a question to an answer, in one short function.

An answer needs no search, or it is found (retrieve, quote) and written (fit, generate, ground).
"""

from __future__ import annotations

import copy as copying
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rag.answer.generate import DraftWriter, is_small
from rag.answer.options import AskOptions, checked_history, checked_question
from rag.conversation.about_library.library_answers import answer_about_library
from rag.conversation.about_library.library_questions import parse_count, parse_library_question
from rag.conversation.about_library.listing import DocumentList, DocumentQuestion, match_documents
from rag.conversation.about_library.mentions import is_known
from rag.conversation.about_library.summarize import sentences_under, summarise
from rag.conversation.chats.ratings import StoredRatings
from rag.conversation.comparison.compare import answer_comparison
from rag.conversation.history import recent_turns
from rag.conversation.small_talk import small_talk
from rag.errors import UsageError
from rag.interfaces import ChatModel, Embedder, Reranker, SpanReader
from rag.library.library import Library
from rag.library.reader import LibraryReader
from rag.messages import Message
from rag.retrieval.filters import EVERYWHERE, SearchFilter, filter_spans
from rag.retrieval.pipeline import RetrievalPipeline
from rag.retrieval.sentence_vectors import vectors_of
from rag.retrieval.spelling import SpellingCorrection, correct_spelling
from rag.settings import DEFAULT_LIBRARY, Settings
from rag.text.keyboards import keyboard_readings
from rag.types import (
    Answer,
    AnswerStatus,
    Claim,
    ClaimChecked,
    Event,
    FileRecord,
    Finished,
    Passage,
    QuotesReady,
    Sampling,
    TaskProgress,
    Turn,
)

_DEFAULT_OPTIONS = AskOptions()
NOT_COMPARED = Message(
    "The model in use cannot compare documents: it can only quote them. A larger one can: choose it on the page Model."
)
_CHUNKS_OF_DOCUMENTS = 30  # chunks whose documents may be what a description means
_SIMILAR_NAMES_MARGIN = 0.02  # cosine that another document's name may be less near to a description
_CORRECTED_TURNS = 3  # earlier questions that are put right


class Assistant:
    """Answers questions from a library, or several at once.

    ``model`` is asked for when the first prose is; None gives quotes only. With ``feedback``, ratings of earlier
    answers move what those quoted.
    """

    def __init__(
        self,
        library: LibraryReader,
        embedder: Embedder,
        model: Callable[[], ChatModel] | None = None,
        *,
        passages: int = 6,
        sampling: Sampling | None = None,
        reranker: Reranker | None = None,
        reader: SpanReader | None = None,
        strict: bool = False,
        feedback: bool = True,
    ) -> None:
        self.reader = library
        self.embedder = embedder
        self._model = model
        self._passages = passages
        self._reranker = reranker
        self._span_reader = reader
        self._sampling = sampling or Sampling()
        self._strict = strict
        self._feedback = feedback

    @classmethod
    def open(
        cls,
        library: str = DEFAULT_LIBRARY,
        settings: Settings | None = None,
        *,
        prose: bool = True,
        notify: Callable[[str], None] | None = None,
    ) -> Assistant:
        """Open an existing library, or several ("home,work"), with the models that the settings name.

        ``notify`` is told where the embedder is prepared first. Raises LibraryNotFoundError, EmbedderMismatchError,
        ModelNotFoundError or ModelBrokenError; the chat model's file is checked now and loaded at the first prose.
        """
        from rag import factory
        from rag.settings import load

        chosen = settings or load()
        opened = factory.open_reader(chosen, library)
        try:
            model = factory.model_loader(chosen) if prose else None
            embedder = factory.open_embedder(chosen, opened.embedder.name, notify=notify)
            reranker = factory.open_reranker(chosen)
            reader = factory.open_span_reader(chosen, notify=notify)
        except BaseException:
            opened.close()
            raise
        sampling = Sampling(max_tokens=chosen.max_tokens)
        return cls(
            opened,
            embedder,
            model,
            passages=chosen.passages,
            sampling=sampling,
            reranker=reranker,
            reader=reader,
            strict=chosen.strict,
            feedback=chosen.feedback,
        )

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_current(self) -> bool:
        """Whether the library still has the embedder that it was opened with."""
        return self.reader.is_current

    @property
    def library(self) -> Library:
        """The library, to change it. Raises UsageError where several are asked at once."""
        if not isinstance(self.reader, Library):
            raise UsageError(
                Message("Several libraries at once can be asked, not changed."), Message("Name one of them.")
            )
        return self.reader

    def with_model(self, model: Callable[[], ChatModel] | None, sampling: Sampling | None = None) -> Assistant:
        """Return an assistant over the same library with another model (None: quotes only) or other sampling.

        Closing either closes the library.
        """
        other = self.with_sampling(sampling or self._sampling)
        other._model = model
        return other

    def with_library(self, library: LibraryReader) -> Assistant:
        """Return an assistant over another library that has the same embedder, with the same models."""
        other = copying.copy(self)
        other.reader = library
        return other

    def with_sampling(self, sampling: Sampling) -> Assistant:
        """Return the same assistant with other sampling; closing either closes the library and the model."""
        other = copying.copy(self)
        other._sampling = sampling
        return other

    @property
    def model_name(self) -> str:
        """The name of the model that writes, which is loaded for that; "" where there is none."""
        return self._model().card.name if self._model is not None else ""

    @property
    def _is_small(self) -> bool:
        return self._model is not None and is_small(self._model())

    def close(self) -> None:
        """Close the library, and the model where it was loaded."""
        self.reader.close()
        release = getattr(self._model, "close", None)
        if release is not None:
            release()

    def search(self, question: str, k: int | None = None, *, scope: SearchFilter = EVERYWHERE) -> list[Passage]:
        """Return up to k passages, best first, of the documents in ``scope``.

        Raises UsageError for an empty question, and for one that is too long.
        """
        question = checked_question(question)
        return self._pipeline.passages(self._correct(question).text, k or self._passages, scope)

    def ask(self, question: str, options: AskOptions = _DEFAULT_OPTIONS, **changes: Any) -> Answer:
        """Return the whole answer.

        ``changes`` are options by name: ``ask("When did it open?", prose=False)``. Raises UsageError for an empty
        question, and for one that is too long.
        """
        *_, last = self.stream(question, options, **changes)
        assert isinstance(last, Finished)
        return last.answer

    def stream(self, question: str, options: AskOptions = _DEFAULT_OPTIONS, **changes: Any) -> Iterator[Event]:
        """Yield the answer's events as it comes about.

        QuotesReady comes first, then QueuePosition while others are served or the model reads, TextDelta and
        ClaimChecked as it writes, then Finished.

        A summary brings TaskProgress and ClaimChecked. Small talk and questions about the library itself are answered
        at once: no search, no model. Closing the iterator stops the model.

        ``changes`` are options by name, as in :meth:`ask`. Raises UsageError for an empty question, and for one that is
        too long.
        """
        return self._events(question, replace(options, **changes))

    def _events(self, question: str, options: AskOptions) -> Iterator[Event]:
        question = checked_question(question)
        history = recent_turns(checked_history(options.history))
        # "ghbdtn" is a greeting on a Russian keyboard.
        for read in (question, *(text for _, text in keyboard_readings(question))):
            if (reply := self._answer_without_search(read, history, options.scope)) is not None:
                yield from reply
                return
        k = options.k or self._passages
        spelled = self._correct(question)
        if spelled.shown and (reply := self._answer_without_search(spelled.text, history, options.scope)) is not None:
            yield from reply
            return
        draft_input = self._pipeline.find(
            spelled.text, self._corrected_history(history), k, options.scope, insist=options.insist
        )
        draft_input = replace(
            draft_input, answer=replace(draft_input.answer, question=question, corrected=spelled.shown)
        )
        yield QuotesReady(draft_input.answer)
        if (
            draft_input.answer.status is not AnswerStatus.NOT_FOUND
            and options.prose
            and self._model is not None
            and draft_input.whole.evidence
        ):
            strictly = (self._strict or None) if options.strict is None else options.strict
            writer = DraftWriter(
                self.reader, self.embedder, self._model(), self._sampling, strictly, options.instructions
            )
            events = writer.write(draft_input, history)
        else:
            events = iter((Finished(draft_input.answer),))
        for event in events:
            if isinstance(event, Finished) and draft_input.compares and options.prose and self._is_small:
                event = Finished(replace(event.answer, note=event.answer.note or NOT_COMPARED))
            yield event

    def _correct(self, question: str) -> SpellingCorrection:
        return correct_spelling(question, self.reader, self.embedder, filter_spans(question))

    def _corrected_history(self, history: Sequence[Turn]) -> list[Turn]:
        """Return the turns with the spelling of the last questions corrected, as this question may depend on them."""
        question_places = [at for at, turn in enumerate(history) if turn.role == "user"][-_CORRECTED_TURNS:]
        return [
            replace(turn, text=self._correct(turn.text).text) if at in question_places else turn
            for at, turn in enumerate(history)
        ]

    @property
    def _pipeline(self) -> RetrievalPipeline:
        ratings = StoredRatings([each.folder for each in self.reader.libraries]) if self._feedback else None
        return RetrievalPipeline(self.reader, self.embedder, self._reranker, self._span_reader, ratings=ratings)

    def _answer_without_search(
        self, question: str, history: Sequence[Turn], scope: SearchFilter
    ) -> Iterator[Event] | None:
        """Return the events of an answer that needs no search; None for a question to the documents."""
        if (reply := small_talk(question)) is not None:
            answer = Answer(question, AnswerStatus.TOLD, 1.0, reply=reply[0])
            return iter((QuotesReady(answer), Finished(answer)))
        listing = DocumentList(self.reader, scope.documents(self.reader.records()))
        chosen = listing.records if scope.by_document else ()
        if (
            compared := answer_comparison(
                question,
                listing,
                chosen,
                lambda what: self._nearest_documents(what, listing),
                lambda: self._last_cited(history, scope),
            )
        ) is not None:
            return iter((QuotesReady(compared), Finished(compared)))
        is_held: Callable[[str], bool] = lambda word: is_known(word, self.reader)  # noqa: E731
        asked = parse_library_question(question, is_held) or parse_count(question, is_held)
        if asked is None:
            return None
        found: DocumentQuestion | None = None
        if asked.file or asked.this:
            found = match_documents(asked, listing, lambda: next(iter(self._last_cited(history, scope)), ""))
            if len(found.records) == 1 and self._is_summary(asked.kind, found):
                return self._summary(question, found.records[0], found.heading)
            if asked.this and not found.records and asked.kind in ("about", "summary"):
                found = None  # nothing was spoken of: an overview
        answered = answer_about_library(asked, question, listing, datetime.now(UTC), found)
        return iter((QuotesReady(answered), Finished(answered))) if answered is not None else None

    def _nearest_documents(self, what: str, listing: DocumentList) -> list[str]:
        """Return the ids of the documents whose name and title come nearest in meaning to some words, best first."""
        vector = self.embedder.embed_query(what)
        found = self.reader.search_vector(vector, _CHUNKS_OF_DOCUMENTS)
        chunks = self.reader.chunks([ident for ident, _ in found])
        ids = list(dict.fromkeys(chunks[ident].document_id for ident, _ in found if ident in chunks))
        names = [listing.called(ident) for ident in ids]
        if not names:
            return []
        near = dict(zip(ids, (vectors_of(names, self.embedder) @ vector).tolist(), strict=True))
        mean, deviation = self.embedder.card.unrelated
        least = max(mean + deviation, *(each - _SIMILAR_NAMES_MARGIN for each in near.values()))
        return sorted((ident for ident in ids if near[ident] >= least), key=lambda ident: -near[ident])

    def _is_summary(self, kind: str, found: DocumentQuestion) -> bool:
        if not found.heading:
            return kind == "summary"
        return any(sentences_under(row[0], found.heading) for row in self.reader.prose_spans(found.records[0].id))

    def _last_cited(self, history: Sequence[Turn], scope: SearchFilter) -> list[str]:
        """Return the ids of the documents that the last question was answered from, the first quoted first."""
        question_places = [at for at, turn in enumerate(history) if turn.role == "user"]
        if not question_places:
            return []
        question = history[question_places[-1]].text
        *_, last = self.stream(question, history=history[: question_places[-1]], prose=False, scope=scope)
        assert isinstance(last, Finished)
        spoken_of = [each.document_id for each in last.answer.quotes] + [each.id for each in last.answer.documents]
        return list(dict.fromkeys(spoken_of))

    def _summary(self, question: str, record: FileRecord, heading: str) -> Iterator[Event]:
        started = time.perf_counter()
        answer = Answer(question, AnswerStatus.ANSWERED, 1.0, documents=(record,))
        yield QuotesReady(answer)
        claims: list[Claim] = []
        for done, total, found in summarise(record, self.reader, heading):
            if found is not None:
                claims.append(found)
                yield ClaimChecked(found)
            yield TaskProgress(done, total)
        status = AnswerStatus.ANSWERED if claims else AnswerStatus.NOT_FOUND
        timings = {"summarise": time.perf_counter() - started}
        yield Finished(replace(answer, status=status, claims=tuple(claims), timings=timings))
