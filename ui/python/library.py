"""``oaken.open``: a library as one Python object that reads files, searches and answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from rag import factory
from rag.answer.assistant import Assistant
from rag.errors import UsageError
from rag.interfaces import Vectors
from rag.messages import Message
from rag.quote_blocks import repeats_quote
from rag.retrieval.filters import SearchFilter, check_date
from rag.settings import DEFAULT_LIBRARY, Settings, library_names, load, names_of
from rag.types import ClaimChecked, Event, FileRecord, Finished, Passage, QuotesReady
from ui.python.answers import LibraryAnswer
from ui.python.progress import bar
from ui.python.tables import Table
from ui.shared.adding.added_folders import note_added
from ui.shared.adding.web_pages import fetch_pages, sources_of
from ui.shared.deletion import forget, match_selected
from ui.shared.export.markdown import of_answer
from ui.shared.export.rich_text import as_text
from ui.shared.facets import kind
from ui.shared.folders import DocumentNames, place_names

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever as LangChainRetriever
    from llama_index.core.retrievers import BaseRetriever as LlamaIndexRetriever

    from ingest.report import IngestReport

_MANY = ("types", "languages", "tags", "files", "within", "excluded_words", "phrases")  # filters of several values
_ONE = ("folder", "since")


def open_library(
    name: str | Sequence[str] = DEFAULT_LIBRARY,
    *,
    create: bool = False,
    settings: Settings | None = None,
    prose: bool = True,
) -> LibrarySession:
    """Open a library by its name, or several, to ask them together: ``["home", "work"]``.

    With ``create``, one that is not there yet is made. Without ``prose`` no model writes, and answers are quotes.
    Raises LibraryNotFoundError, EmbedderMismatchError, ModelNotFoundError or ModelBrokenError.
    """
    chosen = settings or load()
    name = name if isinstance(name, str) else ",".join(name)
    for each in names_of(name) if create else ():
        factory.open_library(chosen, each, create=True).close()
    return LibrarySession(name, Assistant.open(name, chosen, prose=prose))


def libraries(settings: Settings | None = None) -> list[str]:
    """Return the names of the libraries there are."""
    return library_names((settings or load()).home)


@dataclass(frozen=True, slots=True)
class LibraryVectors:
    """The vectors of all chunks, row by row beside their ids."""

    values: Vectors  # shape (chunks, dimension), each row of unit length
    chunk_ids: tuple[str, ...]
    document_ids: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Chunks, and numbers in each vector."""
        rows, dimension = self.values.shape
        return rows, dimension

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.array(self.values, dtype=dtype, copy=bool(copy))


