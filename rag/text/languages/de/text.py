"""Deutsch: words of ``schema/text.py``."""

from __future__ import annotations

from rag.text.languages.schema.text import TextWords

_ONES = "zwei:2 drei:3 vier:4 fünf:5 sechs:6 sieben:7 acht:8 neun:9"
_TENS = "zwanzig:20 dreißig:30 vierzig:40 fünfzig:50 sechzig:60 siebzig:70 achtzig:80 neunzig:90"


def _pairs(listed: str) -> list[tuple[str, int]]:
    return [(word, int(value)) for word, _, value in (pair.partition(":") for pair in listed.split())]


_COMPOUNDS = " ".join(  # "einundzwanzig", "zweihundert", "zweitausend"
    [f"{one}und{tens}:{n + m}" for tens, m in _pairs(_TENS) for one, n in [("ein", 1), *_pairs(_ONES)]]
    + [f"{one}hundert:{n * 100} {one}tausend:{n * 1000}" for one, n in [("ein", 1), *_pairs(_ONES)]]
)
_ORDINAL_STEMS = (
    "erst:1 zweit:2 dritt:3 viert:4 fünft:5 sechst:6 siebt:7 siebent:7 acht:8 neunt:9 zehnt:10 elft:11 zwölft:12 "
    "dreizehnt:13 zwanzigst:20"
)

TEXT = TextWords(
    months=(
        "januar jänner jan", "februar feber feb", "märz mrz", "april apr", "mai", "juni jun", "juli jul", "august aug",
        "september sept sep", "oktober okt", "november nov", "dezember dez",
    ),
    ambiguous_months="jan apr sep",
    day_suffix=r"\.",
    weekdays=(
        "montag montags montage montagen", "dienstag dienstags dienstage dienstagen",
        "mittwoch mittwochs mittwoche mittwochen", "donnerstag donnerstags donnerstage donnerstagen",
        "freitag freitags freitage freitagen",
        "samstag samstags samstage samstagen sonnabend sonnabends sonnabende sonnabenden",
        "sonntag sonntags sonntage sonntagen",
    ),
    number_words=f"null:0 {_ONES} zehn:10 elf:11 zwölf:12 dreizehn:13 vierzehn:14 fünfzehn:15 sechzehn:16 siebzehn:17 "
    f"achtzehn:18 neunzehn:19 {_TENS} {_COMPOUNDS} hundert:100 dutzend:12 zwo:2 ein:1 eins:1 eine:1 einen:1 einem:1 "
    "einer:1 eines:1",
    ordinal_words=" ".join(
        f"{stem}{ending}:{value}" for stem, value in _pairs(_ORDINAL_STEMS) for ending in ("e", "en", "er", "es", "em")
    ),
    number_joiners="und",
    magnitudes="tausend:1e3 million:1e6 millionen:1e6 mio:1e6 milliarde:1e9 milliarden:1e9 mrd:1e9 billionen:1e12",
    plural_magnitudes="millionen milliarden billionen mio mrd",
    units={
        "km2": r"quadratkilometern?",
        "cm2": r"quadratzentimetern?",
        "m2": r"quadratmetern?|qm",
        "m3": r"kubikmetern?|cbm",
        "km/h": r"kilometern? (?:pro|in der) stunde|stundenkilometern?",
        "km": r"kilometern?",
        "cm": r"zentimetern?",
        "mm": r"millimetern?",
        "m": r"metern?",
        "kg": r"kilogramm|kilos?",
        "%": r"prozent(?:punkten?)?",
        "mile2": r"quadratmeilen?",
        "mile": r"meilen?",
        "foot": r"fuß",
        "inch": r"zoll",
        "g": r"gramm",
        "ton": r"tonnen?",
        "pound": r"pfund",
        "dollar": r"dollar",
        "euro": r"euro",
        "crown": r"kronen?",
        "rouble": r"rubel",
        "cent": r"cent",
        "year": r"jahren?|jahrs?|jahres?",
        "month": r"monat(?:en?|s)?",
        "week": r"wochen?",
        "day": r"tag(?:en?|es?|s)?",
        "hour": r"stunden?|std\.?",
        "minute": r"minuten?|min\.",
        "second": r"sekunden?|sek\.",
        "celsius": r"grad celsius",
        "fahrenheit": r"grad fahrenheit",
        "degree": r"grad",
        "litre": r"litern?",
        "hectare": r"hektar",
        "times": r"mal",
    },
    hour_word="uhr",
    hour_alone="uhr",
    afternoon="(?:uhr )?(?:nachmittags|abends|am (?:nachmittag|abend))",
    morning="(?:uhr )?(?:morgens|vormittags|nachts|am (?:morgen|vormittag)|in der früh)",
    capital_nouns=True,
    titles="Herrn?|Frau|Familie|Dr|Prof|Hr|Fr|Ing|Mag|St|Sankt",
    adjective_endings="e[mns]?",
    decade_suffix="-?ern?",
    century="jahrhunderts?|jh",
    century_suffix=r"\.",
    roman_century="jahrhundert",
    stop_words="wer wen wem wessen was welche welcher welches welchen welchem wann wo wohin woher warum wieso weshalb "
    "wie viel viele wieviel wieviele gibt hat haben hatte hatten ist sind war waren wird werden wurde wurden kann "
    "können sag sage nenne heißt heißen genannt bitte",
    abbreviations="nr|abb|tab|kap|abs|art|bd|s|str|tel|bzw|ca|vgl|az",
    example="Die Fähre fährt um zwölf Uhr ab.",
    letters="enisratdhulcgmobwfkzüväpßjöyxq éàèçáôêíóñ",
)  # fmt: skip
