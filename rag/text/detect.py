"""Detect the language of a text or a question: by its script first, then by its function words, then by its letters.

Answers "" rather than a guess: for code, names, numbers, a word or two. Letters are judged by lingua in its mode of low
accuracy: 75 languages in 60 MB at most, and only those of the scripts that occur are loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from rag.text.function_words import UNSPOKEN, function_words, languages_of_words
from rag.text.scripts import letters_by_script, plain, word_count

if TYPE_CHECKING:
    from lingua import LanguageDetector

DETECTION_CHARS = 5_000  # characters from the beginning
_LEAST_LETTERS, _LEAST_WORDS = 20, 4  # a text with less is a guess
_MIN_UNIQUE_SCRIPT_LETTERS = 6  # letters of a script that only one language is written in
_MIN_DETECTION_SHARE = 0.6  # least share that lingua must give a language
_SURE_BRIEFLY, _BRIEF = 0.8, 12  # least share for a text with fewer words, and how many are fewer
_LEAST_SHARE, _FUNCTION_WORD_ODDS = 0.01, 8.0  # of a brief text: what lingua gives a language, and what a word says
# Of a question: what counts for a language that is likely anyway, the lead of one language's function words with which
# letters are not asked, what lingua's share counts beside those words, and what a language must have.
_LIKELY, _CLEAR, _BY_LETTERS, _SOME = 0.2, 0.3, 0.6, 0.12
_MIN_WORDS = 4  # words: of fewer none says more
_MIN_CODE_SHARE = 0.06  # share of characters from which on it is code
_MIN_KANA_SHARE = 0.04  # share of letters from which on Han is Japanese
_LETTER_WEIGHTS = {"Han": 2.5, "Hiragana": 1.5, "Katakana": 1.5, "Hangul": 2.0}  # how much more a letter of these says
# Scripts that one language is written in, or nearly so.
_UNIQUE_SCRIPTS = {
    "Greek": "el", "Thai": "th", "Lao": "lo", "Khmer": "km", "Myanmar": "my", "Tibetan": "bo", "Georgian": "ka",
    "Armenian": "hy", "Hebrew": "he", "Ethiopic": "am", "Bengali": "bn", "Gurmukhi": "pa", "Gujarati": "gu",
    "Oriya": "or", "Tamil": "ta", "Telugu": "te", "Kannada": "kn", "Malayalam": "ml", "Sinhala": "si", "Thaana": "dv",
    "Mongolian": "mn", "Hangul": "ko",
}  # fmt: skip
_SCRIPT_LANGUAGES = {
    "Cyrillic": frozenset("ru uk bg sr mk be kk ky mn tg tt ba".split()),
    "Arabic": frozenset("ar fa ur ps ku ug sd ckb".split()),
    "Devanagari": frozenset("hi mr ne sa".split()),
}
_LANGUAGE_PRIORS = ((50.0, ("en",)), (5.0, "es de fr pt ru it".split()), (1.0, "nl pl tr fa vi id cs uk ar hi".split()))
_ONE_CODE = {"nb": "no", "nn": "no"}
# Each alternative that runs on begins where a word begins, not at each of its letters: 5,000 letters took 6 seconds.
_NO_PROSE = regex.compile(
    r"(?P<fence>```|~~~).*?(?:(?P=fence)|\Z)|`[^`\n]*`|https?://\S+|www\.\S+|(?<![^\s`])\S+@\S+|"
    r"(?<![^\s`])[^\s/\\]*[/\\][^\s/\\]*[/\\]\S*|"
    r"(?<![\p{L}\p{N}_-])[\p{L}\p{N}_-]*(?:_|\p{Ll}\p{Lu}|\p{N}\p{L}|\p{L}\p{N})[\p{L}\p{N}_.-]*|"
    r"\b\w+\.[a-z]{2,5}\b|\p{N}+",
    regex.DOTALL,
)
_NAME = regex.compile(r"(?=\p{Lu})(?<=[^\s.!?…:\n][^\S\n]+)\p{Lu}[\p{L}\p{M}.’'-]*")  # a capital within a sentence
_SIGN = regex.compile(r"[{}\[\]<>;=$#\\]|\(\)|\w\(")
_LETTER_WORDS = regex.compile(r"\p{L}[\p{L}\p{M}]*")


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language; "" for too little text, or for no human language."""
    head = text[:DETECTION_CHARS]
    prose = _NO_PROSE.sub(" ", head)
    letters, script = _script_of(prose)
    if len(_SIGN.findall(prose)) > _MIN_CODE_SHARE * max(1, len(prose.strip())):
        return ""
    if script in _UNIQUE_SCRIPTS:
        return _UNIQUE_SCRIPTS[script] if letters >= _MIN_UNIQUE_SCRIPT_LETTERS else ""
    if script == "Han":
        return _han(prose) if letters >= _MIN_UNIQUE_SCRIPT_LETTERS else ""
    size = word_count(prose)
    if letters < _LEAST_LETTERS or size < _LEAST_WORDS:
        return ""
    weighed = {language: share * _web_share(language) for language, share in _by_letters(prose, script)}
    least = _MIN_DETECTION_SHARE
    if size < _BRIEF:
        least = _SURE_BRIEFLY
        if script == "Latin":
            weighed = _weighed_briefly(prose, script)
    best = max(weighed, key=lambda language: weighed[language], default="")
    return best if best and weighed[best] >= least * sum(weighed.values()) else ""


