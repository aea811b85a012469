"""Words as the word index, the sentence scores and the grounding see them: one analysis, used by all three.

Lower case, numbers in one spelling, stop words out, stems by Snowball. Language is an ISO 639-1 code or "".
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import Stemmer

if TYPE_CHECKING:
    import tantivy

_SNOWBALL = {
    "de": "german", "en": "english", "es": "spanish", "fr": "french", "it": "italian", "nl": "dutch",
    "pt": "portuguese", "ru": "russian",
}  # fmt: skip
# Function words and question words that tantivy's lists (Lucene's English, Snowball's others) leave out.
_MORE = {
    "en": "i me my we our us you your he him his she her hers its them their what which who whom whose when where "
    "why how many much long often does did do done doing is am are was were been being be have has had having can "
    "could would should may might shall about against between through during before after above below from up "
    "down out off over under again further once here all any both each few more most other some than too very so "
    "don't doesn't didn't isn't wasn't aren't weren't also until while because tell give name names called kind "
    "happen happened happens please know",
    "es": "qué cuál cuáles quién quiénes cuándo dónde adónde cómo cuánto cuánta cuántos cuántas si hay dime llama "
    "llaman llamaba llamó sabe saber tipo clase según",
    "ru": "что какой какая какое какие каком какого какую каким какими какому кто кого кому кем чей чья чьё чье чьи "
    "когда где куда откуда почему зачем как сколько скажи расскажи называется называют зовут есть ли который "
    "которая которое которые которого которой которую котором каков какова каково каковы именно это",
}  # fmt: skip
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:[ \u00a0\u202f]\d{3})+)(?![\d])")  # no-break spaces too
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_CAMEL = re.compile(r"[a-z]{2}[A-Z]|[A-Z]{2}[a-z]{2}")  # "getUserById", "XMLReader"; not "NATO" or "PhDs"
_CAMEL_WORD = re.compile(rf"\b[a-zA-Z]*?(?:{_CAMEL.pattern})[a-zA-Z]*")
_CAMEL_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# A run of letters and digits with what may stand inside an identifier: "OAKEN_HOME", "v1.5.9", "INV-2023/044", "C++".
_RUN = re.compile(r"/?\w+(?:(?:[-./:+#@_]|::|->)\w+)*(?:\+\+|#)?")
GRAM = 4  # letters; see benchmarks/README.md
_stemmers = threading.local()  # a Stemmer object is not safe across threads


def terms(text: str, language: str = "") -> list[str]:
    """Content words of a text as stems, in order, repeated as often as they stand there; at the end the parts of
    names in camel case."""
    parts = [part.lower() for name in _CAMEL_WORD.findall(text) for part in _CAMEL_PARTS.findall(name)]
    return [stem(word, language) for word in [*words(text), *parts] if not is_stop(word, language)]


def grams(text: str, language: str = "") -> list[str]:
    """The letters of its content words in overlapping fours, repeated as often as they stand there: what is left of a
    word under an ending that no stemmer knows, a compound or a slip of the pen. Short words and numbers stay whole."""
    found: list[str] = []
    for word in words(text):
        if not is_stop(word, language):
            found += _grams(word)
    return found


@lru_cache(maxsize=65536)
def _grams(word: str) -> tuple[str, ...]:
    plain = fold(word)
    if len(plain) <= GRAM or plain[0].isdecimal():
        return (plain,)
    return tuple(plain[i : i + GRAM] for i in range(len(plain) - GRAM + 1))


def codes(text: str) -> list[str]:
    """Identifiers as they are written, in lower case, which words alone would take apart: names of code, versions,
    numbers of letters, invoices and parts."""
    runs = (match.group() for match in _RUN.finditer(text))
    return [run.casefold().replace("ё", "е") for run in runs if _is_code(run)]


@lru_cache(maxsize=65536)
def _is_code(run: str) -> bool:
    letters, digits = any(c.isalpha() for c in run), any(c.isdigit() for c in run)
    inner = re.sub(r"\w", "", run) + "_" * run.strip("_").count("_")
    if not letters:
        return bool(re.search(r"\d[-/:.]\d+[-/:.]\d|\d[-/]\d", run))  # 1.5.9, 2023/044; not 3.5 or 6:30
    if digits or "_" in inner or run.endswith(("++", "#")) or run.startswith("/"):
        return True
    return bool(set(inner) & set(".:@>")) or inner.count("/") > 1 or bool(_CAMEL.search(run))


def words(text: str) -> list[str]:
    """All words and numbers of a text in lower case: "1 234", "1,234" and "1.234" are all "1234"."""
    return [_normal(match.group()) for match in _WORD.finditer(_THOUSANDS.sub(_join, text))]


def stem(word: str, language: str = "") -> str:
    """The word's stem in the language, without accents; numbers and unknown languages stay as they are."""
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
    """Whether the word says nothing by itself in the language: an article, a question word …"""
    return language in _SNOWBALL and (word in _more(language) or not _analyser(language).analyze(word))


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Without accents, but й stays й and ñ stays ñ: those are letters, not accents."""
    if word.isascii():
        return word
    marks = unicodedata.normalize("NFD", word)
    kept = "".join(c for c in marks if not unicodedata.combining(c) or c in "\u0306\u0303")
    return unicodedata.normalize("NFC", kept)


@lru_cache(maxsize=16)
def _analyser(language: str) -> tantivy.TextAnalyzer:
    import tantivy

    filters = tantivy.Filter.stopword(_SNOWBALL[language])
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(filters).build()


@lru_cache(maxsize=16)
def _more(language: str) -> frozenset[str]:
    return frozenset(_MORE.get(language, "").replace("ё", "е").split())


def _normal(token: str) -> str:
    if token[0].isdecimal():
        return re.sub(r"[.,]", "", token) if _GROUPED.fullmatch(token) else token.replace(",", ".")
    token = token.lower().replace("ё", "е").replace("’", "'")
    return token[:-2] if token.endswith("'s") else token


def _join(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match.group())


def guess_language(text: str, among: Iterable[str]) -> str:
    """The language of a question, by its function words and its script: quick, and for short texts as good as
    statistics over letters. ``among`` are codes in order of preference; "" where nothing speaks for any of them."""
    tokens = [match.group().lower().replace("ё", "е") for match in _WORD.finditer(text)]
    cyrillic = sum("а" <= c <= "я" or c in "ёіїє" for c in text.lower())
    latin = sum("a" <= c <= "z" for c in text.lower())
    best, most = "", 0.0
    for language in dict.fromkeys(among):
        if language not in _SNOWBALL or ((language == "ru") != (cyrillic > latin)):
            continue
        votes = 0.5 * (language == "ru") + sum(is_stop(token, language) for token in tokens)
        votes += 2.0 * (language == "es" and any(c in "¿¡ñ" for c in text.lower()))
        if votes > most:
            best, most = language, votes
    return best


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A rough key under which a name or a shared root meets itself across scripts: "Обсерватория", "observatory"
    and "observatorio" all give "obser". Numbers stay; words under four letters give ""."""
    if word[0].isdecimal():
        return word
    latin = romanized(word)
    return latin[:5] if len(latin) >= 4 else ""


@lru_cache(maxsize=65536)
def romanized(word: str) -> str:
    """A word in lower case in Latin letters, those that sound alike written alike."""
    latin = "".join(_LATIN.get(c, c) for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    for pattern, replacement in _ALIKE:
        latin = pattern.sub(replacement, latin)
    return latin


_LATIN = dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhie", strict=True)) | {
    "ж": "zh", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "iu", "я": "ia",
}  # fmt: skip
_ALIKE = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("ph", "f"), ("th", "t"), ("x", "ks"), ("c(?=[eiy])", "s"), ("sch|sh|ch", "s"), ("zh|j", "z"),
        ("ck|[cqk]", "k"), ("w", "v"), ("y", "i"), ("h", ""), (r"(.)\1", r"\1"),
    )
]  # fmt: skip
