"""Analyse text into words, stems, n-grams and codes: one analysis for the word index, the scores and the grounding.

Lower case, numbers in one spelling, stop words removed, stems by Snowball where it has them; pairs of letters where no
spaces separate words (rag/text/scripts.py). Language is an ISO 639-1 code or "", for which words stay whole.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import regex
import Stemmer

from rag.text.dates import dates
from rag.text.languages import known_languages, rules_for
from rag.text.patterns import pairs
from rag.text.scripts import IDEOGRAPHIC, JOINERS, PAIRED, WORD, clusters, has_pairs, parts, plain
from rag.text.units import units_of

if TYPE_CHECKING:
    import tantivy

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "st": "sesotho", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Snowball's own lists, as tantivy carries them: short ones, of words that say nothing by themselves.
_STOPPED = frozenset("da de en es fi fr hu it nb nl nn no pt ru sv".split())
_WORD_INNER_MARKS = "'’ʼ׳״"  # within a word: "don't", "צה״ל"
_YO, _YE = "\u0451", "\u0435"  # Cyrillic letters that most people write alike
_NUMBER, _OTHER = r"\d+(?:[.,:٫٬]\d+)*", r"[\p{No}\p{Nl}]+"
_ANALYZED_WORD = regex.compile(rf"(?V1){_NUMBER}|(?P<run>{PAIRED}+)|{WORD}(?:[{_WORD_INNER_MARKS}]{WORD})?|{_OTHER}")
_WRAPPED = regex.compile(rf"(?<=[{IDEOGRAPHIC}])\s+(?=[{IDEOGRAPHIC}])")  # a line's end within a word
# The same for text that has no such runs: three times as fast.
_LETTER_RUN = rf"\p{{L}}[\p{{L}}\p{{M}}{JOINERS}]*"
_SPACED_TOKEN = regex.compile(rf"{_NUMBER}|(?P<run>(?!))|{_LETTER_RUN}(?:[{_WORD_INNER_MARKS}]{_LETTER_RUN})?|{_OTHER}")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u202f]\d{3})+)(?![\d])")  # no-break spaces too
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_GROUPED_DECIMAL = re.compile(r"(\d{1,3}(?:,\d{3})+)\.(\d+)|(\d{1,3}(?:\.\d{3})+),(\d+)")  # 1,234.50 and 1.234,50
_LOWERED = re.compile(r"(?<=[^\W\d_])[₀-₉]+")  # of a formula: people type "H2O" for "H₂O"
_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_SYMBOL = re.compile(r"[\[\]{}<>$&@#=|\\^~+]|^\.[^\W\d]")
_CAMEL = re.compile(r"[a-z]{2}[A-Z]|[A-Z]{2}[a-z]{2}")  # "getUserById", "XMLReader"; not "NATO" or "PhDs"
_CAMEL_WORD = re.compile(rf"\b[a-zA-Z]*?(?:{_CAMEL.pattern})[a-zA-Z]*")
_CAMEL_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IN_RUN = rf"[\w--{PAIRED}]"
# A run of letters and digits with what may stand inside an identifier: "OAKEN_HOME", "v1.5.9", "INV-2023/044", "C++".
_CODE_RUN = regex.compile(rf"(?V1)/?{_IN_RUN}+(?:(?:[-./:+#@_]|::|->){_IN_RUN}+)*(?:\+\+|#)?")
_ANY_DIGIT = re.compile(r"\d")
NGRAM_LETTERS = 4  # letters; see benchmarks/HISTORY.md
_stemmers = threading.local()  # a Stemmer object is not safe across threads


def terms(text: str, language: str = "") -> list[str]:
    """Return the content words of a text as stems, in order and with repetitions.

    At the end come the parts of names in camel case.
    """
    inner = [part.lower() for name in _CAMEL_WORD.findall(text) for part in _CAMEL_PARTS.findall(name)]
    return [stem(word, language) for word in [*words(text, language), *inner] if not is_stop(word, language)]


def grams(text: str, language: str = "") -> list[str]:
    """Return the character 4-grams of a text's content words, with repetitions.

    They match what is left of a word under an ending that no stemmer knows, in a compound or after a typo. Short words
    and numbers stay whole; where no spaces separate words, single letters with their marks.
    """
    found: list[str] = []
    for match in _matches(text):
        if match["run"]:
            found += map(fold, clusters(match.group()))
            continue
        for word in _normalized(match.group(), language):
            if not is_stop(word, language):
                found += _grams(word)
    return found


@lru_cache(maxsize=65536)
def _grams(word: str) -> tuple[str, ...]:
    folded = fold(word)
    if len(folded) <= NGRAM_LETTERS or folded[0].isdecimal():
        return (folded,)
    return tuple(folded[i : i + NGRAM_LETTERS] for i in range(len(folded) - NGRAM_LETTERS + 1))


def codes(text: str) -> list[str]:
    """Return the identifiers of a text as written, in lower case, which words alone would split.

    These are names in code, versions, numbers of letters, invoices and parts. Dates and units are given by their keys,
    however they are written: "9 March 2024" is "2024-03-09" and "2024-03", "84 square metres" is "m2".
    """
    runs = (match.group() for match in _CODE_RUN.finditer(_typed(text)))
    written = [run.casefold().replace(_YO, _YE) for run in runs if _is_code(run)]
    if not _ANY_DIGIT.search(text):
        return written
    keys = [key for date in dates(text) for key in date.keys if key not in written]
    return [*written, *keys, *(unit for _, _, unit in units_of(text) if unit not in written)]


def symbols(text: str) -> list[str]:
    """Return the tokens that signs are part of, in lower case: "[c]", "$name", "ctrl+k", ".env".

    Words alone would lose the signs.
    """
    found = []
    for token in text.casefold().split():
        token = token.rstrip("?!,.;:…\"'»”").lstrip("¿¡\"'«“")
        if _SYMBOL.search(token) and any(letter.isalpha() for letter in token):
            found.append(token)
    return found


@lru_cache(maxsize=65536)
def _is_code(run: str) -> bool:
    letters, digits = any(c.isalpha() for c in run), any(c.isdigit() for c in run)
    inner = re.sub(r"\w", "", run) + "_" * run.strip("_").count("_")
    if not letters:
        return bool(re.search(r"\d[-/:.]\d+[-/:.]\d|\d[-/]\d", run))  # 1.5.9, 2023/044; not 3.5 or 6:30
    if digits or "_" in inner or run.endswith(("++", "#")) or run.startswith("/"):
        return True
    return bool(set(inner) & set(".:@>")) or inner.count("/") > 1 or bool(_CAMEL.search(run))


def words(text: str, language: str = "") -> list[str]:
    """Return all words and numbers of a text in lower case: "1 234", "1,234" and "1.234" are all "1234".

    In a language that elides ("l'heure") an elided function word is a word of its own.
    """
    found: list[str] = []
    for match in _matches(text):
        found += parts(match.group()) if match["run"] else _normalized(match.group(), language)
    return found


def spellings(text: str) -> list[str]:
    """Return the words of a text as spelled, each once, in lower case: no numbers, nothing written without spaces."""
    found = (word for match in _matches(text) if not match["run"] for word in _normalized(match.group()))
    return list(dict.fromkeys(word for word in found if word[0].isalpha()))


def runs(text: str) -> list[list[str]]:
    """Return the character pairs of each run of letters without spaces, in order."""
    return [parts(match.group()) for match in _matches(text) if match["run"]]


@lru_cache(maxsize=8)  # an index asks for the words, stems, n-grams and spellings of one text after another
def _matches(text: str) -> tuple[regex.Match[str], ...]:
    one = _THOUSANDS.sub(_join, plain(_typed(text)))
    if has_pairs(one):
        return tuple(_ANALYZED_WORD.finditer(_WRAPPED.sub("", one)))
    return tuple(_SPACED_TOKEN.finditer(one))


def _typed(text: str) -> str:
    """Return the text with lowered figures as they are typed: "H₂O" is "H2O"."""
    return text if text.isascii() else _LOWERED.sub(lambda figures: figures[0].translate(_FIGURES), text)


def stem(word: str, language: str = "") -> str:
    """Return the word's stem in the language, without accents; numbers and unknown languages are not stemmed."""
    if word[0].isdecimal():
        return word
    name = _SNOWBALL.get(language)
    if name:
        cache = _stemmers.__dict__
        if name not in cache:
            cache[name] = Stemmer.Stemmer(name)
        word = cache[name].stemWord(word)
    return fold(word)


