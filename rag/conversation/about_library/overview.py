"""Group a library's documents by meaning, and name each group by its most distinctive words.

The groups come from the mean vectors of the documents. Their language is subtracted from these first, or documents
would come together because they are in Spanish.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import regex

from rag.conversation.about_library.naming import spelled
from rag.interfaces import Vectors
from rag.library.db.opening import DocumentOpening
from rag.library.reader import LibraryReader
from rag.text.analyzer import is_stop, stem, words
from rag.text.function_words import function_words
from rag.text.names import capitals_tell_names, certain_names
from rag.types import FileRecord

_MAX_TOPICS = 10  # groups
_MAX_GROUPED_DOCUMENTS = 1_000  # documents that are grouped; the time grows with their square
_TOPICS_PER_ROOT = 1.5  # groups, as a multiple of the square root of the number of documents
_TOPIC_NAME_WORDS = 3  # words in a group's name
_MIN_NAME_LETTERS = 4  # letters of a word in a name
_PATH_WORD_WEIGHT = 1.0  # weight of a word of a path or a heading
_NAMED_SHARE = 0.3  # least share of a group's documents with such a word for it to be in the group's name
_TEXT, _TEXT_SHARE = 0.25, 0.6  # weight and least share for a word of the text
_MIN_DOCUMENTS_FOR_MEAN = 2  # least documents of a language for its mean to be subtracted


_NAME_WITHIN = regex.compile(r"(?<=[\w,;»”)] )\p{Lu}[\w’'-]+(?: \p{Lu}[\w’'-]+)*")
_SMALL_WORD = regex.compile(r"\b\p{Ll}[\w’'-]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """Documents of one topic, the most typical first, and the words that set them apart; () where no word does."""

    words: tuple[str, ...]
    records: tuple[FileRecord, ...]


def topics(
    library: LibraryReader, records: Sequence[FileRecord], openings: Mapping[str, DocumentOpening]
) -> list[Topic]:
    """Return the topics of these documents, the largest first; the same library gives the same ones."""
    ids, vectors = library.document_vectors()
    known = {record.id: record for record in records}
    at = [place for place, ident in enumerate(ids) if ident in known]
    with_vectors = [known[ids[place]] for place in at]
    if not with_vectors:
        return []
    centred = _without_language(vectors[at], [record.language for record in with_vectors])
    groups = _groups(centred)
    counted = [_words(record, openings.get(record.id)) for record in with_vectors]
    often = Counter(word for each in counted for word in each)
    written = _spellings(with_vectors, openings)
    named = [_distinctive_words([counted[place] for place in members], often, len(with_vectors)) for members in groups]
    named = _told_apart(named, [[counted[place] for place in members] for members in groups])
    found = []
    for members, names in zip(groups, named, strict=True):
        middle = centred[members].mean(axis=0)
        typical = sorted(members, key=lambda place: (-float(centred[place] @ middle), with_vectors[place].path))
        found.append(Topic(tuple(written[name] for name in names), tuple(with_vectors[place] for place in typical)))
    return sorted(found, key=lambda theme: (-len(theme.records), theme.records[0].path))


def _without_language(vectors: Vectors, languages: Sequence[str]) -> Vectors:
    centred = vectors.astype(np.float32, copy=True)
    for language in set(languages):
        places = [place for place, each in enumerate(languages) if each == language]
        if len(places) >= _MIN_DOCUMENTS_FOR_MEAN:
            centred[places] -= centred[places].mean(axis=0)
        else:
            centred[places] -= vectors.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(lengths, 1e-9), dtype=np.float32)


def _groups(vectors: Vectors) -> list[list[int]]:
    """Places of like vectors together, by Ward's method among so many landmarks; the others join the nearest."""
    from sklearn.cluster import AgglomerativeClustering

    many = min(_MAX_TOPICS, max(2, round(_TOPICS_PER_ROOT * math.sqrt(len(vectors)))), len(vectors))
    marks = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), _MAX_GROUPED_DOCUMENTS)).astype(int))
    if len(marks) < 2:
        return [list(range(len(vectors)))]
    labels = AgglomerativeClustering(many).fit_predict(vectors[marks])
    middles = np.stack([vectors[marks[labels == label]].mean(axis=0) for label in range(many)])
    nearest = (vectors @ middles.T - (middles**2).sum(axis=1) / 2).argmax(axis=1)
    nearest[marks] = labels
    found = [[int(place) for place in np.flatnonzero(nearest == label)] for label in range(many)]
    return [members for members in found if members]


