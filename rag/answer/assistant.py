"""The whole path from a question to an answer, in one short function: retrieve, quote, fit, write, ground."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from rag.answer.context import fit
from rag.answer.ground import claim, loops
from rag.answer.question import read
from rag.answer.quotes import Sentence, choose, confidence
from rag.answer.retrieve import retrieve
from rag.errors import UsageError
from rag.interfaces import ChatModel, Embedder
from rag.library.library import Library
from rag.sentences import sentences
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
    Sampling,
    Status,
    Turn,
)

NOT_FOUND_BELOW = 0.5  # confidence under which the documents are taken not to say


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
    ) -> None:
        self.library = library
        self.embedder = embedder
        self._model = model
        self._passages = passages
        self._sampling = sampling or Sampling()

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
            embedder = parts.open_embedder(chosen)
        except BaseException:
            held.close()
            raise
        sampling = Sampling(max_tokens=chosen.max_tokens)
        return cls(held, embedder, model, passages=chosen.passages, sampling=sampling)

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the library, and the model where it was loaded."""
        self.library.close()
        release = getattr(self._model, "close", None)
        if release is not None:
            release()

    def search(self, question: str, k: int | None = None) -> list[Passage]:
        """Up to k passages, best first."""
        return list(self._find(question, (), k)[0].passages)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        prose: bool = True,
        k: int | None = None,
        insist: bool = False,
    ) -> Answer:
        """The whole answer. ``insist`` answers even where the documents seem not to say."""
        *_, last = self.stream(question, history=history, prose=prose, k=k, insist=insist)
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
    ) -> Iterator[Event]:
        """The answer as it comes about: Quoted, then Piece and Claimed as the model writes, then Done.

        Closing the iterator stops the model. Raises UsageError for an empty question or k below 1.
        """
        answer, evidence, language = self._find(question, history, k)
        if answer.status is Status.NOT_FOUND and insist:
            answer = replace(answer, status=Status.QUOTED)
        yield Quoted(answer)
        if answer.status is not Status.NOT_FOUND and prose and self._model is not None and evidence:
            yield from self._prose(self._model(), answer, evidence, history, language)
        else:
            yield Done(answer)

    def _prose(
        self, model: ChatModel, answer: Answer, evidence: Sequence[Sentence], history: Sequence[Turn], language: str
    ) -> Iterator[Event]:
        """The prose to an answer that has its quotes, judged sentence by sentence; last comes Done."""
        if model.card.languages and language not in model.card.languages:
            yield Done(replace(answer, note=f"{model.card.name} does not write this language: the quotes answer."))
            return
        started = time.perf_counter()
        prompt = fit(answer.question, language, evidence, history, model, self._sampling.max_tokens)
        claims: list[Claim] = []
        with closing(model.stream(prompt, self._sampling)) as pieces:
            for event in self._write(pieces, answer.passages, language):
                yield event
                if isinstance(event, Claimed):
                    claims.append(event.claim)
                    if _rambles(claims):
                        break
        yield Done(
            replace(
                answer,
                status=Status.ANSWERED if any(each.supported for each in claims) else Status.QUOTED,
                claims=tuple(claims),
                prompt_tokens=len(prompt.tokens),
                window=prompt.window,
                timings=dict(answer.timings) | {"prose": time.perf_counter() - started},
            )
        )

    def _write(
        self, pieces: Generator[str, None, Finish], passages: Sequence[Passage], language: str
    ) -> Iterator[Event]:
        """Pieces as they come, and each sentence's claim as soon as the next one has begun."""
        text, judged, cut = "", 0, False
        while True:
            try:
                piece = next(pieces)
            except StopIteration as stop:
                cut = stop.value is not None and stop.value.finish == "length"
                break
            text += piece
            yield Piece(piece)
            spans = sentences(text[judged:], language)
            for start, end in spans[:-1]:
                yield Claimed(self._judge(text[judged + start : judged + end], passages, language))
            if len(spans) > 1:
                judged += spans[-1][0]
            if loops(text[judged:], _LOOPS):
                break
        for start, end in sentences(text[judged:], language):
            last = text[judged + start : judged + end]
            # A sentence that the limit cut off may have lost its "not", or its number's last digits.
            yield Claimed(Claim(last, False, 0.0) if cut else self._judge(last, passages, language))

    def _judge(self, sentence: str, passages: Sequence[Passage], language: str) -> Claim:
        judged = claim(sentence, passages, language)
        return replace(judged, citations=tuple(self._placed(citation) for citation in judged.citations))

    def _placed(self, citation: Citation) -> Citation:
        """With the page and section of its first character: a passage may run over a page's end."""
        page, section = self.library.place(citation.document_id, citation.start)
        return replace(citation, page=page, section=section)

    def _find(self, question: str, history: Sequence[Turn], k: int | None) -> tuple[Answer, list[Sentence], str]:
        if not question.strip():
            raise UsageError("The question is empty.", 'oaken ask "When does the library open?"')
        if k is not None and k < 1:
            raise UsageError(f"{k} passages are none.", "Use -k 1 or more.")
        started = time.perf_counter()
        query = read(question, self.library, self.embedder, history)
        passages, ranked = retrieve(query, self.library, self.embedder, k or self._passages)
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
        return self._placed(
            Citation(
                document_id=passage.document_id,
                source=passage.source,
                page=passage.page,
                section=passage.section,
                start=sentence.start,
                end=sentence.end,
                quote=sentence.text,
                score=max(0.0, min(1.0, sentence.score)),
            )
        )


def _rambles(claims: Sequence[Claim]) -> bool:
    """Whether the model has begun to repeat itself, or has left the text for good: nothing better will come."""
    said = [claim.text for claim in claims]
    return said[-1] in said[:-1] or (len(claims) > 1 and not any(claim.supported for claim in claims[-2:]))
