"""A comparison taken apart: "Which is dearer, the rent of the mill or of the yard?" asks for either side's rent.

A question compares where it names two sides around a joining word and says so ("differ", "older than"). Patterns per
language; everything outside the two sides, what is asked of them, stays in either question. Nothing is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.retrieval.answer_type import NUMBER_WORDS
from rag.text.analyzer import is_stop, words

_MAX_SIDE_WORDS = 9  # of a side: more is a sentence that happens to hold the words
_MAX_QUESTION_CHARS = 300  # characters of a question that is looked at


@dataclass(frozen=True, slots=True)
class ComparisonParts:
    """What is asked of two sides. A side that leaves out what it shares with the other ("the rent of the mill or of
    the yard") may be meant in several ways, the fullest first."""

    sides: tuple[tuple[str, ...], tuple[str, ...]]
    names: tuple[str, str]  # of the sides, as a person reads them
    of_both: bool  # whether something in particular is asked of either
    form: str  # of the question for one side
    natural: bool  # whether that is a question as people ask it
    degrees: frozenset[str]  # words that compare, which a document about one side need not hold

    def question(self, side: str) -> str:
        """The question for one side alone."""
        return self.form.format(side)


@dataclass(frozen=True, slots=True)
class _Wording:
    """How a language compares. In a pattern <x> and <y> stand for the sides, <more> for a comparative, <asks> for words
    that ask; what is asked of either side is named ``before`` and ``after``."""

    more: str
    degree: str  # a comparative with the adjective that it is made of
    asking: str
    unnamed: str  # what a side does not begin with: it would name nothing
    stand_in: frozenset[str]  # words for a thing that was named before: "the lower ONE"
    link: str  # what ties a side to what it shares with the other
    what_is: str
    dearer: str
    price: str  # the question for a side where they are compared by that
    patterns: tuple[str, ...]


_WORDINGS = {
    "en": _Wording(
        more=r"\b(?:more|less|better|best|worse|worst|further|farther|fewer|(?:cheap|dear|bigg|larg|small|high|low|"
        r"long|short|old|young|new|fast|slow|quick|heavi|light|wid|narrow|deep|shallow|tall|earli|lat|soon|warm|cold|hott|"
        r"cool|near|clos|hard|soft|easi|simpl|strong|weak|strict|saf|loud|quiet|thick|thinn|bright|dark|rich|poor|great)"
        r"e(?:r|st))\b",
        degree=r"\b(?:more|less|most|least)(?: \w+)?|\b\w+e(?:r|st)\b|\b(?:better|worse|further)\b",
        asking="which|what|who|where|when|how|why|whose",
        unnamed="i|you|we|he|she|it|they|there|one|(?:all |any |the )?others?|their|its|everything",
        stand_in=frozenset(("one", "ones")),
        link="of|for|in|on|at|from|to|by",
        what_is="What is {}?",
        dearer=r"\b(?:cheape\w+|deare\w+|(?:more|less|most|least) expensive|costs? (?:the )?(?:more|less|least))\b",
        price="How much does {} cost?",
        patterns=(
            r"\b(?:differ|distinction|distinguish|compar)\w*\b(?P<before>.*?)\bbetween <x> and <y>$",
            r"<asks>\b(?:do|does|did|is|are|was|were|makes?) <x> (?:differ|compare)\w* (?:from|to|than|with) <y>$",
            r"<asks>\b(?:do|does|did|is|are|was|were) <x> (?:and|or) <y> (?:differ\w*|compare)\b(?P<after>.*)$",
            r"^\W*(?:please |can you |could you )?compare <x> (?:with|to|and|against) <y>$",
            r"^\W*<x> (?:vs\.?|versus|compared (?:with|to)) <y>(?:[,:] (?P<after>.+))?$",
            r"(?P<before>^\W*(?:is|are|was|were|does|do|did|has|have|can)) <x> (?P<after><more>.*?) than <y>$",
            r"(?P<before><asks><more>[^,:;?]*[,:]) (?:between )?<x>,? or <y>$",
            r"(?P<before>^\W*(?:which|what|who) \w+ (?:the )?<more>(?: [^,:;?]+?)??) <x> or <y>$",
            r"^\W*<x> or <y>[,:;?] (?P<before><asks><more>.*)$",
            r"(?P<before>^\W*(?:is|are|was|were|does|do|did)) <x> or <y> (?P<after>(?:\w+ )?<more>.*)$",
        ),
    ),
    "es": _Wording(
        more=r"\b(?:más|mas|menos|mayor|menor|mejor|peor|antes|después)\b",
        degree=r"\b(?:más|mas|menos)(?: \w+)?|\b(?:mayor|menor|mejor|peor|antes|después)\b",
        asking="qué|que|cuál|cual|cuáles|cuales|quién|quien|dónde|donde|cuándo|cuando|cómo|como",
        unnamed="yo|usted|él|ella|ellos|ellas|(?:todos |el |la |los |las )?(?:otr[oa]s?|demás)|su|sus|no|se",
        stand_in=frozenset(),
        link="de|del|en|para|por|a|al",
        what_is="¿Qué es {}?",
        dearer=r"\b(?:más|mas|menos) (?:barat|car|económic|economic)[oa]s?\b|\b(?:cuesta|vale)n? (?:más|mas|menos)\b",
        price="¿Cuánto cuesta {}?",
        patterns=(
            r"\b(?:diferencia|distinci|distingu|compar)\w*\b(?: hay| existe)?(?P<before>.*?)\bentre <x> (?:y|e) <y>$",
            r"<asks>\b(?:diferencia|distingue)n? <x> (?:y|e|del?) <y>$",
            r"^\W*(?:compar[ae]\w*) <x> (?:con|y|e|frente a) <y>$",
            r"^\W*<x> (?:vs\.?|versus|frente a|comparad[oa]s? con) <y>(?:[,:] (?P<after>.+))?$",
            r"(?P<before>^\W*(?:es|son|era|eran|está|tiene|cuesta|cuestan)) <x> (?P<after><more>.*?) que <y>$",
            r"^\W*<x> (?P<after>(?:es|son|era|tiene|cuesta|cuestan|vale|valen) <more>.*?) que <y>$",
            r"(?P<before><asks><more>[^,:;?]*[,:]) (?:entre )?<x>,? [ou] <y>$",
            r"^\W*<x> [ou] <y>[,:;?] ¿?(?P<before><asks><more>.*)$",
            r"(?P<before>^\W*(?:\w+ ){1,2}<more>(?! (?:de|que)\b)) <x> [ou] <y>$",
        ),
    ),
    "ru": _Wording(
        more=r"\b(?:больше|меньше|дороже|дешевле|выше|ниже|короче|старше|моложе|младше|раньше|позже|легче|"
        r"шире|глубже|ближе|дальше|лучше|хуже|строже|проще|крепче|жарче|тише|громче|тоньше|толще|крупнее|(?!более|менее|наиболее|наименее)[а-яё]{3,}ее)\b",
        degree=r"\b(?:более|менее|больше|меньше)(?: \w+)?|\b\w+(?:ее|же|ше|че|ле|ще)\b",
        asking="что|чего|чему|чем|кто|кого|кому|как(?:ой|ая|ое|ие|ую|ого|их)?|где|когда|сколько|почему|зачем|ли|если",
        unnamed=r"я|мы|вы|он|она|оно|они|это|его|её|их|(?:все |всех )?(?:друг\w+|остальн\w+)|можно|нужно|надо",
        stand_in=frozenset(),
        link="в|на|за|для|от|до|из|к|у|по|о|об",
        what_is="Что такое {}?",
        dearer=r"\b(?:дороже|дешевле|(?:стоит|стоят) (?:больше|меньше))\b",
        price="Сколько стоит {}?",
        patterns=(
            r"\b(?:разниц|отличи|различи|сравнени)\w*\b(?P<before>.*?)\bмежду <x> и <y>$",
            r"\b(?:чем|как) (?:отлича|различа)\w+ <x> (?:от|и) <y>$",
            r"\b(?:чем|как) <x> и <y> (?:отлича|различа)\w+(?P<after>.*)$",
            r"\b(?:чем|как) <x> (?:отлича|различа)\w+ от <y>$",
            r"^\W*(?:сравни|сопостав)\w* <x> (?:с|со|и) <y>$",
            r"^\W*<x> (?:vs\.?|против|по сравнению с) <y>(?:[,:] (?P<after>.+))?$",
            r"(?P<before><asks><more>[^,:;?]*[,:]) <x>,? или <y>$",
            r"^\W*<x> или <y>[,:;?] (?P<before><asks><more>.*)$",
            r"(?P<before>^\W*(?:что|кто) (?:\w+ )?<more>) <x> или <y>$",
            r"^\W*<x>,? (?:ли )?(?P<after><more>),? (?:чем )?<y>$",
        ),
    ),
}  # fmt: skip
_QUOTES = re.compile(r"[¿«»\"“”„]")


def comparison_parts(question: str, language: str) -> ComparisonParts | None:
    """What a question in that language compares; None where it compares nothing."""
    whole = " ".join(question.split()).rstrip("?.! ")
    if language not in _WORDINGS or len(whole) > _MAX_QUESTION_CHARS:
        return None
    for pattern in _patterns(language):
        match = pattern.search(whole)
        if match is not None:
            x, y = (" ".join(_QUOTES.sub(" ", match[side]).split()) for side in ("x", "y"))
            if _names(x, language) and _names(y, language) and _measures(x) == _measures(y) and x != y:
                return _comparison(match, x, y, language)
    return None


def _comparison(match: re.Match[str], x: str, y: str, language: str) -> ComparisonParts:
    wording, said = _WORDINGS[language], match.groupdict()
    before, after = (" ".join((said.get(name) or "").split()) for name in ("before", "after"))
    degrees = " ".join(found.group() for found in re.finditer(wording.degree, f"{before} {after}", re.IGNORECASE))
    form, natural = _form(before, after, language)
    shared = _with_shared(y, x, language)
    return ComparisonParts(
        ((*_in_place(x, y, language), x), (*shared, *_in_place(y, x, language), y)),
        (x, shared[0] if shared else y),
        bool(_content(f"{before} {after}", language)),
        form,
        natural,
        frozenset(words(degrees)),
    )


def _form(before: str, after: str, language: str) -> tuple[str, bool]:
    """The form of the question for one side, and whether people would ask it so: half a comparison nobody asks. What
    costs more is asked by what it costs, for so the documents say it."""
    wording = _WORDINGS[language]
    around = f"{before} {after}"
    if not _content(around, language):
        return wording.what_is, False
    before, after = (part.replace("{", "").replace("}", "") for part in (before, after))
    if re.search(wording.dearer, around, re.IGNORECASE):
        rest = re.sub(wording.dearer, " ", around, flags=re.IGNORECASE)
        return wording.price.format(" ".join(["{}", *_content(rest, language)])), True
    return f"{before} {{}} {after}".strip() + "?", False


def own_words(side: str, other: str, language: str) -> frozenset[str]:
    """The words of content of a side that the other has not."""
    return frozenset(_content(side, language)) - frozenset(_content(other, language))


def _with_shared(side: str, other: str, language: str) -> tuple[str, ...]:
    """A side with what stands before a preposition in the one before it: "the rent of" in "of the mill or the yard"."""
    link = rf"\b(?:{_WORDINGS[language].link})\b\s*"
    opens = re.match(rf"(?:\w+\s+)??{link}", side, re.IGNORECASE)
    links = re.search(link, other, re.IGNORECASE)
    if links is None or not (opens or not re.search(link, side, re.IGNORECASE)):
        return ()
    return (" ".join((other[: links.end()] + side[opens.end() if opens else 0 :]).split()),)


def _in_place(side: str, other: str, language: str) -> tuple[str, ...]:
    """A side with its words in place of as many of the other's, at the end or the beginning."""
    own = len(_content(side, language))
    spans = [match.span() for match in re.finditer(r"[\w’'-]+", other) if _content(match.group(), language)]
    if own >= len(spans):
        return ()
    end, start = other[: spans[-own][0]], other[spans[own - 1][1] :]
    return (" ".join(f"{end} {side}".split()), " ".join(f"{side} {start}".split()))


def _names(side: str, language: str) -> bool:
    """Whether a side names something: it neither asks nor points, and is not too long."""
    wording = _WORDINGS[language]
    asks = re.search(rf"\b(?:{wording.asking})\b|^(?:{wording.unnamed})\b", side, re.IGNORECASE)
    return bool(_content(side, language)) and len(side.split()) <= _MAX_SIDE_WORDS and not asks


def _measures(side: str) -> bool:
    """Whether a side is an amount: "longer than ten metres" compares nothing that could be looked for."""
    return any(word.isdecimal() or word in NUMBER_WORDS for word in words(side)[:1])


def _content(text: str, language: str) -> list[str]:
    empty = _WORDINGS[language].stand_in
    return [word for word in words(text, language) if not is_stop(word, language) and word not in empty]


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    wording = _WORDINGS[language]
    filled = []
    for pattern in wording.patterns:
        for name in ("x", "y"):
            pattern = pattern.replace(f"<{name}>", rf"(?P<{name}>[^,:;?]+?)")
        pattern = pattern.replace("<asks>", rf"\b(?:{wording.asking})\b[^,:;?]*?").replace("<more>", wording.more)
        filled.append(re.compile(pattern, re.IGNORECASE))
    return tuple(filled)
