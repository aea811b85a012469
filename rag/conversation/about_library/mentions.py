"""Find the documents that hold the words of a topic, in any form: by the word index's stems, cited to the letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.library.reader import LibraryReader
from rag.text.analyzer import is_stop, stem, words
from rag.text.detect import language_of_question
from rag.text.sentences import sentences
from rag.types import Chunk, Citation, FileRecord

_MAX_CHUNKS = 5_000  # chunks read
_MAX_CHUNKS_UNDER_HEADING = 400  # chunks read for a heading that holds the words
_Forms = list[set[str]]  # for each word its stems in the library's languages


def mentions(topic: str, language: str, library: LibraryReader, records: Sequence[FileRecord]) -> dict[str, Citation]:
    """Return, for each of these documents that mentions the topic, the sentence that does.

    That is one with all of its words, else the beginning of a passage or section that has them.
    """
    sources = {record.id: record.source for record in records}
    exact = {key: quotes[0] for key, quotes in sentences_with(topic, language, library, records, 1).items()}
    for chunk in _chunks_under_heading(_forms(topic, language, library), library, set(sources) - set(exact)):
        exact.setdefault(chunk.document_id, _cite_beginning(chunk, sources[chunk.document_id]))
    if exact:
        return exact
    return {
        chunk.document_id: _cite_beginning(chunk, sources[chunk.document_id])
        for chunk in _chunks_with(topic, language, library, records)
    }


def sentences_with(
    topic: str, language: str, library: LibraryReader, records: Sequence[FileRecord], most: int
) -> dict[str, list[Citation]]:
    """Return, for each of these documents, up to ``most`` sentences that hold all content words of the topic.

    Documents without one are left out.
    """
    forms = _forms(topic, language, library)
    sources = {record.id: record.source for record in records}
    quotes: dict[str, list[Citation]] = {}
    for chunk in _chunks_with(topic, language, library, records):
        if len(quotes.get(chunk.document_id, ())) == most:
            continue
        for start, end in sentences(chunk.text, chunk.language):
            text = chunk.text[start:end]
            there = {stem(word, chunk.language) for word in words(text)}
            if all(each & there for each in forms):
                begin, until = chunk.start + start, chunk.start + end
                page, section = library.page_and_section(chunk.document_id, begin)
                quotes.setdefault(chunk.document_id, []).append(
                    Citation(chunk.document_id, sources[chunk.document_id], page, section, begin, until, text, 1.0)
                )
                if len(quotes[chunk.document_id]) == most:
                    break
    return quotes


def is_known(word: str, library: LibraryReader) -> bool:
    """Whether a word stands in the library, in any of its forms."""
    stems = {stem(word, language) for language in ("", *library.languages())}
    return any(library.frequencies(sorted(stems))[1].values())


def _forms(topic: str, language: str, library: LibraryReader) -> _Forms:
    spoken = language_of_question(topic, (language,)) or language
    languages = {spoken, "", *library.languages()}
    wanted = [word for word in words(topic) if not is_stop(word, spoken)] or words(topic)
    return [{stem(word, each) for each in languages} for word in dict.fromkeys(wanted)]


def _chunks_with(topic: str, language: str, library: LibraryReader, records: Sequence[FileRecord]) -> list[Chunk]:
    """Passages that hold all words of the topic, best first."""
    forms = _forms(topic, language, library)
    if not forms:
        return []
    wanted = {record.id for record in records}
    among = wanted if len(wanted) == 1 else None
    weights = dict.fromkeys((form for each in forms for form in each), 1.0)
    phrases = [[(form,) for form in sorted(each)] for each in forms]
    found = [ident for ident, _ in library.search_words(weights, _MAX_CHUNKS, phrases=phrases, among=among)]
    chunks = library.chunks(found)
    return [chunks[ident] for ident in found if ident in chunks and chunks[ident].document_id in wanted]


def _chunks_under_heading(forms: _Forms, library: LibraryReader, wanted: set[str]) -> Iterator[Chunk]:
    """Passages under a heading that holds all of the words."""
    if not forms or not wanted:
        return
    weights = dict.fromkeys((form for each in forms for form in each), 1.0)
    found = [ident for ident, _ in library.search_words(weights, _MAX_CHUNKS_UNDER_HEADING)]
    chunks = library.chunks(found)
    for chunk in (chunks[ident] for ident in found if ident in chunks):
        there = {stem(word, chunk.language) for heading in chunk.section for word in words(heading)}
        if chunk.document_id in wanted and all(each & there for each in forms):
            yield chunk


def _cite_beginning(chunk: Chunk, source: str) -> Citation:
    start, end = sentences(chunk.text, chunk.language)[0]
    begin, until = chunk.start + start, chunk.start + end
    return Citation(chunk.document_id, source, chunk.page, chunk.section, begin, until, chunk.text[start:end], 1.0)
