"""Questions about the library itself, answered from the ledger: which documents mention something, what is new, how
many there are, which ones, what one of them says of something. Patterns of English, Spanish and Russian over the
whole utterance, so that a question about what the documents say is never taken for one of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

from rag.answer.numbers import quantities
from rag.library.library import Library
from rag.library.terms import is_stop, stem, words
from rag.sentences import sentences
from rag.text.detect import language_of_question
from rag.text.spellings import comparable, unaccented
from rag.types import Answer, Citation, Outcome, Record, Status

_DOCS = {
    "en": r"(?:documents?|files?|docs?|papers?)",
    "es": r"(?:documentos?|archivos?|ficheros?)",
    "ru": r"(?:документ(?:ы|а|ов|ах)?|файл(?:ы|а|ов|ах)?)",
}
_TYPE = (
    r"(?P<type>pdfs?|word|docx?|markdown|md|html?|te?xt|pptx?|powerpoints?|xlsx?|excel|csv|epub|images?|imágenes|"
    r"картинки)"
)
_TYPE2 = _TYPE.replace("?P<type>", "?P<type2>")
_ASKS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("mention", rf"(?:which|what) (?:of (?:my|the) )?{_DOCS['en']} (?:mentions?|talks? about|speaks? of|refers? "
                    rf"to|discuss(?:es)?|"
                    rf"contains?|(?:is|are) about) (?P<x>.+)"),
        ("mention", rf"(?:show|find|list)(?: me)? (?:all )?(?:the |my )?{_DOCS['en']} (?:that )?(?:mention(?:ing)?|"
                    rf"about|containing) (?P<x>.+)"),
        ("new", r"what(?:'s| is| was) (?:new|added)(?: in (?:my|the) library)?(?: since (?P<since>.+)| "
                r"(?P<when>today|yesterday|this week|"
                r"this month|this year|last week|last month))?"),
        ("new", rf"(?:which|what) {_DOCS['en']} (?:are new|were added|came in)(?: since (?P<since>.+)| "
                rf"(?P<when>today|yesterday|"
                r"this week|this month|this year|last week|last month))?"),
        ("count", rf"how many (?:{_TYPE}(?: {_DOCS['en']})?|{_DOCS['en']})(?: (?:are there|do (?:you|i) have|are "
                  rf"(?:there )?in (?:my|the) library|"
                  r"does (?:my|the) library (?:hold|have|contain)|do you know))?"),
        ("list", rf"(?:list|show)(?: me)?(?: all)?(?: of)? (?:my|the|all) (?:{_TYPE}(?: {_DOCS['en']})?|"
                 rf"{_DOCS['en']})"),
        ("list", rf"(?:which|what) {_DOCS['en']} (?:do you have|do i have|are (?:there|in (?:my|the) library)|do you "
                 rf"know)"),
        ("section", r"(?:please )?(?:summari[sz]e|give me (?:a|the) summary of|sum up)(?: the)?(?: section| part| "
                    r"chapter)? [“\"«](?P<x>.+)[”\"»] (?:in|of|from)(?: the)?(?: file| document)? (?P<file>.+)"),
        ("says", r"what does (?P<file>.+) say about [“\"«](?P<x>.+)[”\"»]"),
        ("says", r"what (?:does|do)(?: the)?(?: file| document)? (?P<file>.+?) (?:say|tell(?: me| us)?) "
                 r"(?:about|of|on) (?P<x>.+)"),
        ("summary", r"(?:please )?(?:summari[sz]e|give me (?:a|the) summary of|sum up)(?: the)?(?: file| document)? "
                    r"(?P<file>.+)"),
    ),
    "es": (
        ("mention", rf"(?:en )?(?:qué|cuáles?)(?: de mis)? {_DOCS['es']} (?:mencionan?|hablan? (?:de|sobre)|tratan? "
                    rf"(?:de|sobre)|contienen?|"
                    rf"se (?:menciona|habla de)) (?P<x>.+)"),
        ("new", r"qué (?:hay de nuevo|novedades hay|se ha añadido|hay nuevo)(?: en (?:la|mi) biblioteca)?(?: desde "
                r"(?P<since>.+)| "
                r"(?P<when>hoy|ayer|esta semana|este mes|este año))?"),
        ("count", rf"cuántos (?:{_TYPE}|{_DOCS['es']}(?: {_TYPE2})?)(?: (?:hay|tengo|"
                  rf"tienes|conoces))?(?: en (?:la|mi) biblioteca)?"),
        ("list", rf"(?:lista|enumera|muestra|muéstrame|enséñame)(?: todos)? (?:mis|los) (?:{_TYPE}|{_DOCS['es']}(?: "
                 rf"{_TYPE2})?)"),
        ("list", rf"qué {_DOCS['es']} (?:tienes|tengo|hay)(?: en (?:la|mi) biblioteca)?"),
        ("section", r"(?:por favor,? )?(?:resume|resúmeme|resumir|haz(?:me)? un resumen de)(?: el)?(?: apartado| "
                    r"capítulo| sección| la sección| parte)? [“\"«](?P<x>.+)[”\"»] (?:en|de|del)(?: el)?(?: archivo| "
                    r"documento| fichero)? (?P<file>.+)"),
        ("says", r"qué dice (?P<file>.+) sobre [“\"«](?P<x>.+)[”\"»]"),
        ("says", r"qué (?:dice|cuenta|pone)(?: en)?(?: el)?(?: archivo| documento| fichero)? (?P<file>.+?) (?:sobre|"
                 r"acerca de|de) (?P<x>.+)"),
        ("summary", r"(?:por favor,? )?(?:resume|resúmeme|resumir|haz(?:me)? un resumen de)(?: el)?(?: archivo| "
                    r"documento| fichero)? (?P<file>.+)"),
    ),
    "ru": (
        ("mention", rf"(?:в каких|какие|в каком)(?: из моих)? {_DOCS['ru']} (?:упоминают|упоминает|упоминаются|"
                    rf"упоминается|говорится (?:о|об|про)|говорят (?:о|об|про)|"
                    rf"содержат|написано (?:о|об|про)|рассказыва(?:ют|ется) (?:о|об|про)) (?P<x>.+)"),
        ("new", r"что (?:нового|появилось|добавлено|добавилось)(?: в библиотеке)?(?: (?:с|со) (?P<since>.+)| "
                r"(?P<when>сегодня|вчера|"
                r"(?:на|за) (?:этой|эту|последнюю) недел[еюи]|в этом (?:месяце|году)|за (?:этот|последний) месяц))?"),
        ("count", rf"сколько (?:(?:у меня|у тебя|всего|есть) )*(?:{_TYPE}|{_DOCS['ru']}(?: "
                  rf"{_TYPE2})?)(?: (?:у меня|у тебя|есть|всего|в библиотеке))*"),
        ("list", rf"(?:покажи|перечисли|список|выведи)(?: мне)?(?: все)?(?: мои| моих)? (?:{_TYPE}|{_DOCS['ru']}(?: "
                 rf"{_TYPE2})?)"),
        ("list", rf"какие {_DOCS['ru']} (?:у тебя есть|у меня есть|есть в библиотеке|есть)"),
        ("section", r"(?:пожалуйста,? )?(?:перескажи|резюмируй|кратко изложи|сделай (?:краткое )?(?:резюме|"
                    r"содержание)|суммируй)(?: раздел| раздела| главу| часть)? [“\"«](?P<x>.+)[”\"»] (?:из|в)"
                    r"(?: файла| документа| файле| документе)? (?P<file>.+)"),
        ("says", r"что сказано в (?P<file>.+) о [“\"«](?P<x>.+)[”\"»]"),
        ("says", r"что (?:сказано|говорится|написано)(?: в)?(?: файле| документе)? (?P<file>.+?) (?:о|об|обо|про) "
                 r"(?P<x>.+)"),
        ("summary", r"(?:пожалуйста,? )?(?:перескажи|резюмируй|кратко изложи|сделай (?:краткое )?(?:резюме|"
                    r"содержание)|суммируй)"
                    r"(?: файл| документ| файла| документа)? (?P<file>.+)"),
    ),
}  # fmt: skip
_COMPILED = [
    (language, kind, re.compile(unaccented(pattern), re.IGNORECASE))
    for language, rows in _ASKS.items()
    for kind, pattern in rows
]
_SUFFIXES = {
    "pdf": (".pdf",), "word": (".docx", ".doc", ".odt"), "doc": (".docx", ".doc"), "docx": (".docx", ".doc"),
    "markdown": (".md", ".markdown"), "md": (".md", ".markdown"), "htm": (".html", ".htm"), "html": (".html", ".htm"),
    "txt": (".txt",), "text": (".txt",), "ppt": (".pptx", ".ppt"), "pptx": (".pptx", ".ppt"),
    "powerpoint": (".pptx", ".ppt"), "xls": (".xlsx", ".xls"), "xlsx": (".xlsx", ".xls"), "excel": (".xlsx", ".xls"),
    "csv": (".csv",), "epub": (".epub",), "image": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"),
}  # fmt: skip
_SHOWN = 50  # documents named in a reply
_CHUNKS = 400  # passages looked at for "which documents mention …"
_QUOTED = 10  # documents of which a sentence is quoted
_OF_ONE = 5  # sentences quoted of a document that is asked about by name
_SAY = {
    "en": {
        "none": "No document mentions “{x}”.",
        "some": "{n} of your documents mention “{x}”:",
        "one": "One document mentions “{x}”:",
        "count": "Your library holds {n} documents ({p} passages).",
        "typed": "Your library holds {n} documents of that kind.",
        "list": "Your library holds {n} documents:",
        "empty": "There is no such document in your library.",
        "new": "{n} documents have come in since {d}:",
        "latest": "The latest documents:",
        "nothing": "Nothing has come in since {d}.",
        "says": "{file} says of “{x}”:",
        "more": "… and {n} more",
    },
    "es": {
        "none": "Ningún documento menciona «{x}».",
        "some": "{n} de tus documentos mencionan «{x}»:",
        "one": "Un documento menciona «{x}»:",
        "count": "Tu biblioteca tiene {n} documentos ({p} pasajes).",
        "typed": "Tu biblioteca tiene {n} documentos de ese tipo.",
        "list": "Tu biblioteca tiene {n} documentos:",
        "empty": "No hay ningún documento así en tu biblioteca.",
        "new": "Han llegado {n} documentos desde el {d}:",
        "latest": "Los últimos documentos:",
        "nothing": "No ha llegado nada desde el {d}.",
        "says": "Esto dice {file} sobre «{x}»:",
        "more": "… y {n} más",
    },
    "ru": {
        "none": "Ни в одном документе не упоминается «{x}».",
        "some": "«{x}» упоминается в {n} документах:",
        "one": "«{x}» упоминается в одном документе:",
        "count": "Документов в библиотеке: {n} (отрывков: {p}).",
        "typed": "Таких документов в библиотеке: {n}.",
        "list": "Документов в библиотеке: {n}:",
        "empty": "Такого документа в библиотеке нет.",
        "new": "С {d} добавлено документов: {n}:",
        "latest": "Последние документы:",
        "nothing": "С {d} ничего не добавлено.",
        "says": "В {file} о «{x}» сказано:",
        "more": "… и ещё {n}",
    },
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the library: its kind (mention, new, count, list, summary, section, says), its language, and
    its parts."""

    kind: str
    language: str
    what: str = ""  # the words looked for, a section's heading, or the file's name
    type: str = ""  # "pdf" …
    since: str = ""  # as it was said
    file: str = ""  # the file that is to be looked into


