"""Turn a question into a row of word classes: its words looked up in one language's lists, longest phrase first.

Accents and capitals do not count. A word of five letters or more that is in no list is taken for one of a list that is
one typing error away, unless the library knows the word as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from rag.text.analyzer import fold
from rag.text.languages import known_languages

_FUZZY_FROM = 5  # letters; below that one letter makes another word too easily
_SUBSTITUTED_FROM = 7  # "miles" is not "files", nor "payers" "papers"
_QUESTION_TOKEN = re.compile(
    r"[“\"«](?P<quoted>[^“”\"«»]+)[”\"»]|„(?P<quoted_low>[^„“”\"]+)[“”\"]"
    # a file's name is looked for once in a run of letters: what it begins with may be anything
    r"|(?P<file>(?<![^\s“”\"«»¿¡])[^\s“”\"«»¿¡]*\w\.[A-Za-z]\w{0,5}(?![\w])(?:/[^\s“”\"«»?!,;]*)?"
    r"|(?<![^\s“”\"«»])[^\s“”\"«»]*\w/(?:[^\s“”\"«»?!,;]*\w/?)?)"
    r"|(?P<word>tl;dr|\w+(?:['’-]\w+)*)",
    re.IGNORECASE,
)
# Kinds of file that can be asked for: by a key of ``LibraryQuestionWords.file_types`` the names that every language
# uses, and the endings that they stand for.
FILE_TYPES: dict[str, tuple[str, str]] = {
    "pdf": ("pdf", ".pdf"),
    "word": ("word", ".docx,.doc,.odt"),
    "docx": ("docx", ".docx,.doc"),
    "markdown": ("markdown, md", ".md,.markdown"),
    "html": ("html, htm", ".html,.htm"),
    "text": ("txt", ".txt,.text"),
    "slides": ("ppt, pptx, powerpoint", ".pptx,.ppt,.odp"),
    "sheets": ("xls, xlsx, excel", ".xlsx,.xls,.ods"),
    "csv": ("csv", ".csv,.tsv"),
    "json": ("json, jsonl", ".json,.jsonl"),
    "epub": ("epub", ".epub"),
    "mail": ("eml", ".eml,.msg"),
    "image": ("", ".png,.jpg,.jpeg,.tif,.tiff,.webp"),
}


class WordClass(StrEnum):
    """What a word does in a question about the library; its value is its letter in a row of classes."""

    WHICH = "w"
    WHICH_IS = "we"  # two at once: "what's"
    WHICH_THIS = "wp"  # two at once in Russian: "what kind of … is this"
    MANY = "q"  # how many
    WHERE = "W"
    SHOW = "s"
    DOCUMENTS = "n"
    DOCUMENT = "1"
    HAVE = "e"  # have, are, exist
    CONTAIN = "C"
    PLACE = "l"  # here
    TOTAL = "j"  # in total, now
    LIBRARY = "L"
    OWN = "P"  # my, our
    THIS = "p"  # this, it, these
    ABOUT = "a"
    ON = "O"  # the same, but at a question's end it may belong to any verb: "depend on"
    ABOUT_WHAT = "A"  # "what is … about" in one
    MENTION = "m"
    SAY = "y"
    SUMMARY = "z"
    NEWEST = "r"
    OLDEST = "o"
    LARGEST = "b"
    SMALLEST = "k"
    NEW = "N"
    DUPLICATE = "d"
    UNREAD = "U"  # could not be read, failed
    TYPE = "t"  # PDF: a kind of file that needs no word "file" beside it
    KINDS = "K"  # types of …
    FILE_KINDS = "K1"  # two at once: "file formats"
    LANGUAGES = "G"
    LANGUAGE = "g"  # a language's name
    FOLDER = "f"
    SINCE = "h"
    TIME = "u"
    WITHIN = "i"  # in, of, from
    EVERYTHING = "v"
    SECTION = "c"
    FILLER = "_"
    NAME = "F"  # a file's name, or a path
    QUOTED = "Q"
    OTHER = "x"


@dataclass(frozen=True, slots=True)
class ClassToken:
    """A class letter and the characters of the question that it stands for."""

    letter: str
    start: int
    end: int
    value: str = ""  # of a type of file or a language: which; of anything else ""


@dataclass(frozen=True, slots=True)
class ClassifiedQuestion:
    """A question in one language's classes."""

    question: str
    language: str
    tokens: tuple[ClassToken, ...]
    letters: str  # one for each token

    def text(self, span: tuple[int, int]) -> str:
        """Return the characters from the first to the last of these tokens, without quotation marks around them."""
        if span[0] >= span[1]:
            return ""
        span_text = self.question[self.tokens[span[0]].start : self.tokens[span[1] - 1].end]
        return " ".join(span_text.split()).strip(" «»„“”\"'")

    def values(self, letter: WordClass) -> list[str]:
        """Return what the tokens of that class stand for."""
        return [token.value for token in self.tokens if token.letter == letter.value]

    def without(self, span: tuple[int, int]) -> ClassifiedQuestion:
        """Return the question without these tokens."""
        tokens = self.tokens[: span[0]] + self.tokens[span[1] :]
        return ClassifiedQuestion(self.question, self.language, tokens, "".join(token.letter for token in tokens))


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # quoted, file, word
    word: str
    start: int
    end: int


