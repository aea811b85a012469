"""Correct a question: typos, omitted accents, another keyboard layout, Latin letters in place of Cyrillic ones.

A word is checked where no document holds it, and corrected only where a document (or the language's own function words)
holds one a small edit away. The embedder's vocabulary tells whether the word is right and merely absent from this
library: a common word is one piece there, a typo falls into several. Changes nothing else: filters, quoted phrases,
names, codes and languages that the embedder does not know stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex
from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.interfaces import Embedder
from rag.library.reader import LibraryReader
from rag.text.analyzer import codes, fold, is_stop, spellings, stem
from rag.text.detect import language_of_question
from rag.text.function_words import function_words
from rag.text.keyboards import keyboard_readings
from rag.text.languages import known_languages
from rag.text.names import capitals_tell_names, certain_names
from rag.text.scripts import ENDS, has_pairs

_SPELLED_LANGUAGES = tuple(known_languages())
_MIN_TRUST_FOR_VOCABULARY = 0.3  # least trust at which the embedder's vocabulary says something of a language
_MIN_LETTERS, _MIN_LETTERS_TWO_ERRORS = (
    4,
    8,
)  # least letters of a word that may hold one typo, and two
_MAX_UNKNOWN_WORDS = 12  # unknown words corrected: a question with more is about something else
_SIMILAR_WORD_ROUNDS = 8  # searches for words similar to one
_CHUNKS_PER_READ = 3  # chunks read in each search
_LAYOUT_MIN_KNOWN = 0.6  # least share of known words in a reading in another layout, once its typos are corrected
_LAYOUT_MIN_KNOWN_RAW = 0.3  # least share of known words in such a reading for its typos to be corrected
_LAYOUT_MAX_PIECES = 0.6  # a reading with at most this share of the question's pieces needs fewer known words
_RARE_WORD_PIECES = 3  # least pieces of a word that is hardly a common one
_INFLECTION_LETTERS = 4  # letters in which forms of one word differ
_SPELLED_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)?")
_TYPED_WORD = regex.compile(r"\S+")
_NO_WORD = regex.compile(r"[\p{N}@_/\\]|://|\p{Ll}\p{Lu}|\p{L}\.\p{L}")
_SPELLING_SENTENCE_END = regex.compile(rf"[{ENDS}:]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """A question put right."""

    text: str
    shown: str = ""  # the same, where it differs in more than accents: what a person is told


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str  # in lower case
    original: str
    name: bool


def correct_spelling(
    question: str, library: LibraryReader, embedder: Embedder, keep: Sequence[Span] = ()
) -> SpellingCorrection:
    """Return the question with its typos corrected, or as it is where there are none.

    ``keep`` are spans to leave alone.
    """
    speller = _Speller(library, embedder)
    unknown = speller.unknown(_words(question, keep)) if speller.languages else []
    if not unknown:
        return SpellingCorrection(question)
    text = _in_other_layout(question, speller) if not keep else ""
    text = text or speller.corrected(question, unknown)
    shown = text if fold(text.casefold()) != fold(question.casefold()) else ""
    return SpellingCorrection(text, shown)


def _in_other_layout(question: str, speller: _Speller) -> str:
    """Return the question in another layout or alphabet where only there its words are known; otherwise ""."""
    if speller.known_share(question) > 1 - _LAYOUT_MIN_KNOWN:
        return ""
    for language, read in keyboard_readings(question):
        if speller.known_share(read) < _LAYOUT_MIN_KNOWN_RAW:
            continue
        right = speller.corrected(read, speller.unknown(_words(read)), language)
        if speller.known_share(right) >= _LAYOUT_MIN_KNOWN or speller.pieces(
            right
        ) <= _LAYOUT_MAX_PIECES * speller.pieces(question):
            return right
    return ""


class _Speller:
    """What a library and an embedder know of words."""

    def __init__(self, library: LibraryReader, embedder: Embedder) -> None:
        chunks_by_language = library.languages()
        spoken = sorted((each for each in chunks_by_language if each), key=lambda each: -chunks_by_language[each])
        self.languages = tuple(
            each for each in spoken if embedder.card.language_trust(each) >= _MIN_TRUST_FOR_VOCABULARY
        )
        self._forms = tuple(dict.fromkeys([*spoken, *_SPELLED_LANGUAGES, ""]))
        self._library = library
        self._embedder = embedder

    def pieces(self, text: str) -> int:
        """Return the number of pieces into which the embedder's vocabulary splits the text."""
        return self._embedder.count(text) - self._embedder.count("")

    def unknown(self, words: Sequence[_Word]) -> list[_Word]:
        """Return the words that no document holds in any form and that are no function words."""
        stems = {word.text: {stem(word.text, each) for each in self._forms} for word in words}
        wanted = sorted({form for forms in stems.values() for form in forms})
        _, often = self._library.frequencies(wanted, fields=("text", "heading", "name"))
        return [
            word
            for word in words
            if not any(often.get(form) for form in stems[word.text]) and not self._is_function_word(word.text)
        ]

    def _is_function_word(self, word: str) -> bool:
        return any(
            is_stop(word, each) or word in function_words(each) for each in (*self.languages, *_SPELLED_LANGUAGES)
        )

    def known_share(self, question: str) -> float:
        """Return the share of known words; among the longer ones alone, where there are any."""
        every = _words(question)
        every = [word for word in every if len(word.text) >= _MIN_LETTERS] or every
        return 1 - len(self.unknown(every)) / len(every) if every else 1.0

    def corrected(self, question: str, unknown: Sequence[_Word], language: str = "") -> str:
        """Return the question with its unknown words corrected, in its own language unless one is given."""
        language = language or language_of_question(question, [*self.languages, *_SPELLED_LANGUAGES])
        if language not in self.languages or len(unknown) > _MAX_UNKNOWN_WORDS:
            return question
        named = _named(question, unknown, language)
        chunk_counts = self._chunk_counts([fold(word.text) for word in unknown])
        for word in reversed(unknown):
            same = self._similar_words(fold(word.text), 0, language) if chunk_counts[fold(word.text)] else {}
            right = _best(same) if same else "" if word in named else self._correction_of(word, language)
            if right:
                question = question[: word.start] + _with_case_of(right, word.original) + question[word.end :]
        return question

    def _correction_of(self, word: _Word, language: str) -> str:
        """Return the correction of a word; "" where the word may be right, or nothing similar is known."""
        folded = fold(word.text)
        if len(folded) < _MIN_LETTERS or (pieces := self.pieces(word.text)) < 2:
            return ""
        near = dict.fromkeys(_function_words_like(folded, language, pieces >= _RARE_WORD_PIECES), math.inf)
        for edits in range(1, 2 + (len(folded) >= _MIN_LETTERS_TWO_ERRORS and pieces >= _RARE_WORD_PIECES)):
            near |= self._similar_words(folded, edits, language)
            fits = {each: near[each] for each in near if self._is_likely_typo(folded, fold(each), pieces, each)}
            if fits:
                exchanged = {each: often for each, often in fits.items() if _is_anagram(folded, fold(each))}
                return _best(exchanged or fits)
        return ""

    def _is_likely_typo(self, word: str, other: str, pieces: int, spelled: str) -> bool:
        if len(other) < _MIN_LETTERS or _is_form(word, other) or not _begins_alike(word, other):
            return False
        fewer = self.pieces(spelled) - pieces
        return fewer < 0 or (fewer == 0 and pieces >= _RARE_WORD_PIECES and _edits(word, other) == 1)

    def _similar_words(self, word: str, edits: int, language: str) -> dict[str, float]:
        """Return words of documents in that language within ``edits`` edits, with the number of chunks holding each."""
        found: dict[str, float] = {}
        seen: set[str] = set()
        for _ in range(_SIMILAR_WORD_ROUNDS):
            ids = self._library.spelled_like(word, edits, _CHUNKS_PER_READ, excluded=seen)
            near = {
                each: chunk.language
                for chunk in self._library.chunks(ids).values()
                for each in spellings(chunk.embedding_text)
                if _edits(word, fold(each)) <= edits
            }
            fresh = {fold(each) for each in near} - seen
            if not fresh:
                break
            seen |= fresh
            found |= {each: 0.0 for each, spoken in near.items() if spoken == language}
        often = self._chunk_counts(sorted(map(fold, found)))
        return {each: often[fold(each)] for each in found}

    def _chunk_counts(self, folded: Sequence[str]) -> dict[str, float]:
        """Return the number of chunks that hold each word, ignoring accents."""
        _, often = self._library.frequencies(folded, fields=("spelling",))
        return {word: float(often.get(word, 0)) for word in folded}