def about_library(question: str) -> Asked | None:
    """The question taken apart; None where it is not about the library."""
    plain = " ".join(question.replace("’", "'").strip(" \t\n.!?…¡¿").split())
    for language, kind, pattern in _COMPILED:
        if match := pattern.fullmatch(unaccented(plain)):
            parts = {name: plain[slice(*match.span(name))] for name in match.groupdict() if match[name] is not None}
            file, what = ((parts.get(name) or "").strip(" «»“”\"'") for name in ("file", "x"))
            typed = (parts.get("type") or parts.get("type2") or "").lower()
            since = parts.get("since") or parts.get("when") or ""
            return Asked(kind, language, what or file, typed, since, file)
    return None


def tell(asked: Asked, question: str, library: Library, now: datetime) -> Answer | None:
    """The answer from the ledger, with the documents it speaks of; None for a summary, for a date that is none, and
    where the file that is to say something does not."""
    say = _SAY[asked.language]
    held = [record for record in library.records() if record.chunks and record.outcome is not Outcome.DUPLICATE]
    if asked.type:
        endings = _SUFFIXES.get(asked.type, _SUFFIXES.get(asked.type.rstrip("s"), _SUFFIXES["image"]))
        held = [record for record in held if PurePath(record.path).suffix.lower() in endings]
    if asked.kind == "count":
        number = sum(record.chunks for record in held)
        text = say["typed" if asked.type else "count"].format(n=len(held), p=number)
        return _answer(question, text, held if asked.type else [])
    if asked.kind == "list":
        return _answer(question, say["list"].format(n=len(held)) if held else say["empty"], held, asked.language)
    if asked.kind == "new":
        return _new(asked, question, held, now)
    if asked.kind == "mention":
        return _mention(asked, question, library, {record.id: record for record in held})
    if asked.kind == "says" and (record := named(asked.file, library.records())) is not None:
        return _says(asked, question, library, record)
    return None