def classify(question: str, known: Callable[[str], bool] | None = None) -> Iterator[ClassifiedQuestion]:
    """Yield the question in each language, as written; then, where that differs, with typing errors corrected.

    ``known`` tells whether the library has a word, which then is no error.
    """
    pieces = _pieces(question)
    for language in known_languages():
        yield _row(question, language, pieces, [piece.word for piece in pieces])
    long = {piece.word for piece in pieces if piece.kind == "word" and len(piece.word) >= _FUZZY_FROM}
    for language in known_languages():
        mended = {
            word: better for word in long if (better := _corrected(word, language)) and not (known and known(word))
        }
        if mended:
            yield _row(question, language, pieces, [mended.get(piece.word) or piece.word for piece in pieces])


def fold_word(text: str) -> str:
    """In lower case without accents: "¿Cuántos Años" is "¿cuantos anos"."""
    return fold(text.lower().replace("\u0451", "\u0435").replace("’", "'")).replace("ñ", "n")


def _pieces(question: str) -> list[_Piece]:
    found = []
    for match in _QUESTION_TOKEN.finditer(question):
        kind = str(match.lastgroup)
        found.append(_Piece(kind.removesuffix("_low"), fold_word(match[kind]), *match.span()))
    return found


def _row(question: str, language: str, pieces: list[_Piece], words: list[str]) -> ClassifiedQuestion:
    phrases, longest = _phrases(language)
    tokens: list[ClassToken] = []
    at = 0
    while at < len(pieces):
        if pieces[at].kind != "word":
            letter = WordClass.QUOTED if pieces[at].kind == "quoted" else WordClass.NAME
            tokens.append(ClassToken(letter.value, pieces[at].start, pieces[at].end))
            at += 1
            continue
        run = next((n for n in range(at, min(len(pieces), at + longest)) if pieces[n].kind != "word"), None)
        most = min(longest, len(pieces) - at, (run - at) if run is not None else longest)
        for size in range(most, 0, -1):
            entry = phrases.get(tuple(words[at : at + size]))
            if entry is not None:
                break
        else:
            size, entry = 1, (WordClass.OTHER.value, "")
        letters, value = entry
        start, end = pieces[at].start, pieces[at + size - 1].end
        tokens += [ClassToken(letter, start, end, value) for letter in letters]
        at += size
    return ClassifiedQuestion(question, language, tuple(tokens), "".join(token.letter for token in tokens))


@cache
def _phrases(language: str) -> tuple[dict[tuple[str, ...], tuple[str, str]], int]:
    """Return each phrase of a language with its class letters and value; and the number of words of the longest."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for kind, entries, value in (*_listed(language), *_file_types(), *_language_names()):
        for entry in entries.split(","):
            words = tuple(piece.word for piece in _pieces(entry) if piece.kind == "word")
            if words:
                found.setdefault(words, (kind.value, value))
    return found, max(map(len, found))


def _listed(language: str) -> Iterator[tuple[WordClass, str, str]]:
    words = known_languages()[language].library_questions
    for kind in WordClass:
        yield kind, getattr(words, kind.name.lower(), ""), ""  # files, quotations and what else there is have no list


def _file_types() -> Iterator[tuple[WordClass, str, str]]:
    """Yield what kinds of file are called in every language, whatever the question's: names wander."""
    for key, (names, endings) in FILE_TYPES.items():
        yield WordClass.TYPE, names, endings
        for language in known_languages().values():
            yield WordClass.TYPE, language.library_questions.file_types.get(key, ""), endings


def _language_names() -> Iterator[tuple[WordClass, str, str]]:
    for language in known_languages().values():
        for code, names in language.library_questions.language_names.items():
            yield WordClass.LANGUAGE, names, code


@cache
def _vocabulary(language: str) -> frozenset[str]:
    return frozenset(word for phrase in _phrases(language)[0] for word in phrase)


@lru_cache(maxsize=4096)
def _corrected(word: str, language: str) -> str:
    """Return the listed word that is one typing error away; "" where there is none, or the word is listed itself."""
    if (word,) in _phrases(language)[0]:
        return ""
    near = [each for each in _vocabulary(language) if len(each) >= _FUZZY_FROM and one_error(word, each)]
    # "documenst" and "documens" are "documents", not "document"
    return min(
        near, key=lambda each: (sorted(each) != sorted(word), each[-1] != word[-1], -len(each), each), default=""
    )


def one_error(typed: str, intended: str) -> bool:
    """Whether one letter was left out, put in, exchanged with its neighbour or, in a longer word, taken for another."""
    if abs(len(typed) - len(intended)) > 1 or typed == intended:
        return False
    shorter, longer = sorted((typed, intended), key=len)
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    if shorter[at + 1 :] == longer[at + 1 :]:
        return len(intended) >= _SUBSTITUTED_FROM
    return shorter[at : at + 2] == longer[at : at + 2][::-1] and shorter[at + 2 :] == longer[at + 2 :]