def _function_words_like(word: str, language: str, surely_wrong: bool) -> list[str]:
    """Return function words with the same letters in another order, or one edit away where the word is surely wrong."""
    usual = _function_words(language)
    near = process.extract(word, usual, scorer=OSA.distance, score_cutoff=1, limit=None)
    return [written for folded, _, written in near if surely_wrong or _is_anagram(word, folded)]


@lru_cache(maxsize=16)
def _function_words(language: str) -> dict[str, str]:
    """Map each function word of a language that carries no meaning by itself to its form without accents."""
    every = sorted(function_words(language))
    return {each: fold(each) for each in every if is_stop(each, language) or language not in _SPELLED_LANGUAGES}


def _best(often: Mapping[str, float]) -> str:
    return max(often, key=lambda word: (often[word], word))


def _words(question: str, keep: Sequence[Span] = ()) -> list[_Word]:
    """Return the words that may be wrong: no codes, addresses or numbers, no capitalised words in lower-case text."""
    found = []
    for chunk in _TYPED_WORD.finditer(question):
        bare = chunk.group().rstrip(".,;:!?…)»”\"'")
        if _NO_WORD.search(bare) or codes(bare) or has_pairs(bare):
            continue
        for match in _SPELLED_WORD.finditer(question, *chunk.span()):
            if not any(match.start() < end and start < match.end() for start, end in keep):
                found.append(match)
    titled = not any(match.group()[0].islower() for match in found)  # where all have capitals, these say nothing
    words = []
    for match in found:
        spelled = spellings(match.group())
        if len(spelled) == 1 and "'" not in spelled[0]:
            name = match.group()[0].isupper() and not titled and not _opens_sentence(question, match.start())
            words.append(_Word(match.start(), match.end(), spelled[0], match.group(), name))
    return words