def is_brief(text: str) -> bool:
    """Tell whether a text has words, but too few to tell its language."""
    prose = _NO_PROSE.sub(" ", text[:DETECTION_CHARS])
    return bool(_LETTER_WORDS.search(prose)) and word_count(prose) < _BRIEF


def may_be_in(language: str, text: str) -> bool:
    """Tell whether a text is in a script that a language is written in."""
    script = _script_of_words(plain(_NO_PROSE.sub(" ", text[:DETECTION_CHARS])))
    return bool(script) and _written_in(language, script)


def _weighed_briefly(prose: str, script: str) -> dict[str, float]:
    """Weigh the languages of a few words, in which names of another language would decide: by all other words."""
    words = _NAME.sub(" ", prose)
    function = _function_words_in(words, script)
    if len(_LETTER_WORDS.findall(words)) < (_LEAST_WORDS - 1 if function else _LEAST_WORDS):
        return {}
    shares = dict(_by_letters(words, script))
    return {
        language: max(shares.get(language, 0.0), _LEAST_SHARE)
        * _web_share(language)
        * _FUNCTION_WORD_ODDS ** function.get(language, 0)
        for language in {*shares, *function}
    }


def _function_words_in(prose: str, script: str) -> dict[str, int]:
    """Count the function words of each language that is written in a script."""
    found: dict[str, int] = defaultdict(int)
    known = languages_of_words()
    for word in _LETTER_WORDS.findall(plain(prose)):
        for language in known.get(word.casefold(), ()):
            if _written_in(language, script):
                found[language] += 1
    return found