def _words(record: FileRecord, opening: DocumentOpening | None) -> dict[str, float]:
    """Return the stems of a document's place, name, headings and first text, each with its weight."""
    counted: dict[str, float] = {}
    for text, weight in _texts(record, opening):
        for word in _content(text, record.language, named=weight == _PATH_WORD_WEIGHT):
            key = stem(word, record.language)
            counted[key] = max(counted.get(key, 0.0), weight)
    return counted


def _texts(record: FileRecord, opening: DocumentOpening | None) -> list[tuple[str, float]]:
    path = PurePosixPath(record.path)
    found = [(spelled(" ".join([*path.parent.parts, path.stem])), _PATH_WORD_WEIGHT)]
    return found if opening is None else [*found, (" ".join(opening.section), _PATH_WORD_WEIGHT), (opening.text, _TEXT)]


def _content(text: str, language: str, *, named: bool) -> list[str]:
    """Return words that may name a topic.

    Of a name or a heading all but stop words, of a text none that are common or names: who writes in the papers is no
    topic.
    """
    found = [word for word in words(text) if len(word) >= _MIN_NAME_LETTERS and word.isalpha()]
    if named:
        return [word for word in found if not is_stop(word, language) and not is_stop(word, "en")]
    common = function_words(language) | function_words("en") | _names(text, language)
    return [word for word in found if word not in common]


def _names(text: str, language: str) -> set[str]:
    """Return the words that a text writes with a capital wherever they stand, once at least within a sentence."""
    if capitals_tell_names(language):
        found = {word for match in _NAME_WITHIN.finditer(text) for word in words(match.group())}
    else:
        found = {word for start, end in certain_names(text, language) for word in words(text[start:end])}
    return found - {match.group() for match in _SMALL_WORD.finditer(text)}


def _distinctive_words(members: Sequence[Mapping[str, float]], often: Mapping[str, int], total: int) -> list[str]:
    """Return the words that several of a group have and few others do, most specific first; [] where there are none."""
    score: dict[str, float] = defaultdict(float)
    held, named = Counter[str](), Counter[str]()
    for counted in members:
        for word, weight in counted.items():
            score[word] += weight * math.log(total / often[word])
            held[word] += 1
            named[word] += weight == _PATH_WORD_WEIGHT
    several = min(len(members), 2)

    def is_distinctive(word: str) -> bool:
        if named[word] >= max(several, _NAMED_SHARE * len(members)):
            return score[word] > 0
        return held[word] >= max(several, _TEXT_SHARE * len(members)) and score[word] > 0

    return sorted(filter(is_distinctive, score), key=lambda word: (-score[word], word))[:_TOPIC_NAME_WORDS]


def _told_apart(named: Sequence[list[str]], groups: Sequence[Sequence[Mapping[str, float]]]) -> list[list[str]]:
    """Return the names with further words where two groups have the same: those that only one of them has."""
    often = Counter(map(frozenset, named))
    found = []
    for at, names in enumerate(named):
        if not names or often[frozenset(names)] == 1:
            found.append(names)
            continue
        others = {
            word
            for other, members in enumerate(groups)
            if other != at and set(named[other]) == set(names)
            for counted in members
            for word in counted
        }
        own: dict[str, float] = defaultdict(float)
        for counted in groups[at]:
            for word in counted.keys() - others:
                own[word] += counted[word]
        telling = sorted(own, key=lambda word: (-own[word], word))
        found.append([*names, *telling[: max(1, _TOPIC_NAME_WORDS - len(names))]])
    return found


def _spellings(records: Sequence[FileRecord], openings: Mapping[str, DocumentOpening]) -> dict[str, str]:
    """For each stem the word that it is most often written as."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        for text, weight in _texts(record, openings.get(record.id)):
            for word in _content(text, record.language, named=weight == _PATH_WORD_WEIGHT):
                written[stem(word, record.language)][word] += 1
    return {key: min(each, key=lambda word: (-each[word], len(word), word)) for key, each in written.items()}
