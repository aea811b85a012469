"""Join found chunks into passages: neighbours where a section continues; near-duplicates are folded into one.

A chunk is as long as the embedder's window lets it, which in Russian is three lines; a passage is as long as a
reader wants it. ``document.text[start:end] == passage.text`` holds for each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.interfaces import Vector
from rag.library.reader import LibraryReader
from rag.text.analyzer import words
from rag.text.scripts import word_count
from rag.types import Chunk, Citation, Passage

_MAX_PASSAGE_WORDS = 150  # neighbours are joined while a passage stays under so many words
_NEIGHBOUR_REACH = 6  # chunks before and after the one that was found
_SHINGLE_WORDS = 4  # words
_DUPLICATE_SHARE = 0.8  # share of the shorter text's shingles that the longer one holds


def cite(passage: Passage, start: int, end: int, score: float) -> Citation:
    """Return a citation of a passage's characters from ``start`` to ``end``, with the passage's page and section."""
    return Citation(
        document_id=passage.document_id,
        source=passage.source,
        page=passage.page,
        section=passage.section,
        start=passage.start + start,
        end=passage.start + end,
        quote=passage.text[start:end],
        score=score,
    )


@dataclass(frozen=True, slots=True)
class RankedChunk:
    """A chunk as the retrievers found it."""

    chunk: Chunk
    score: float
    vector: Vector | None  # None where it waits for one and was not among the best
    ranks: Mapping[str, int]  # retriever -> rank, from 1
    opinion: float = 0.0  # of the ratings of answers to like questions, -1 to 1


def assemble(found: Sequence[RankedChunk], library: LibraryReader, most: int) -> list[Passage]:
    """Return up to ``most`` passages around the chunks, best first; the score of each is its best chunk's."""
    taken: set[str] = set()
    runs: list[tuple[RankedChunk, list[Chunk]]] = []
    left = list(found)
    while len(runs) < most and (left := [each for each in left if each.chunk.id not in taken]):
        looked, left = left[: most - len(runs)], left[most - len(runs) :]
        short = [each.chunk for each in looked if _length(each.chunk) < _MAX_PASSAGE_WORDS]
        around = library.neighbours(short, _NEIGHBOUR_REACH)
        for each in looked:
            if each.chunk.id not in taken:
                run = _run(each.chunk, around.get(each.chunk.id, []), taken)
                taken.update(chunk.id for chunk in run)
                runs.append((each, run))
    texts = library.texts_between([(run[0].document_id, run[0].start, run[-1].end) for _, run in runs])
    records = library.records_of({each.chunk.document_id for each, _ in runs})
    by_id = {each.chunk.id: each for each in found}
    passages = []
    for (each, run), text in zip(runs, texts, strict=True):
        record = records.get(each.chunk.document_id)
        if record is None:  # removed meanwhile
            continue
        run_chunks = [by_id[chunk.id] for chunk in run if chunk.id in by_id]
        if _tiles(run, text):
            passages.append(_passage(each, run, text, record.source, run_chunks))
        else:  # something that is no white space lies between: each for itself
            passages += [_passage(one, [one.chunk], one.chunk.text, record.source, [one]) for one in run_chunks]
    return passages


def _run(chunk: Chunk, row: Sequence[Chunk], taken: Collection[str]) -> list[Chunk]:
    """Return the chunk and the neighbours that continue its text, up to the longest passage."""
    at = next((i for i, each in enumerate(row) if each.id == chunk.id), None)
    if at is None:
        return [chunk]
    first = last = at
    size = _length(chunk)
    while True:
        # The next one first: what a passage lacks mostly follows it.
        for step in (last + 1, first - 1):
            if not 0 <= step < len(row) or row[step].id in taken or not _is_same_section(row, step, at):
                continue
            if size + _length(row[step]) <= _MAX_PASSAGE_WORDS:
                size += _length(row[step])
                first, last = min(first, step), max(last, step)
                break
        else:
            return list(row[first : last + 1])


def _tiles(run: Sequence[Chunk], text: str) -> bool:
    """Tell whether the text consists of these chunks with nothing but white space between them."""
    base = run[0].start
    if any(text[each.start - base : each.end - base] != each.text for each in run):
        return False
    return not any(text[one.end - base : other.start - base].strip() for one, other in pairwise(run))


def _is_same_section(row: Sequence[Chunk], step: int, at: int) -> bool:
    """Tell whether the neighbour is in the same section."""
    one, other = (row[step - 1], row[step]) if step > at else (row[step], row[step + 1])
    return (one.section, one.ordinal + 1) == (other.section, other.ordinal)


def _length(chunk: Chunk) -> int:
    return word_count(chunk.text)


def _passage(found: RankedChunk, run: Sequence[Chunk], text: str, source: str, held: Sequence[RankedChunk]) -> Passage:
    ranks: dict[str, int] = {}
    for each in held:
        for retriever, rank in each.ranks.items():
            ranks[retriever] = min(rank, ranks.get(retriever, rank))
    return Passage(
        document_id=found.chunk.document_id,
        source=source,
        text=text,
        start=run[0].start,
        end=run[-1].end,
        page=run[0].page,
        section=found.chunk.section,
        language=found.chunk.language,
        score=max(each.score for each in held),
        chunk_ids=tuple(chunk.id for chunk in run),
        ranks=ranks,
        opinion=found.opinion,
    )


def drop_duplicates(passages: Sequence[Passage], most: int) -> list[Passage]:
    """Return the first ``most`` passages without near-duplicates of earlier ones.

    The same paragraph in two files or two versions of a file takes one place. Texts whose numbers differ are no
    duplicates.
    """
    kept: list[Passage] = []
    for passage in passages:
        if len(kept) == most:
            break
        if not any(_are_near_duplicates(passage.text, other.text) for other in kept):
            kept.append(passage)
    return kept


def _are_near_duplicates(one: str, other: str) -> bool:
    first, second = _shingles(one), _shingles(other)
    if first.numbers != second.numbers:
        return False
    shorter = min(len(first.rows), len(second.rows))
    longer = max(len(first.rows), len(second.rows))
    # A short passage within a long one is no duplicate: the long one may not be quoted where it stands.
    return len(first.rows & second.rows) >= _DUPLICATE_SHARE * shorter and shorter >= _DUPLICATE_SHARE * longer


@dataclass(frozen=True, slots=True)
class _Shingles:
    rows: frozenset[tuple[str, ...]]
    numbers: frozenset[str]


@lru_cache(maxsize=2048)
def _shingles(text: str) -> _Shingles:
    spoken = words(text)
    size = min(_SHINGLE_WORDS, len(spoken))
    rows = frozenset(tuple(spoken[i : i + size]) for i in range(len(spoken) - size + 1))
    return _Shingles(rows, frozenset(word for word in spoken if word[0].isdigit()))