def _answer(
    question: str, text: str, records: Sequence[Record], language: str = "", quotes: Sequence[Citation] = ()
) -> Answer:
    if language and records:
        lines = [f"- {record.source}" for record in records[:_SHOWN]]
        if len(records) > _SHOWN:
            lines.append(_SAY[language]["more"].format(n=len(records) - _SHOWN))
        text = "\n".join([text, *lines])
    return Answer(question, Status.TOLD, 1.0, tuple(quotes), reply=text, documents=tuple(records))


def _new(asked: Asked, question: str, held: Sequence[Record], now: datetime) -> Answer | None:
    say = _SAY[asked.language]
    latest = sorted(held, key=lambda record: record.ingested_at, reverse=True)
    if not asked.since:
        return _answer(question, say["latest"] if latest else say["empty"], latest[:10], asked.language)
    since = beginning(asked.since, asked.language, now)
    if since is None:
        return None
    fresh = [record for record in latest if record.ingested_at[:19] >= since.isoformat()[:19]]
    day = since.date().isoformat()
    return _answer(question, say["new" if fresh else "nothing"].format(n=len(fresh), d=day), fresh, asked.language)


def beginning(said: str, language: str, now: datetime) -> datetime | None:
    """The moment that "May", "yesterday", "5 de mayo", «понедельника» begins at, not after ``now``; None where it is
    no date."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    low = said.lower().strip(" .?!")
    for pattern, days in _AGO:
        if re.search(pattern, low):
            return today - timedelta(days=days)
    for pattern, ago in _COUNTED:
        if re.search(pattern, low):
            return today - timedelta(days=ago(today))
    spoken = said.capitalize() if low in ("may", "march") else said
    dates = [quantity.days[0] for quantity in quantities(f"x {spoken}", language) if quantity.days]
    if dates:
        year, month, day = dates[0]
        try:
            moment = today.replace(year=year or today.year, month=month or 1, day=day or 1)
        except ValueError:  # 31 June
            return None
        return moment if moment <= now or year else moment.replace(year=today.year - 1)
    if match := re.search(r"\b(20\d\d)\b", said):
        return today.replace(year=int(match[1]), month=1, day=1)
    return None


_AGO = (
    (r"\btoday\b|\bhoy\b|сегодня", 0),
    (r"\byesterday\b|\bayer\b|вчера", 1),
    (r"last week|semana pasada|(?:последн|прошл)\w+ недел", 7),
    (r"last month|mes pasado|(?:последн|прошл)\w+ месяц", 30),
)
_WEEKDAYS = (
    r"mondays?|lunes|понедельник\w*",
    r"tuesdays?|martes|вторник\w*",
    r"wednesdays?|miércoles|сред[аыу]",
    r"thursdays?|jueves|четверг\w*",
    r"fridays?|viernes|пятниц\w*",
    r"saturdays?|sábados?|суббот\w*",
    r"sundays?|domingos?|воскресень\w*",
)


def _since_weekday(number: int) -> Callable[[datetime], int]:
    return lambda today: (today.weekday() - number) % 7


_COUNTED: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    (r"this week|esta semana|эт(?:ой|у) недел", lambda today: today.weekday()),
    (r"this month|este mes|этом месяце|этот месяц", lambda today: today.day - 1),
    (r"this year|este año|этом году|начала года", lambda today: today.timetuple().tm_yday - 1),
    *((rf"\b(?:{names})\b", _since_weekday(number)) for number, names in enumerate(_WEEKDAYS)),
)


def _mention(asked: Asked, question: str, library: Library, held: dict[str, Record]) -> Answer:
    quotes = _quotes(asked, library, held, 1)
    say = _SAY[asked.language]
    key = "none" if not quotes else "one" if len(quotes) == 1 else "some"
    records = sorted((held[ident] for ident in quotes), key=lambda record: record.source)
    cited = [quotes[record.id][0] for record in records[:_QUOTED]]
    return _answer(question, say[key].format(n=len(quotes), x=asked.what), records, asked.language, cited)


def _says(asked: Asked, question: str, library: Library, record: Record) -> Answer | None:
    quotes = _quotes(asked, library, {record.id: record}, _OF_ONE).get(record.id)
    if not quotes:
        return None
    quotes.sort(key=lambda quote: quote.start)
    name = PurePath(record.path).name
    return _answer(question, _SAY[asked.language]["says"].format(file=name, x=asked.what), [record], quotes=quotes)


def _quotes(asked: Asked, library: Library, held: dict[str, Record], most: int) -> dict[str, list[Citation]]:
    """For each of the documents up to ``most`` sentences that hold all the words asked for; those that have none are
    left out."""
    spoken = language_of_question(asked.what, (asked.language,)) or asked.language
    languages = [language for language in library.languages() if language] or [spoken]
    wanted = [word for word in words(asked.what) if not is_stop(word, spoken)] or words(asked.what)
    forms = {word: {stem(word, language) for language in {spoken, "", *languages}} for word in wanted}
    weights = {form: 1.0 for each in forms.values() for form in each}
    among = set(held) if len(held) == 1 else None
    found = library.chunks([ident for ident, _ in library.search_words(weights, _CHUNKS, among=among)]) if forms else {}
    quotes: dict[str, list[Citation]] = {}
    for chunk in found.values():
        record = held.get(chunk.document_id)
        if record is None or len(quotes.get(record.id, ())) == most:
            continue
        for start, end in sentences(chunk.text, chunk.language):
            text = chunk.text[start:end]
            there = {stem(word, chunk.language) for word in words(text)}
            if all(each & there for each in forms.values()):
                begin, until = chunk.start + start, chunk.start + end
                page, section = library.place(record.id, begin)
                quotes.setdefault(record.id, []).append(
                    Citation(record.id, record.source, page, section, begin, until, text, 1.0)
                )
                if len(quotes[record.id]) == most:
                    break
    return quotes


def named(what: str, records: Sequence[Record]) -> Record | None:
    """The document whose file is meant: its path, its name, or its name without the ending; None where none or several
    are."""
    low = comparable(what).strip()
    keys: tuple[Callable[[Record], bool], ...] = (
        lambda record: record.id == low or comparable(record.source) == low or comparable(record.path) == low,
        lambda record: comparable(PurePath(record.path).name) == low,
        lambda record: spelled(PurePath(record.path).stem) == spelled(PurePath(low).stem),
    )
    for key in keys:
        found = [record for record in records if record.chunks and key(record)]
        if len(found) == 1:
            return found[0]
    return None


def spelled(name: str) -> str:
    """A name or a heading by its words alone: "La_Panadería!" is "la panadería"."""
    return " ".join(re.split(r"[\W_]+", comparable(name))).strip()