@lru_cache(maxsize=65536)
def is_stop(word: str, language: str = "") -> bool:
    """Tell whether the word carries no meaning by itself in the language: an article, a question word, and so on."""
    return language in _STOPPED and (word in _extra_stop_words(language) or not _analyser(language).analyze(word))


def has_stop_words(language: str) -> bool:
    """Tell whether stop words are removed in that language."""
    return language in _STOPPED


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return the word without accents and vowel points, and with one form of letters that have two.

    "ς" becomes "σ", "ß" becomes "ss", Persian letters Arabic ones. But ñ stays ñ and が が: those are letters, not
    accents.
    """
    if word.isascii():
        return word
    marks = _OPTIONAL.sub("", unicodedata.normalize("NFD", word)).translate(_ONE_OF_TWO)
    return unicodedata.normalize("NFC", marks) or word


# Diacritics without the breve and the tilde, Hebrew and Arabic points, the dot of Devanagari and Bengali.
_OPTIONAL = re.compile(
    "[\u0300-\u0302\u0304\u0305\u0307-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u09bc\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_ONE_OF_TWO = str.maketrans({
    "ς": "σ", "ß": "ss", "ı": "i", "ی": "ي", "ى": "ي", "ک": "ك", "ە": "ه", "ة": "ه", "ہ": "ه", "ھ": "ه", "ـ": "",
})  # fmt: skip


@lru_cache(maxsize=16)
def _analyser(language: str) -> tantivy.TextAnalyzer:
    import tantivy

    filters = tantivy.Filter.stopword(_SNOWBALL[language])
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(filters).build()


@lru_cache(maxsize=16)
def _extra_stop_words(language: str) -> frozenset[str]:
    """Return the function words and question words that tantivy's lists (Lucene's, Snowball's) leave out."""
    known = rules_for(language)
    return frozenset(known.text.stop_words.replace(_YO, _YE).split()) if known else frozenset()


