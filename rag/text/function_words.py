"""Function words of some sixty languages: articles, prepositions, question words.

The lists are stopwords-iso's, which are generous and name words of content too: good for telling a language and for
weighing the words of a question, too wide for an index or for the grounding, which keep to Snowball's (analyzer.py).
"""

from __future__ import annotations

from functools import lru_cache

from rag.text.scripts import plain

# Question words that those lists leave out.
_EXTRA_FUNCTION_WORDS = {
    "ar": "لماذا هل متى أين كم",
    "el": "πότε πού πώς πόσο πόσα πόσοι πόσες γιατί ποιος ποια ποιο τι",
    "fa": "کی کجا چگونه چطور چند چه چرا کدام آیا",
    "he": "כמה מתי איפה איך למה מי מה האם",
    "hi": "कब कहाँ कहां कैसे कितना कितनी कितने क्या क्यों कौन किसने किस है हैं",
    "mr": "कधी कुठे कसे किती काय का कोण कोणी आहे",
    "ne": "कहिले कहाँ कसरी कति के किन को छ",
    "bn": "কখন কোথায় কীভাবে কত কয়টি কী কেন কে",
    "ja": "何 誰 何時 何処",
    "ko": "누가 언제 어디 몇 왜 무엇",
    "nl": "hoeveel",
    "no": "når hvor hvordan hvem hva hvilken hvilke hvorfor mange",
    "pt": "quantos quantas",
    "de": "wieviel wieviele",
    "th": "ที่ไหน เมื่อไร เมื่อไหร่ ใคร กี่ ทำไม อย่างไร อะไร เท่าไร",
    "tr": "kaç zaman nerede nasıl hangi",
    "bg": "кога къде как колко кой коя кое какво защо",
    "uk": "а і й у в з на та чи не за від по скільки хто яка яке які якого якому чому коли де куди звідки кого кому "
    "ким навіщо",
    "vi": "đâu bao nhiêu nào",
    "id": "kapan dimana mana",
}
_RELATED_LANGUAGES = {"nb": "no", "nn": "no", "ms": "id"}  # one list serves the near relation where it has none


@lru_cache(maxsize=128)
def function_words(language: str) -> frozenset[str]:
    """The function words of a language in lower case; empty where none are known."""
    import stopwordsiso

    for code in (language, _RELATED_LANGUAGES.get(language, "")):
        if code and stopwordsiso.has_lang(code):
            listed = (plain(word).casefold() for word in stopwordsiso.stopwords(code))
            return frozenset(
                [*(word for word in listed if " " not in word), *_EXTRA_FUNCTION_WORDS.get(code, "").split()]
            )
    return frozenset(_EXTRA_FUNCTION_WORDS.get(language, "").split())


@lru_cache(maxsize=1)
def languages_of_words() -> dict[str, frozenset[str]]:
    """For each function word the languages in which it is one."""
    import stopwordsiso

    found: dict[str, set[str]] = {}
    for code in sorted({*stopwordsiso.langs(), *_EXTRA_FUNCTION_WORDS} - UNSPOKEN):
        for word in function_words(code):
            found.setdefault(word, set()).add(code)
    groups = {frozenset(codes) for codes in found.values()}
    shared = {group: group for group in groups}  # most words are one language's
    return {word: shared[frozenset(codes)] for word, codes in found.items()}


UNSPOKEN = {"la", "eo", "br"}  # no one asks in them, and their lists hold their neighbours' words
