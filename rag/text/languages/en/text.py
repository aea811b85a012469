"""English: words of ``schema/text.py``."""

from __future__ import annotations

from rag.text.languages.schema.text import TextWords

TEXT = TextWords(
    months=(
        "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
        "september sep sept", "october oct", "november nov", "december dec",
    ),
    ambiguous_months="may march mar jan dec sep apr",
    capital_months="may march",
    day_suffix="st|nd|rd|th",
    month_first_suffix="st|nd|rd|th",
    date_joiner="of",
    weekdays=(
        "monday mondays", "tuesday tuesdays", "wednesday wednesdays", "thursday thursdays", "friday fridays",
        "saturday saturdays", "sunday sundays",
    ),
    number_words="zero:0 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 "
    "thirteen:13 fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 "
    "fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 dozen:12 one:1",
    ordinal_words="first:1 second:2 third:3 fourth:4 fifth:5 sixth:6 seventh:7 eighth:8 ninth:9 tenth:10 eleventh:11 "
    "twelfth:12 thirteenth:13 fourteenth:14 fifteenth:15 sixteenth:16 seventeenth:17 eighteenth:18 nineteenth:19 "
    "twentieth:20",
    number_joiners="and",
    magnitudes="hundred:1e2 thousand:1e3 million:1e6 millions:1e6 billion:1e9 trillion:1e12 m:1e6 bn:1e9",
    plural_magnitudes="millions m bn",
    units={
        "km2": r"square kilomet\w+",
        "cm2": r"square centimet\w+",
        "m2": r"sq\.? ?m|sqm|square met(?:er|re)s?",
        "m3": r"cubic met(?:er|re)s?",
        "km/h": r"kph|kilomet(?:er|re)s? (?:per|an) hour",
        "km": r"kilomet(?:er|re)s?",
        "cm": r"centimet(?:er|re)s?",
        "mm": r"millimet(?:er|re)s?",
        "m": r"metres?|meters?",
        "kg": r"kilograms?",
        "%": r"per ?cent(?:age points?)?",
        "mile2": r"square miles?",
        "mile": r"miles?|mi",
        "foot": r"feet|foot|ft",
        "inch": r"inch(?:es)?",
        "yard": r"yards?|yd",
        "g": r"grams?",
        "ton": r"tonnes?|tons?",
        "pound": r"lbs?|pounds?",
        "dollar": r"dollars?|usd",
        "euro": r"euros?|eur",
        "crown": r"crowns?",
        "rouble": r"rubles?|roubles?",
        "cent": r"cents?",
        "year": r"years?(?: old)?|-?year-?old",
        "month": r"months?",
        "week": r"weeks?",
        "day": r"days?",
        "hour": r"hours?",
        "minute": r"minutes?",
        "second": r"seconds?",
        "celsius": r"degrees? celsius",
        "fahrenheit": r"degrees? fahrenheit",
        "degree": r"degrees?",
        "litre": r"lit(?:er|re)s?",
        "hectare": r"hectares?",
        "acre": r"acres?",
        "times": r"times",
    },
    hour_word="o'clock",
    hour_alone="o'clock",
    afternoon=r"p\.\s?m\.|pm\b|in the (?:afternoon|evening)",
    morning=r"a\.\s?m\.|am\b|in the morning",
    decade_suffix="'?s",
    ordinal_suffix=r"\s?-?(?:st|nd|rd|th)",
    century="century|centuries",
    century_suffix="th|st|nd|rd",
    roman_century="century",
    stop_words="i me my we our us you your he him his she her hers its them their what which who whom whose when where "
    "why how many much long often does did do done doing is am are was were been being be have has had having can "
    "could would should may might shall about against between through during before after above below from up "
    "down out off over under again further once here all any both each few more most other some than too very so "
    "don't doesn't didn't isn't wasn't aren't weren't also until while because tell give name names called kind "
    "happen happened happens please know",
    abbreviations="No|Nos|no|nos|pp?|fig|figs|vol|ch|sec|art|n",
    example="The ferry leaves at noon.",
    letters="etaoinshrdlcumwfgypbvkjxqz éèïêöçáñüíóâôåøàëäú",
)  # fmt: skip