@lru_cache(maxsize=65536)
def _normalized(token: str, language: str = "") -> tuple[str, ...]:
    if token[0].isdecimal():
        token = token.replace("٫", ".").replace("٬", ",")
        if _GROUPED.fullmatch(token):
            return (re.sub(r"[.,]", "", token),)
        if decimal := _GROUPED_DECIMAL.fullmatch(token):
            return (f"{re.sub(r'[.,]', '', decimal[1] or decimal[3])}.{decimal[2] or decimal[4]}",)
        return (token.replace(",", "."),)
    token = token.lower()
    if token[0] in _RAISED:  # a word of its own, as in "10^6": never a part of the number before it
        return (token.translate(_FIGURES),)
    if not token.isascii():
        token = token.translate(_SPELLED_ALIKE).replace("i\u0307", "i")  # of "İ"
    first, mark, rest = token.partition("'")
    if not mark:
        return (token,)
    if _may_elide(language) and len(rest) > 2 and is_stop(first, language):
        return (first, rest)
    return (token[:-2] if token.endswith("'s") else token,)


def _may_elide(language: str) -> bool:
    known = rules_for(language)
    return known.text.elides if known else bool(language)


_SPELLED_ALIKE = str.maketrans({_YO: _YE, **dict.fromkeys(_WORD_INNER_MARKS, "'"), **dict.fromkeys(JOINERS, "")})


def _join(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match.group())


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return a rough phonetic key under which a name or a shared root matches itself across scripts.

    "observatory", "observatorio" and the Russian word all give "obser". Numbers stay; words under four letters, and
    those of scripts other than Latin, Cyrillic and Greek, give "".
    """
    if word[0].isdecimal():
        return word
    latin = romanized(word)
    return latin[:5] if len(latin) >= 4 and latin.isascii() else ""


@lru_cache(maxsize=65536)
def romanized(word: str) -> str:
    """Return a lower-case word in Latin letters, with one spelling for letters that sound alike."""
    latin = "".join(
        _TRANSLITERATION.get(c, c) for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c)
    )
    for pattern, replacement in _SAME_WORDS:
        latin = pattern.sub(replacement, latin)
    return latin


_TRANSLITERATION = (
    {
        letter: latin
        for language in known_languages().values()
        for letter, latin in pairs(language.text.romanized).items()
    }
    | dict(zip("αβγδεζηικλμνορσςτυφχω", "avgdeziiklmnorsstifho", strict=True))
    | dict(zip("øłđðı", "olddi", strict=True))
    | {"θ": "th", "ξ": "x", "π": "p", "ψ": "ps", "æ": "e", "œ": "e", "ß": "s", "'": ""}
)
_SAME_WORDS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("ph", "f"), ("th", "t"), ("x", "ks"), ("c(?=[eiy])", "s"), ("sch|sh|ch", "s"), ("zh|j", "z"),
        ("ck|[cqk]", "k"), ("w", "v"), ("y", "i"), ("h", ""), (r"(.)\1", r"\1"),
    )
]  # fmt: skip
