"""The ingest pipeline: discover, parse, chunk, embed, store; one transaction and one outcome for each file.

The stages run concurrently (stages.py); only the calling thread writes to the library and reports progress. Stopping or
killing the run anywhere leaves whole documents behind, and the next run resumes there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.content_index import ContentIndex, was_read_whole
from ingest.discover import FoundFile, discover, found_at
from ingest.parse import Parser
from ingest.report import IngestProgress, IngestReport
from ingest.restored_folders import folders_of, require_added
from ingest.run import IngestRun, LibraryWriter
from ingest.stages import FileJob
from rag.interfaces import Embedder
from rag.types import FileRecord, FileStamp, is_elsewhere


def ingest(
    paths: Iterable[str | Path],
    library: LibraryWriter,
    embedder: Embedder,
    *,
    progress: Callable[[IngestProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    parser: Parser | None = None,
    keep_missing: bool = False,
    retry_incomplete: bool = False,
    read_again: Collection[str] = (),
    within: Collection[Path] | None = None,
    addresses: Mapping[Path, str] | None = None,
) -> IngestReport:
    """Bring the library in step with the files at ``paths`` and below.

    ``retry_incomplete``: unchanged files that gave no text before, or not all of it, are tried again; without paths,
    all such files of the library. ``read_again``: the documents of these ids are re-read in any case; without paths,
    they alone. No file is opened in a folder that came with a backup until it is among the ``paths``, or below one.
    ``within``: files are read only where they lie in these folders, which are absolute and without links, when they are
    opened. ``addresses``: the sources of the files at these of the paths, which are kept copies of web pages.
    ``keep_missing``: documents whose files are gone stay. ``stop`` is asked a few times a second. One file's
    failure is its outcome; a library that cannot be written raises its OakenError. Raises UsageError for a path that
    does not exist, or a document to re-read whose folder nobody added here, and LibraryBusyError where another ingest
    holds the write lock, before anything is changed.
    """
    given = [Path(path).expanduser() for path in paths]
    found = discover(given)
    with library.writing():
        if given:
            library.add_roots(folders_of(given))
        restored = library.restored_roots()
        content_index = ContentIndex(library.records(), retry_incomplete=retry_incomplete, read_again=read_again)
        files = list(found)
        if not given:
            chosen = frozenset(read_again)
            held = sorted(content_index.records.values(), key=lambda record: record.source)
            require_added([each for each in held if each.id in chosen], restored)
            held = [each for each in held if each.root not in restored and not is_elsewhere(each.root)]
            files = [found_at(each.root, each.path, each.source) for each in held if each.id in chosen]
            files += _files_to_retry(each for each in held if retry_incomplete and each.id not in chosen)
        if addresses:
            sources = {os.path.realpath(path): address for path, address in addresses.items()}
            files = [replace(each, source=sources.get(str(each.location), each.source)) for each in files]
        if within is not None:
            places = tuple(map(str, within))
            files = [replace(each, within=places) for each in files]
        files = [replace(each, identity=library.document_id(each.root, each.path)) for each in files]
        run = IngestRun(
            library,
            content_index,
            len(files),
            progress or (lambda _: None),
            keep_missing=keep_missing,
            restored=restored,
        )
        return _ingest_found(run, given, files, embedder, stop or (lambda: False), parser)


def _ingest_found(
    run: IngestRun,
    given: Sequence[Path],
    found: Sequence[FoundFile],
    embedder: Embedder,
    stop: Callable[[], bool],
    parser: Parser | None,
) -> IngestReport:
    todo = []
    stopped = True
    gone: tuple[str, ...] = ()
    for at, file in enumerate(found):
        if stop():
            break
        record, stamp = run.content_index.record_of(file), FileStamp(file.size, file.mtime_ns)
        if record is not None and file.problem is None and run.content_index.is_settled(record, stamp):
            run.unchanged(at, file, record, stamp)
        else:
            todo.append(FileJob(file, record, stamp, at))
    else:
        with contextlib.closing(parser or Parser()) as reading, run.stages(todo, embedder, reading):
            run.store(todo, stop)
            if len(run.outcomes) == len(found):
                gone = run.remove_vanished(given, found)
                run.fix_copies()
                run.follow(vectors=False)  # from here on everything is found by its words
                stopped = not run.embed(stop)
    run.fix_copies()
    run.follow()
    outcomes = tuple(run.outcomes[at] for at in sorted(run.outcomes))
    return IngestReport(outcomes, gone, run.seconds, stopped, dict(run.run_state.seconds), run.note)


def _files_to_retry(records: Iterable[FileRecord]) -> Iterator[FoundFile]:
    """Yield the files that gave no text, or only a part of it."""
    for record in records:
        if not was_read_whole(record):
            yield found_at(record.root, record.path, record.source)