def language_of_question(text: str, candidates: Iterable[str] = ()) -> str:
    """Return the language of a question, which may be a word or two; "" where nothing suggests any.

    ``candidates`` are the likely languages, the likeliest first. Of a long text the first ``DETECTION_CHARS`` count.
    """
    text = text[:DETECTION_CHARS]
    prose = plain(_NO_PROSE.sub(" ", text))
    script = _script_of_words(prose)
    likely = [language for language in dict.fromkeys(candidates) if _written_in(language, script)]
    if not script:
        return ""
    if script in _UNIQUE_SCRIPTS:
        return likely[0] if likely else _UNIQUE_SCRIPTS[script]
    if script == "Han":
        han_language = _han(prose)
        return han_language if han_language in likely or not likely or han_language == "ja" else likely[0]
    spoken = [word.casefold() for word in _LETTER_WORDS.findall(prose)]
    scores: dict[str, float] = defaultdict(float)
    scores |= {language: _LIKELY / place for place, language in enumerate(likely, 1)}
    known = languages_of_words()
    for word in spoken:
        for language in known.get(word, ()):
            if _written_in(language, script):
                scores[language] += 1.0 / max(len(spoken), _MIN_WORDS)
    if "¿" in text or "¡" in text:
        scores["es"] += 1.0
    best, second = _best_two(scores)
    if best[1] - second[1] < _CLEAR and len(spoken) > 2:
        for language, share in _by_letters(prose, script):
            if script == "Latin" and language not in likely and not function_words(language):
                continue  # few speak it, and a few letters look like anything
            scores[language] += _BY_LETTERS * share
        best, second = _best_two(scores)
    return best[0] if best[1] >= (_SOME if len(spoken) > 2 or likely else 1.0) else (likely[0] if likely else "")


def _best_two(scores: Mapping[str, float]) -> tuple[tuple[str, float], tuple[str, float]]:
    ranked = sorted(scores.items(), key=lambda row: -row[1])[:2]
    ranked += [("", 0.0)] * 2
    return ranked[0], ranked[1]


def _script_of(prose: str) -> tuple[int, str]:
    """Return the letter count of the script that carries most of the text, and the script; kana counts as Han."""
    found = letters_by_script(prose)
    japanese = found.pop("Hiragana", 0) + found.pop("Katakana", 0)
    if japanese:
        found["Han"] = found.get("Han", 0) + japanese
    script = max(found, key=lambda name: found[name] * _LETTER_WEIGHTS.get(name, 1.0), default="")
    return found.get(script, 0), script


def _script_of_words(prose: str) -> str:
    """Return the script of most words: a long name in another script says little."""
    found: dict[str, int] = defaultdict(int)
    for word in _LETTER_WORDS.findall(prose):
        _, script = _script_of(word)
        found[script] += word_count(word)
    return max(found, key=lambda script: found[script], default="")


def _written_in(language: str, script: str) -> bool:
    if script in _SCRIPT_LANGUAGES:
        return language in _SCRIPT_LANGUAGES[script]
    if script in _UNIQUE_SCRIPTS:
        return language == _UNIQUE_SCRIPTS[script] or (language, script) in {
            ("yi", "Hebrew"),
            ("ti", "Ethiopic"),
            ("as", "Bengali"),
        }
    if script == "Han":
        return language in ("zh", "ja")
    return (
        language not in _UNIQUE_SCRIPTS.values()
        and language not in ("zh", "ja")
        and not any(language in several for several in _SCRIPT_LANGUAGES.values() if language != "sr")
    )


def _han(prose: str) -> str:
    found = letters_by_script(prose)
    kana = found.get("Hiragana", 0) + found.get("Katakana", 0)
    return "ja" if kana > _MIN_KANA_SHARE * (kana + found.get("Han", 0)) else "zh"


@lru_cache(maxsize=256)
def _by_letters(prose: str, script: str) -> tuple[tuple[str, float], ...]:
    """Return the languages of a script with lingua's share of each, the best first."""
    shares: dict[str, float] = defaultdict(float)
    for each in _detector().compute_language_confidence_values(prose):
        code = each.language.iso_code_639_1.name.lower()
        if each.value > 0 and _written_in(code, script):
            code = _ONE_CODE.get(code, code)
            shares[code] += each.value
    return tuple(sorted(shares.items(), key=lambda row: -row[1]))


def _web_share(language: str) -> float:
    """Return roughly the percentage of the web's pages in the language.

    A few letters look like anything; then a common language is the likely one.
    """
    seldom = language in UNSPOKEN or not function_words(language)
    return next((share for share, listed in _LANGUAGE_PRIORS if language in listed), 0.01 if seldom else 0.1)


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