class Evaluation(Table[Mapping[str, Any]]):
    """A row for each question, and ``figures`` over all of them."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self.figures: Mapping[str, float | None] = report["all"]
        self.report = report  # as ``oaken eval --json`` prints it
        rows = report["questions"]
        measured = sorted({name for row in rows for name in row["measured"]})
        plain = ("id", "language", "kind", "question", "status")
        columns = {name: lambda row, name=name: row[name] for name in plain}
        columns |= {name: lambda row, name=name: row["measured"].get(name) for name in measured}
        shown = ", ".join(
            f"{name} {self.figures[name]:.3f}" for name in ("source3", "quoted", "first") if self.figures.get(name)
        )
        super().__init__(rows, columns, f"{len(rows)} questions: {shown}")


class LibrarySession:
    """An open library. Close it, or use it in a ``with`` statement."""

    def __init__(self, name: str, assistant: Assistant) -> None:
        self.name = name
        self.assistant = assistant
        self._closed = False

    def __enter__(self) -> LibrarySession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the library, and end the model's process. What is asked afterwards raises UsageError."""
        if not self._closed:
            self._closed = True
            self.assistant.close()

    def ingest(
        self, *paths: str | Path, progress: bool = True, keep_missing: bool = False, retry_failed: bool = False
    ) -> IngestTable:
        """Bring the library in step with files, folders and web pages, and return what became of each.

        A page at an address ("https://…") is fetched now, and again when it is named again.
        ``progress`` shows a bar. ``keep_missing``: documents whose files are gone stay. ``retry_failed``: files that
        gave no text are read again. Raises UsageError for a path that does not exist or an address that is not public,
        OakenError for a single page that cannot be fetched, LibraryBusyError while another ingest writes.
        """
        from ingest.pipeline import ingest
        from ingest.report import IngestProgress

        if not paths and not retry_failed:
            raise UsageError(Message("A path is missing."), 'lib.ingest("~/papers")')
        held = self._open().library
        sources = sources_of(paths)
        given = [path.expanduser() for path in sources.paths]
        with bar(progress) as on_progress:
            pages = fetch_pages(sources, held.folder, on_page=lambda page: on_progress(IngestProgress(0, 0, page)))
            kept = pages.keep(held.folder)
            report = ingest(
                [*given, *kept],
                held,
                self.assistant.embedder,
                progress=on_progress,
                keep_missing=keep_missing,
                retry_incomplete=retry_failed,
                addresses=kept,
            )
            report = pages.finish(held, report, kept)
        note_added(held.folder, given)
        return IngestTable(report, place_names(held.ledger.roots(), held.folder))

    def remove(self, *names: str) -> int:
        """Remove documents or folders by their names, paths or ids, and return how many. Files stay where they are.

        Raises UsageError, before anything is removed, for a name that matches nothing, or several documents.
        """
        held = self._open().library
        chosen = match_selected(names, held.records(), self.name)
        with held.writing():
            forget(held, chosen)
        return len(chosen)

    def documents(self, **filters: Any) -> Table[FileRecord]:
        """Return the documents and what became of each file, those selected by ``filters`` (see :meth:`search`)."""
        held = self._open().reader
        records = held.records()
        chosen = filter_of(filters).documents(records)
        rows = [each for each in records if chosen is None or each.id in chosen]
        names = DocumentNames(held).of_records(rows)
        columns = {
            "title": lambda each: names[each.id].title,
            "source": lambda each: names[each.id].place,
            "type": kind,
            "language": lambda each: each.language,
            "pages": lambda each: each.pages,
            "chunks": lambda each: each.chunks,
            "outcome": lambda each: each.outcome.value,
            "reason": lambda each: each.reason,
            "tags": lambda each: each.tags,
            "ingested_at": lambda each: each.ingested_at,
            "document_id": lambda each: each.id,
        }
        return Table(rows, columns, f"{self.name}: {len(rows)} documents")

    def search(self, question: str, k: int | None = None, **filters: Any) -> Table[Passage]:
        """Return up to k passages, best first.

        ``filters``: ``types`` ("pdf"), ``folder``, ``since`` ("2024-05"), ``languages`` ("en"), ``tags``, ``files`` (a
        part of the path), ``within`` (documents or folders), ``phrases``, ``excluded_words``; text or a list. Raises
        UsageError for another filter, one that leaves no document, or an empty question.
        """
        held = self._open()
        found = held.search(question, k, scope=filter_of(filters))
        places = DocumentNames(held.reader).of((each.document_id, each.source) for each in found)
        columns = {
            "score": lambda each: each.score,
            "text": lambda each: each.text,
            "source": lambda each: places[each.document_id].place,
            "page": lambda each: each.page,
            "section": lambda each: " / ".join(each.section),
            "language": lambda each: each.language,
            "start": lambda each: each.start,
            "end": lambda each: each.end,
            "document_id": lambda each: each.document_id,
        }
        return Table(found, columns, f"{len(found)} passages: {question}")

    def ask(self, question: str, *, after: LibraryAnswer | None = None, **options: Any) -> LibraryAnswer:
        """Return the answer to a question, which may follow up ``after`` an earlier answer.

        ``options``: the fields of ``AskOptions`` (``prose``, ``k``, ``strict``, ``insist``, ``instructions``), and
        filters as in :meth:`search`. Raises UsageError for an empty question or an unknown option.
        """
        *_, last = self.events(question, after=after, **options)
        assert isinstance(last, Finished)
        return LibraryAnswer(last.answer, self.assistant.reader, after.conversation if after is not None else ())

    async def aask(self, question: str, *, after: LibraryAnswer | None = None, **options: Any) -> LibraryAnswer:
        """Return what :meth:`ask` returns, without holding up the event loop."""
        return await asyncio.to_thread(self.ask, question, after=after, **options)

    def stream(self, question: str, *, after: LibraryAnswer | None = None, **options: Any) -> Iterator[str]:
        """Yield the answer as text: its quotes as soon as they are found, then each sentence once it is checked."""
        names = DocumentNames(self._open().reader)
        for event in self.events(question, after=after, **options):
            if isinstance(event, QuotesReady):
                found = event.answer
                yield as_text(of_answer(names.answer(found))).strip() + "\n"
            elif isinstance(event, ClaimChecked) and not repeats_quote(event.claim.text, found.quotes):
                doubt = "" if event.claim.supported or event.claim.translated else " (not in your documents)"
                yield f"\n{event.claim.text}{doubt}\n"

    def events(self, question: str, *, after: LibraryAnswer | None = None, **options: Any) -> Iterator[Event]:
        """Yield the events of an answer: QuotesReady first, Finished last. Closing the iterator stops the model."""
        assistant = self._open()
        scope = filter_of({name: options.pop(name) for name in (*_MANY, *_ONE) if name in options})
        unknown = options.keys() - {"prose", "k", "strict", "insist", "instructions"}
        if unknown:
            raise UsageError(
                Message("There is no option {name!r}.", name=sorted(unknown)[0]), Message("See help(oaken.AskOptions).")
            )
        return assistant.stream(question, history=after.turns if after is not None else (), scope=scope, **options)

    def evaluate(
        self, questions: str | Path | Iterable[Mapping[str, Any]], *, prose: bool = False, k: int | None = None
    ) -> Evaluation:
        """Ask questions of known answer, from a JSONL file or as dicts, and return what was measured of each.

        A question has ``question``, ``answers`` and ``source`` (README, "Measure it"). Raises UsageError for others.
        """
        from rag.evaluation.evaluate import evaluate
        from rag.evaluation.questions import load_questions
        from rag.evaluation.report import report

        with TemporaryDirectory(prefix="oaken-") as scratch:
            if isinstance(questions, (str, Path)):
                path = Path(questions).expanduser()
            else:
                path = Path(scratch, "questions.jsonl")
                rows = (json.dumps(dict(each), ensure_ascii=False) for each in questions)
                path.write_text("\n".join(rows), encoding="utf-8")
            loaded = load_questions(path)
        assistant = self._open()
        return Evaluation(report(evaluate(assistant, loaded, prose=prose, k=k), assistant.library))

    def vectors(self) -> LibraryVectors:
        """Return the vectors of all chunks, for maps and clusters of one's own."""
        chunk_ids, document_ids, values = self._open().library.ledger.all_vectors()
        return LibraryVectors(values, tuple(chunk_ids), tuple(document_ids))

    def langchain_retriever(self, k: int | None = None, **filters: Any) -> LangChainRetriever:
        """Return a LangChain retriever over this library. Needs ``pip install 'oaken[langchain]'``."""
        from ui.python.langchain import retriever

        return retriever(lambda question: self.search(question, k, **filters).to_dicts())

    def llamaindex_retriever(self, k: int | None = None, **filters: Any) -> LlamaIndexRetriever:
        """Return a LlamaIndex retriever over this library. Needs ``pip install 'oaken[llamaindex]'``."""
        from ui.python.llamaindex import retriever

        return retriever(lambda question: self.search(question, k, **filters).to_dicts())

    def __len__(self) -> int:
        return len(self._open().reader.records())

    def __bool__(self) -> bool:
        return True  # an empty library is there all the same

    def __iter__(self) -> Iterator[FileRecord]:
        return iter(self._open().reader.records())

    def __repr__(self) -> str:
        return f"<oaken library {self.name!r}: {'closed' if self._closed else self._summary()}>"

    def _repr_html_(self) -> str:
        return self.documents()._repr_html_() if not self._closed else repr(self)

    def _summary(self) -> str:
        records = self.assistant.reader.records()
        languages = sorted({each.language for each in records if each.language})
        passages = sum(each.chunks for each in records)
        return f"{len(records):,} documents, {passages:,} passages" + (f"; {', '.join(languages)}" if languages else "")

    def _open(self) -> Assistant:
        if self._closed:
            raise UsageError(
                Message("The library {name!r} is closed.", name=self.name), f"lib = oaken.open({self.name!r})"
            )
        return self.assistant


