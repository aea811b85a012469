"""An answer as a Python object: its text, its quotes and how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rag.answer.notebook_html import answer_html, place_html
from rag.citations import quotes_in_order
from rag.conversation.chats.store import ChatStore, StoredAnswer, check_feedback
from rag.conversation.history import history_turns
from rag.serialize import answer_json
from rag.types import Answer, AnswerStatus, Citation, Claim, Turn
from ui.python.explanation import Explanation, explain
from ui.python.source_view import SourceView, source_view
from ui.python.tables import Table
from ui.shared.export.markdown import of_answer
from ui.shared.export.rich_text import as_text
from ui.shared.folders import DocumentNames
from ui.shared.formatting import clean

if TYPE_CHECKING:
    from rag.library.reader import LibraryReader


class Quote:
    """Exact words of a document that answer a question."""

    def __init__(self, citation: Citation, named: Citation, library: LibraryReader) -> None:
        self.citation = citation  # with its offsets and the source as it was ingested
        self._named = named
        self._library = library

    @property
    def text(self) -> str:
        """The words, as they stand in the document."""
        return self.citation.quote

    @property
    def source(self) -> str:
        """The document: its path below the folder that was ingested."""
        return self._named.source

    @property
    def place(self) -> str:
        """Where in the document: "visitor-handbook.pdf, p. 6, Opening hours"."""
        return place_html(self._named)

    @property
    def page(self) -> int | None:
        """The page, from 1, where the format has pages."""
        return self.citation.page

    @property
    def score(self) -> float:
        """How well the words answer, 0 to 1."""
        return self.citation.score

    def open(self) -> SourceView:
        """Return the quote in its document: the marked page, or the text around it. Raises UsageError if it is gone."""
        record = self._library.record(self.citation.document_id)
        return source_view(self.citation, record, self._library, self.place)

    def __repr__(self) -> str:
        return f"“{clean(self.text)}” ({self.place})"


class LibraryAnswer:
    """An answer with its proof. ``answer`` holds it as plain data, with all that was measured."""

    def __init__(self, answer: Answer, library: LibraryReader, before: Sequence[LibraryAnswer] = ()) -> None:
        self.answer = answer
        self._library = library
        self._before = tuple(before)
        self._named = DocumentNames(library).answer(answer)
        self._stored: StoredAnswer | None = None

    @property
    def question(self) -> str:
        """The question as it was asked."""
        return self.answer.question

    @property
    def status(self) -> AnswerStatus:
        """How the question was answered: ``answered``, ``quoted``, ``not_found``, ``told``."""
        return self.answer.status

    @property
    def confidence(self) -> float:
        """How likely the library holds an answer, 0 to 1."""
        return self.answer.confidence

    @property
    def short(self) -> str:
        """The short answer within the first quote, word for word; "" where there is none."""
        return self.answer.short.quote if self.answer.short is not None else ""

    @property
    def quotes(self) -> Table[Quote]:
        """The quotes, in the order in which their numbers count them."""
        found = [Quote(*pair, self._library) for pair in self._pairs()]
        title = f"{len(found)} {'quote' if len(found) == 1 else 'quotes'}: {self.question}"
        columns = {
            "text": lambda each: each.text,
            "source": lambda each: each.source,
            "page": lambda each: each.page,
            "score": lambda each: each.score,
            "start": lambda each: each.citation.start,
            "end": lambda each: each.citation.end,
            "document_id": lambda each: each.citation.document_id,
        }
        return Table(found, columns, title)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The sentences that the model wrote, each with its citations."""
        return self.answer.claims

    @property
    def markdown(self) -> str:
        """The answer as Markdown, with its sources by number."""
        return of_answer(self._named)

    @property
    def text(self) -> str:
        """The answer as plain text, with its sources by number."""
        return as_text(self.markdown)

    @property
    def turns(self) -> list[Turn]:
        """The conversation up to this answer, as a follow-up question is asked with it."""
        return history_turns((each.question, each.answer) for each in (*self._before, self))

    @property
    def conversation(self) -> tuple[LibraryAnswer, ...]:
        """The answers up to this one."""
        return (*self._before, self)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, as ``oaken ask --json`` prints it."""
        return DocumentNames(self._library).in_json(answer_json(self.answer))

    def explain(self) -> Explanation:
        """Return a picture of how the answer came about."""
        return explain(self._named)

    def vote(self, vote: int, labels: Iterable[str] | None = None) -> None:
        """Say what you think of the answer: 1 good, -1 bad, 0 takes it back. ``labels`` replace those given before.

        The conversation up to this answer is kept in the library from then on, as the page keeps it, and stands in
        exports. Raises UsageError for another vote or label.
        """
        check_feedback(vote, labels or ())
        with ChatStore.open(self._library.folder) as chats:
            reply = self._kept_in(chats).id
            chats.vote(reply, vote)
            if labels is not None:
                chats.label(reply, labels)

    def _kept_in(self, chats: ChatStore) -> StoredAnswer:
        """Return this answer as it is stored, after those before it; it is stored once."""
        if self._stored is None or not chats.chat_of(self._stored.id):
            before = self._before[-1]._kept_in(chats) if self._before else None
            chat = chats.new().id if before is None else chats.chat_of(before.id)
            asked = chats.ask(chat, self.question, None if before is None else before.id)
            self._stored = chats.keep(asked.id, self.answer)
        return self._stored

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"{self.question}\n{self.text}"

    def _repr_html_(self) -> str:
        return answer_html(self._named)

    def _pairs(self) -> list[tuple[Citation, Citation]]:
        named = dict(zip(self.answer.quotes, self._named.quotes, strict=True))
        return [(each, named[each]) for each in quotes_in_order(self.answer)]
