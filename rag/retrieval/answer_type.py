"""What kind of thing a question asks for, and how far a sentence offers it: a sum, a date, a weight, a person …

Words of English, Spanish and Russian; a question of another language asks for nothing in particular.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import regex

from rag.text.analyzer import words
from rag.text.quantities import dates

NUMBER_WORDS = frozenset(
    (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
        "million once twice half dozen both none uno una dos tres cuatro "
        "cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho "
        "diecinueve veinte veintiuno veintidós treinta cuarenta cincuenta sesenta setenta ochenta noventa "
        "cien ciento doscientos trescientos quinientos mil millón millones docena medio media mitad "
        "ambos ninguno один одна одно одного два две двух три трех четыре четырех пять пяти "
        "шесть шести семь семи восемь восьми девять девяти десять десяти одиннадцать двенадцать тринадцать "
        "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать двадцати тридцать "
        "тридцати сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести триста четыреста "
        "пятьсот тысяча тысячи тысяч миллион половина вдвое втрое дважды трижды оба обе "
        "дюжина полтора однажды трое двое четверо"
    ).split()
)


@dataclass(frozen=True, slots=True)
class AnswerType:
    """A kind of answer: how a question asks for it, and what a sentence that offers it looks like."""

    name: str
    asks: re.Pattern[str]
    offers: re.Pattern[str] | None  # None: see :func:`offered`
    number: bool  # a bare number is at least near


def _kind(name: str, asks: str, offers: str | None = None, *, number: bool = True) -> AnswerType:
    compiled = re.compile(offers, re.IGNORECASE) if offers else None
    return AnswerType(name, re.compile(asks, re.IGNORECASE), compiled, number)


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo|abril|"
    "mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|январ|феврал|март|апрел|ма[яе]\\b|июн|июл|август|"
    "сентябр|октябр|ноябр|декабр"
)
_WEEKDAY_PATTERN = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    "понедельник|вторник|сред[ауы]|четверг|пятниц|суббот|воскресень"
)
# "When the mill failed, what …" asks for something else.
_ASKS_LATER = (
    r"(?!.*,\W*(\w+ ){0,2}(what|who|whom|whose|which|how|where|why|qu[eé]|qui[eé]n(es)?|cu[aá]l(es)?|cu[aá]nt[oa]s?|"
    r"c[oó]mo|d[oó]nde|что|чего|чем|чему|кто|кого|кому|кем|как|как(ой|ая|ое|ие|им|ую)|сколько|где|куда|почему)\b)"
)

# The most particular first: the first that asks is taken.
ANSWER_TYPES = (
    _kind(
        "money",
        r"how much .*(cost|pay|paid|charge|earn|price|raise|worth|spen[dt])|\b(price|fee|fare|fine|salary|cost) |"
        r"what (do|does|did|must|should|would) .*\b(pay|cost|charge)\b(?! for\W*$)|"
        r"(?<!por )qu[eé] (paga|cuesta|cobra)n?\b|"
        r"cu[aá]nto (cuesta|cost|vale|val[ií]|cobra|pag|gana|dinero)|\bqu[eé] (precio|tarifa)|precio|"
        r"сколько (стоит|стоят|стоил|плат|берут|берет|берёт|денег|заплат|зарабат|собрал)|"
        r"как(ая|ова|ую) (цен|плата\b|плату\b)",
        r"[€$£₽]|euro|dollar|pound|crown|cent\b|cents\b|corona|peseta|peso|крон|рубл|руб\.|коп|евро|доллар|franc|"
        r"\bfree\b|gratis|gratuit|бесплатн|for nothing|даром",
    ),
    _kind(
        "weight",
        r"how heavy|weigh(s|ed)?\b|\bpes[ao]r?\b|\bвес(ит|ят|ил|ила|ом)?\b",
        r"\d[\d.,  ]*\s?(kg|g|kilo|gram|tonn|ton\b|tons\b|pound|lb|кг|г\b|килограмм|грамм|тонн|т\b|пуд)|tonelad|kilos?|"
        r"килограмм|тонн",
    ),
    _kind(
        "length",
        r"how (far|tall|high|deep|wide)\b|"
        r"what ((is|was|are|were) the )?(\w+ )?(height|length|depth|width|distance|diameter|aperture) |"
        r"\b(altura|longitud|profundidad|anchura|distancia|diámetro|altitud)\b|cu[aá]nto mide|"
        r"как(ой|ова|ая) (высот|длин|глубин|ширин|расстояни|диаметр)|на какой высоте|какова высота",
        r"\d[\d.,  ]*\s?(m|cm|mm|km|metre|meter|centi|kilo|mile|feet|foot|inch|hectare|м|см|мм|км|метр|санти|килом|га)"
        r"\b|metros?\b|metres?\b|метр",
    ),
    _kind(
        "hour",
        r"what time|at what hour|(opening|closing) (time|hour)|qu[eé] hora|horario|во сколько\b(?! раз)|в котором часу|"
        r"(какие|какое) (часы|время)|до скольки",
        r"\d{1,2}[:.]\d{2}|\d{1,2}\s?(am|pm|a\. ?m|p\. ?m|h\b)|o'clock|noon|midnight|half past|quarter (to|past)|"
        r"mediod[ií]a|medianoche|полдень|полночь|\bчас|половин|a las? \w+|de la (mañana|tarde|noche)|"
        r"\b(at|from|until|till|to) (one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
    ),
    _kind(
        "colour",
        r"(what|which) colou?r|qu[eé] color|как(ого|ой|им) цвет",
        r"\b(red|green|blue|yellow|white|black|brown|grey|gray|orange|pink|purple|golden?|silver|cream|roj[oa]|verde|"
        r"azul|amarill[oa]|blanc[oa]|negr[oa]|marrón|gris|naranja|rosa|morad[oa]|dorad[oa]|crema|красн|зелен|зелён|син|"
        r"голуб|желт|жёлт|бел(ый|ая|ое|ые|ого|ой)|черн|чёрн|коричнев|сер(ый|ая|ое|ые|ого|ой)|оранжев|розов)",
        number=False,
    ),
    _kind(
        "age",
        r"how old|cu[aá]ntos años|\bedad\b|сколько лет",
        r"(?<!\d)\d{1,3}[ -]?(year|años|лет|год)|\w+ (years|años|лет)\b|aged? \d|\bage of|edad de",
    ),
    _kind(
        "year",
        r"(what|which) year|qu[eé] año|как(ом|ого) год",
        r"\b1[0-9]{3}\b|\b20[0-9]{2}\b|\bcentur|\bsiglo|\bвек[аеу]?\b",
        number=False,
    ),
    _kind(
        "when",
        rf"^\W*((and|but|since|until) )?when\b{_ASKS_LATER}|(what|which) (date|day|month|season)|cuándo|"
        rf"^\W*cuando{_ASKS_LATER}|qu[eé] (d[ií]a|fecha|mes)|^\W*((а|и|с|до) )?когда{_ASKS_LATER}|"
        r"как(ой|ого|ом|ая|ие) (день|дня|дни|числа|дата|месяц)|(по|в) как(им|ие) дн",
        rf"\d|{_MONTHS}|{_WEEKDAY_PATTERN}|spring|summer|autumn|winter|primavera|verano|otoño|invierno|весн|лет[оау]м?\b|осен|"
        r"зим|morning|evening|night|mañana|tarde|noche|утр|вечер|ноч|every|daily|cada|кажд|centur|siglo|\bвек",
    ),
    _kind(
        "percentage",
        r"what (percent|proportion)|(percentage|proportion|share) of|qu[eé] (porcentaje|proporci[oó]n)|"
        r"как(ой|ов|ая|ова) (процент|доля)|сколько процентов",
        r"%|per ?cent|por ?ciento|процент|half|third|quarter|mitad|tercio|cuarta parte|половин|трет[ьи]|четверт",
    ),
    _kind(
        "temperature",
        r"what ((is|was) the )?(\w+ )?temperature|how (hot|cold|warm)\b|qu[eé] temperatura|как(ой|ая|ова) температур",
        r"°|\bdegrees?\b|\bgrados?\b|градус|\d ?[CKF]\b|freezing|boiling|zero|\bcero\b|ноль|нуля",
    ),
    _kind(
        "power",
        r"what power|how (powerful|strong) (is|was|are|were) .*\b(engine|motor)|qu[eé] potencia|как(ой|ая|ова) мощност",
        r"horse ?power|\bh\.?p\b|watt|\b[kM]?W\b|caballos|\bCV\b|vatios?|лошадин|л\. ?с\.|\b[кМ]?Вт\b|ватт",
    ),
    _kind(
        "count",
        r"how (many|much|often|long|fast|old)|\bnumber of|cu[aá]nt[oa]s?\b|сколько|"
        r"как (долго|часто)|на сколько|"
        r"как(ой|ая|ов|ова) (номер|телефон|скорост|площад)|"
        r"what (number|phone)|qu[eé] (n[uú]mero|tel[eé]fono)",
    ),
    _kind(
        "person",
        r"^\W*(\w+ )?who(m|se)?\b(?! (can|may|must|should|has to|is allowed)\b)|"
        r"qui[eé]n(es)?\b(?! (puede|debe)n?\b)|"
        r"^\W*(\w+ )?(кто|кого|кому|кем|чей|чья|чь[её]|чьи)\b(?! (может|могут|долж\w+)\b)",
        number=False,
    ),
)  # fmt: skip
# A year counts nothing, nor does a date (text/quantities.py).
_YEAR_MENTION = re.compile(
    r"\b\d{4}-\d\d\b(?!-)|\b(in|since|until|en|desde|hasta|в|с|до) [12]\d{3}\b(?! \w+s\b)|\b[12]\d{3}(-?м|-?го)? год",
    re.IGNORECASE,
)
_PERSON_NAME = regex.compile(r"(?<=[\w,»”\")—–-] )[«“\"(]?\p{Lu}[\w’'-]+")
ANSWER_TYPE_LANGUAGES = frozenset(("en", "es", "ru"))  # whose words these patterns hold


def answer_type_of(question: str, language: str) -> AnswerType | None:
    """The kind of answer that a question in that language asks for, or None where it may be anything."""
    return (
        next((kind for kind in ANSWER_TYPES if kind.asks.search(question)), None)
        if language in ANSWER_TYPE_LANGUAGES
        else None
    )


# What asks for a few words; and what, though it begins so, asks for more.
_BRIEF = {
    "en": r"\b(who(m|se)?|when|where|which|what)\b|"
    r"\bhow (many|much|often|long|big|large|far|old|tall|high|deep|wide|heavy|fast)\b|"
    r"^\W*(is|are|was|were|do|does|did|can|could|may|must|should|has|have|will)\b",
    "es": r"\b(qui[eé]n(es)?|cu[aá]ndo|a?d[oó]nde|cu[aá]l(es)?|cu[aá]nt[oa]s?|qu[eé])\b|"
    r"^\W*(es|son|puedo|puede|hay|tiene)\b",
    "ru": r"\b(кто|кого|кому|кем|ч[её]м|что|чего|когда|где|куда|откуда|как(ой|ая|ое|ие|им|их|ую|ого|ому|ом|ими))\b|"
    r"\b(сколько|скольк\w+|чей|чья|чь[её]|чьи|можно ли|нужно ли|ли)\b",
}
_LONG_ANSWER = {
    "en": r"\bhow (do|does|did|can|could|to|should|would|is|are)\b|\bwhy\b|\bdiffer|\bcompare|\bversus\b|\bexplain|"
    r"\bdescribe|^\W*list\b|\bsteps?\b|\b(what|which) (\w+ ){0,2}are\b|"
    r"\bwhich (\w+ ){0,2}(?!(?:is|was|has|does|its|this)\b)\w+s\b|"
    r"\bwhat (happens|does .* do)\b|\bwhat (should|can|must|do) (i|we|you) do\b",
    "es": r"\bc[oó]mo\b(?! se (llam|denomin|apellid|conoc))|\bpor ?qu[eé]\b|\bdiferenci|\bcompar|\bexplic|\bdescrib|"
    r"^\W*enumera|\bpasos?\b|\bcu[aá]les\b|\bqu[eé] (?!(?:es|mes|tras)\b)\w+s\b|"
    r"\bqu[eé] (pasa|sucede|ocurre|hace)\b|\bqu[eé] (debo|tengo que|puedo) hacer\b",
    "ru": r"(^|\s)как\b(?! (долго|часто|далеко|давно|быстро|назыв|назва|зовут|звал))|\bпочему\b|\bзачем\b|\bотчего\b|"
    r"\bотлич|\bразниц|\bсравн|\bобъясн|\bопиши|^\W*перечисли|\bкаки(е|х|м|ми)\b|\bкаковы\b|"
    r"\bчто (делает|происходит|будет)\b|\bчто (нужно|надо|следует) сделать\b",
}


def is_brief(question: str, language: str) -> bool:
    """Whether a few words answer a question: it asks who, when, which, how many, or whether; not how, why, for several
    things, or nothing at all. In a language whose words are not known here it is taken to."""
    if language not in _BRIEF:
        return True
    if re.search(_LONG_ANSWER[language], question, re.IGNORECASE):
        return False
    return question.rstrip().endswith("?") or bool(re.search(_BRIEF[language], question, re.IGNORECASE))


def answer_type_match(kind: AnswerType | None, text: str, asked: frozenset[str], language: str = "en") -> float:
    """0 to 1: how far a text in that language offers that kind of answer; .5 where nothing in particular is asked for.

    ``asked`` holds the words of the question: what it holds itself is no answer. In a language whose words are not
    known here a text that does not seem to offer it may do so all the same: it gets .5 at least.
    """
    if kind is None:
        return 0.5
    share = _offered(kind, text, asked)
    return share if language in ANSWER_TYPE_LANGUAGES else max(share, 0.5)


def _offered(kind: AnswerType, text: str, asked: frozenset[str]) -> float:
    if kind.name == "person":
        names = [word for match in _PERSON_NAME.findall(text) for word in words(match)]
        return 1.0 if any(word not in asked for word in names) else 0.0
    if kind.offers is not None and any(
        set(words(match.group())) - asked or not words(match.group()) for match in kind.offers.finditer(text)
    ):
        return 1.0
    new = [word for word in words(_without_dates(text) if kind.number else text) if word not in asked]
    digits = any(word[0].isdigit() for word in new)
    spelled = any(word in NUMBER_WORDS for word in new)
    if kind.offers is None:
        return 1.0 if digits or spelled else 0.0
    return 0.4 if kind.number and (digits or spelled) else 0.0


def _without_dates(text: str) -> str:
    spans = [*dates(text), *(match.span() for match in _YEAR_MENTION.finditer(text))]
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)