def _named(question: str, every: Sequence[_Word], language: str) -> list[_Word]:
    """Return the words that are names, which may be written in any way."""
    if capitals_tell_names(language):
        return [word for word in every if word.name]
    certain = certain_names(question, language)
    return [word for word in every if any(start <= word.start < end for start, end in certain)]


def _opens_sentence(question: str, start: int) -> bool:
    before = question[:start].rstrip(" «“\"'(¿¡")
    return not before or bool(_SPELLING_SENTENCE_END.match(before[-1]))


def _with_case_of(right: str, written: str) -> str:
    if len(written) > 1 and written.isupper():
        return right.upper()
    return right[0].upper() + right[1:] if written[0].isupper() else right


def _edits(one: str, other: str) -> int:
    """Count the edits between two words: letters changed, omitted, added or transposed (optimal string alignment)."""
    return int(OSA.distance(one, other, score_cutoff=2))


def _is_anagram(one: str, other: str) -> bool:
    """Tell whether the letters are the same in another order: the commonest typo."""
    return sorted(one) == sorted(other)


def _begins_alike(one: str, other: str) -> bool:
    """Tell whether two words begin alike: typos are rare in the first letter, where different words differ.

    A long word may have its first two letters exchanged.
    """
    return one[0] == other[0] or (len(one) >= _MIN_LETTERS_TWO_ERRORS and one[:2] == other[1::-1])


def _is_form(one: str, other: str) -> bool:
    """Tell whether two words may be forms of one word: their endings differ, by more than one omitted letter."""
    if _is_anagram(one, other):
        return False
    head = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left_out = one[-1] == other[-1] and abs(len(one) - len(other)) == 1 == _edits(one, other)
    return max(len(one), len(other)) - head <= _INFLECTION_LETTERS and not left_out