class IngestTable(Table[Any]):
    """A row for each file of an ingest, and its ``report`` as plain data."""

    def __init__(self, report: IngestReport, place: Callable[[str], str] = str) -> None:
        self.report = report
        columns = {
            "source": lambda each: place(each.source),
            "outcome": lambda each: each.outcome.value,
            "reason": lambda each: each.reason,
            "pages": lambda each: each.pages,
            "chunks": lambda each: each.chunks,
            "seconds": lambda each: each.seconds,
        }
        counted = {name: number for name, number in report.totals.items() if name not in ("files", "chunks", "seconds")}
        shown = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counted.items())
        super().__init__(report.outcomes, columns, f"{len(report.outcomes):,} files: {shown or 'nothing to do'}")


def filter_of(filters: Mapping[str, str | Sequence[str]]) -> SearchFilter:
    """Return the filter that these arguments make; a text is a list of one.

    Raises UsageError for an unknown name, and for a date that is none.
    """
    fields: dict[str, Any] = {}
    for name, value in filters.items():
        if name in _MANY:
            fields[name] = (value,) if isinstance(value, str) else tuple(value)
        elif name in _ONE:
            fields[name] = check_date(str(value)) if name == "since" else str(value)
        else:
            raise UsageError(
                Message("There is no filter {name!r}.", name=name),
                Message("Filters: {names}", names=", ".join((*_MANY, *_ONE))),
            )
    return SearchFilter(**fields)
