"""How a person asks in each language, as data: what of a heading, a sentence or a table row asks for what.

Does not decide which questions are good enough (synthetic_questions.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentencePattern:
    """A shape of a sentence and the question it answers. Groups: ``x`` what is asked about, ``answer`` the words that
    answer; others may stand in the question too."""

    pattern: re.Pattern[str]
    question: str


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """A column of a table, by its label and a value in it, and how the value of the row named ``x`` is asked for."""

    label: re.Pattern[str]
    value: re.Pattern[str]
    question: str


@dataclass(frozen=True, slots=True)
class QuestionPatterns:
    """Questions in one language."""

    asks: re.Pattern[str]  # a heading that is a question
    how_to: tuple[SentencePattern, ...]  # headings that tell how something is done; ``x`` is the deed
    definitions: tuple[SentencePattern, ...]  # of a paragraph's first sentence
    facts: tuple[SentencePattern, ...]  # of any sentence
    cells: tuple[TableQuestion, ...]  # the first that fits a column's label and value
    articles: frozenset[str]
    indefinite: frozenset[str]  # of these
    pointing: frozenset[str]  # words that point at something outside the question
    function: frozenset[str]  # other words that no name of a thing has
    latin: bool  # whether it is written in Latin letters
    vague: frozenset[str]  # nouns that name nothing by themselves, and verbs that are no deeds


_NUMBER_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|sixteen|twenty|thirty|forty|fifty|"
    "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|catorce|quince|veinte|treinta|cuarenta|cincuenta|"
    "пять|шесть|семь|восемь|девять|десять|одиннадцать|двенадцать|четырнадцать|пятнадцать|двадцать|тридцать|сорок"
)


def _forms(name: str, *rows: tuple[str, str]) -> tuple[SentencePattern, ...]:
    """``@x`` stands for what is asked about, as that language writes it, ``@n`` for a number."""
    number = rf"(?:(?:about|some|unos|unas|около|более) )?(?:[$€£]?\d[\d.,\u00a0]*(?: \d{{3}})*|{_NUMBER_WORDS})"
    ends = {"@x": f"(?P<x>{name})", "@n": number}
    forms = []
    for pattern, question in rows:
        for mark, text in ends.items():
            pattern = pattern.replace(mark, text)
        forms.append(SentencePattern(re.compile(pattern), question))
    return tuple(forms)


def _cells(*rows: tuple[str, str, str]) -> tuple[TableQuestion, ...]:
    return tuple(TableQuestion(re.compile(label), re.compile(value), question) for label, value, question in rows)


_SUBJECT_NAME = r"[A-ZÁÉÍÓÚÑ][\w.+#'’-]*(?: [\w+#'’-]+){0,5}"
_IMENNO = r"[А-ЯЁA-Z][\w.+#-]*(?: [\w«»+#-]+){0,4}"
_UNIT_PATTERN = r"(?:[A-Za-zÁÉÍÓÚÑáéíóúñА-Яа-яё%°²]+)"

# "the white building with …", "abstractions over …": what a thing is, not how it is at the moment.
_THE = r"the (?!best|only|same|first|last|next|main|most|right)(?:[a-z-]+ ){1,3}(?:that|which|where|with|used|for|of)\b"
_PLURAL_NOUN = (
    r"(?!\w+(?:ed|en|ly|ing|able|ible)\b|held\b|not\b|also\b|all\b|always\b|as\b)"
    r"(?:[a-z-]+ ){0,3}[a-z]{3,}s (?:that|which|of|for|over|used|with|to)\b"
)
_PLURAL_ENDING = r"(?<![suiy])s\b"
_COUNTED_NOUN = r"(?:(?!(?:between|of|in|on|with|and|for|to|at|from|per|that)\b)[a-z-]+ ){0,2}[a-z]{2,}[^s\W\d]s"

ENGLISH = QuestionPatterns(
    asks=re.compile(r"(?i)^(?:what|who|when|where|why|how|which|can|do|does|did|is|are|should|will)\b.+\?$"),
    how_to=_forms(
        r".+",
        (r"^How to @x$", "How do I {x}?"),
        (r"^(?!Working (?!with |on |in ))(?P<gerund>[A-Z][a-z]{2,}ing) @x$", "How do I {gerund} {x}?"),
    ),
    definitions=_forms(
        _SUBJECT_NAME,
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>is (?:an? \w|" + _THE + r")[^.;:]+)", "What is {x}?"),
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>are (?:" + _THE + "|" + _PLURAL_NOUN + r")[^.;:]+)", "What are {x}?"),
    ),
    facts=_forms(
        _SUBJECT_NAME,
        (
            r"^@x was (?P<v>[a-z]+(?:ed|lt|wn|ught|st|den|ven|born)|born) (?:(?:to|by|for|as) [\w ]{1,40} )?"
            r"(?P<answer>(?:in|on) [^.;:()]*?\d{4})\b",
            "When was {x} {v}?",
        ),
        (r"^@x (?P<answer>opened (?:in|on) [^.;:()]*\d{4})", "When did {x} open?"),
        (
            r"^@x (?:has|contains|holds|seats|carries) (?P<answer>@n ?(?P<y>" + _COUNTED_NOUN + r"))\b",
            "How many {y} does {x} have?",
        ),
        (
            r"^There (?:are|were) (?P<answer>@n ?(?P<y>" + _COUNTED_NOUN + r")) (?P<p>in|on|at) (?P<x>[^,;:.]{3,40})$",
            "How many {y} are there {p} {x}?",
        ),
        (r"^@x (?P<answer>(?:takes?|lasts?) @n ?(?:minutes|hours|days|weeks|months|years))", "How long does {x} take?"),
        (r"^@x (?P<answer>is @n ?(?:crowns?|euros?|dollars?|pounds?|cents?|per ?cent|%))", "How much is {x}?"),
        (rf"^@x (?P<answer>costs? @n ?{_UNIT_PATTERN}?)", "How much does {x} cost?"),
        (rf"^@x (?P<answer>weighs? @n ?{_UNIT_PATTERN})", "How much does {x} weigh?"),
        (rf"^@x is (?P<answer>@n ?{_UNIT_PATTERN} (?P<y>long|high|tall|wide|deep|thick))\b", "How {y} is {x}?"),
        (
            r"^(?:The|An?) (?P<y>[a-z-]+(?: [a-z-]+)?) (?:of|for) (?P<x>[^,;:.]{3,50}?) (?P<answer>is @n[^.;:]*)",
            "What is the {y} of {x}?",
        ),
    ),
    cells=_cells(
        (_PLURAL_ENDING, r"^\d+$", "How many {label} does {x} have?"),
        (_PLURAL_ENDING, "", ""),
        ("", "", "What is the {label} of {x}?"),
    ),
    articles=frozenset("a an the".split()),
    indefinite=frozenset("a an".split()),
    pointing=frozenset(
        "this that these those it its they them their he his she her him here there above below following previous "
        "next such another other others same both either former latter first second third last".split()
    ),
    function=frozenset(
        "how why where can could do does did is are was were will should be go we us we're our you your i my one "
        "each which what who whose if when while because although however also but so then now not no some many "
        "most all any every more less only even with without as for from in on at by to or".split()
    ),
    latin=True,
    vague=frozenset(
        "lifecycle thing things way ways reason reasons result results goal idea point problem problems question "
        "answer example examples case cases section chapter page document table figure note notes step steps rest "
        "part difference purpose benefit advantage stage stages hours times strategies conventions guidelines lists "
        "options languages rules plans parameters tips basics guide environment process system requirements issues "
        "practices introduction overview summary resources understanding considering including being having during "
        "according depending everything monday tuesday wednesday thursday friday saturday sunday something nothing "
        "anything following getting looking learning knowing thinking string setting".split()
    ),
)

# A word in -er may be English ("Docker"); these are verbs.
_ER = (
    "Hac|Rehac|Ten|Obten|Manten|Conten|Pon|Compon|Expon|Dispon|V|Le|Volv|Devolv|Resolv|Mov|Remov|Promov|Respond|Proteg|"
    "Escog|Recog|Vend|Comprend|Aprend|Conoc|Reconoc|Ofrec|Establec|Extend|Entend|Atend|Prove|Tra|Corr|Com|Beb|Encend|"
    "Defend|Desprend|Sosten|Deten|Reten|Somet|Met|Romp|Cos|Perd|Cre|Pose"
)

SPANISH = QuestionPatterns(
    asks=re.compile(r"^¿.+\?$"),
    how_to=_forms(
        r".+",
        (r"^Cómo (?P<x>[a-záéíóúñü]+(?:ar|er|ir|ír)(?:se|lo|la|los|las)?\b.*)$", "¿Cómo {x}?"),
        (rf"^(?P<verb>(?:[A-ZÁÉÍÓÚ][a-záéíóúñü]{{2,}}(?:ar|ir)|(?:{_ER})er)) @x$", "¿Cómo puedo {verb} {x}?"),
    ),
    definitions=_forms(
        _SUBJECT_NAME,
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>es (?:una?|el|la|los|las) \w[^.;:]+)", "¿Qué es {x}?"),
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>son (?:un[oa]s|los|las) \w[^.;:]+)", "¿Qué son {x}?"),
    ),
    facts=_forms(
        _SUBJECT_NAME,
        (
            r"^@x (?P<v>se (?:fundó|inauguró|construyó|creó|abrió|publicó|estrenó)|fue "
            r"(?:fundad|construid|inaugurad|cread|publicad|restaurad|fundid)[oa]) (?P<answer>en [^.;:()]*\d{4})",
            "¿Cuándo {v} {x}?",
        ),
        (r"^@x (?:tiene|cuenta con) (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}os))\b", "¿Cuántos {y} tiene {x}?"),
        (r"^@x (?:tiene|cuenta con) (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}as))\b", "¿Cuántas {y} tiene {x}?"),
        (r"^En (?P<x>[^,;:.]{3,40}) hay (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}os))\b", "¿Cuántos {y} hay en {x}?"),
        (r"^En (?P<x>[^,;:.]{3,40}) hay (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}as))\b", "¿Cuántas {y} hay en {x}?"),
        (r"^@x (?P<answer>(?:tarda|dura) @n ?(?:minutos|horas|días|semanas|meses|años))", "¿Cuánto dura {x}?"),
        (r"^@x (?P<answer>es de @n ?(?:coronas?|euros?|dólares?|pesos?|céntimos?|%|por ciento))", "¿De cuánto es {x}?"),
        (rf"^@x (?P<answer>cuesta @n ?{_UNIT_PATTERN}?)", "¿Cuánto cuesta {x}?"),
        (rf"^@x (?P<answer>pesa @n ?{_UNIT_PATTERN})", "¿Cuánto pesa {x}?"),
        (rf"^@x (?P<answer>mide @n ?{_UNIT_PATTERN})", "¿Cuánto mide {x}?"),
        (
            r"^(?P<y>(?:El|La) [a-zñáéíóú]+) (?P<p>de|por) (?P<x>[^,;:.]{3,50}?) (?P<answer>es (?:de )?@n[^.;:]*)",
            "¿Cuál es {y} {p} {x}?",
        ),
    ),
    cells=_cells(
        (r"as$", r"^\d+$", "¿Cuántas {label} tiene {x}?"),
        (r"[oe]s$", r"^\d+$", "¿Cuántos {label} tiene {x}?"),
        (r"s$", "", ""),
        (r"(?i)^(?:día|coste|importe|nombre)$|(?:o|or|aje|al)$|ma$", "", "¿Cuál es el {label} de {x}?"),
        (r"(?:a|ión|dad|tad)$", "", "¿Cuál es la {label} de {x}?"),
    ),
    articles=frozenset("un una unos unas el la los las".split()),
    indefinite=frozenset("un una unos unas".split()),
    pointing=frozenset(
        "este esta esto estos estas ese esa eso esos esas aquel aquella aquello él ella ello ellos ellas lo le les "
        "su sus aquí allí anterior anteriores siguiente siguientes otro otra otros otras mismo misma primera "
        "primero segundo segunda último última tal ambos".split()
    ),
    function=frozenset(
        "nuestro nuestra nuestros nuestras tu tus mi mis yo cada cual que quien si cuando mientras porque aunque "
        "también pero así entonces ahora no algo alguno alguna todo todos todas más menos solo sólo con sin como "
        "para desde en por a o y".split()
    ),
    latin=True,
    vague=frozenset(
        "cosa cosas manera forma razón motivo resultado objetivo idea punto problema pregunta respuesta ejemplo "
        "ejemplos caso casos sección capítulo página documento tabla figura nota notas paso pasos resto parte "
        "diferencia lugar hogar taller ayer mujer mayor menor mejor similar particular general regular familiar "
        "escolar popular par lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo "
        "junio julio agosto septiembre octubre noviembre diciembre observaciones introducción resumen recursos "
        "saber entender comprender".split()
    ),
)

RUSSIAN = QuestionPatterns(
    asks=re.compile(r"(?i)^(?:что|кто|когда|где|куда|почему|зачем|как|какой|какая|какое|какие|сколько|можно)\b.+\?$"),
    how_to=_forms(
        r".+",
        (r"^Как (?P<x>[а-яё]+(?:ть|ти|чь)(?:ся|сь)?\b.*)$", "Как {x}?"),
        (r"^(?P<verb>[А-ЯЁ][а-яё]{2,}(?:[аяиеуы]ть|ти)(?:ся|сь)?) @x$", "Как {verb} {x}?"),
    ),
    definitions=_forms(_IMENNO, (r"^@x(?: \([^)]{1,30}\))? (?P<answer>(?:—|–|--|-) это \w[^.;:]+)", "Что такое {x}?")),
    facts=_forms(
        _IMENNO,
        (
            r"^@x (?:был[аои]? )?(?P<v>построен[аоы]?|основан[аоы]?|открыт[аоы]?|создан[аоы]?|отлит[аоы]?|"
            r"восстановлен[аоы]?|издан[аоы]?|выпущен[аоы]?) (?P<answer>в [^.;:()]*\d{4})",
            "В каком году {v} {x}?",
        ),
        (
            r"^@x (?P<v>открыл(?:ся|ась|ось|ись)|появил(?:ся|ась|ось|ись)) (?P<answer>в [^.;:()]*\d{4})",
            "В каком году {v} {x}?",
        ),
        (rf"^@x (?P<answer>сто[ия]т @n ?{_UNIT_PATTERN})", "Сколько стоит {x}?"),
        (
            r"^(?P<p>В|На) (?P<x>[а-яё]+(?: [А-ЯЁа-яё«»-]+){0,3}) (?P<answer>@n "
            r"(?P<y>[а-яё]+(?:ов|ев|ей|ок|ек|ниг|мест|овек|иц|ин|ий)))\b",
            "Сколько {y} {p} {x}?",
        ),
        (r"^@x (?P<answer>(?:занимает|длится) @n (?:минут|час|дн|недел|месяц|лет)\w*)", "Сколько времени длится {x}?"),
        (rf"^@x (?P<answer>весит @n ?{_UNIT_PATTERN})", "Сколько весит {x}?"),
        (
            r"^(?P<y>Длина|Высота|Ширина|Глубина|Площадь|Масса|Стоимость|Цена|Численность|Скорость|Температура) "
            r"(?P<x>[^,;:.—–]{3,50}?) (?P<answer>(?:—|–|--|составляет) @n[^.;:]*)",
            "Какова {y} {x}?",
        ),
        (
            r"^(?P<y>Вес|Срок|Размер|Возраст|Объём|Штраф) "
            r"(?P<x>[^,;:.—–]{3,50}?) (?P<answer>(?:—|–|--|составляет) @n[^.;:]*)",
            "Каков {y} {x}?",
        ),
    ),
    cells=_cells(
        (r"(?i)^(?:цена|стоимость|плата)$", "", "Какая {label}: {x}?"),
        (r"^\S+[ая]$", "", "Какая {label} у «{x}»?"),
        (r"^\S+[оеё]$", "", "Какое {label} у «{x}»?"),
        (r"^\S+[ыи]$", "", "Какие {label} у «{x}»?"),
        (r"^\S+[бвгджзйклмнпрстфхцчшщ]$", "", "Какой {label} у «{x}»?"),
    ),
    articles=frozenset(),
    indefinite=frozenset(),
    pointing=frozenset(
        "это этот эта эти этого этой этих этом тот та то те того той тех он она оно они его её ее их ему ей им "
        "здесь там выше ниже следующий следующая следующее следующие предыдущий предыдущая другой другая другое "
        "другие такой такая такое такие первый первая первое второй вторая последний последняя".split()
    ),
    function=frozenset(
        "мы нас наш наша наши вы вас ваш ваша ваши я мой моя каждый оба который которая что кто если когда пока "
        "потому хотя также но так тогда теперь не всё все более менее только с без как для от в на по к или и а "
        "самое самый главное".split()
    ),
    latin=False,
    vague=frozenset(
        "вещь способ причина результат цель идея проблема вопрос ответ пример примеры случай раздел глава страница "
        "документ таблица рисунок заметка шаг часть остальное разница память печать кровать тетрадь мать рать знать "
        "понедельник вторник среда четверг пятница суббота воскресенье примечание понимать введение заключение "
        "итоги".split()
    ),
)

PHRASING = {"en": ENGLISH, "es": SPANISH, "ru": RUSSIAN}
