"""Español: words of ``schema/questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.questions import ComparisonWords, FollowUpWords, QuestionWords

COMPARISON = ComparisonWords(
    comparing=r"comp[aá]r(?:a|ar|e|ación|aciones|ame|ad|en)(?:l[oa]s?)?|diferencias?|diferencian?|en común",
    changing=r"(?:ha |han )?cambi(?:ó|o|ado|aron|a|os?)\b|qué hay de nuevo|es (?:nuevo|distinto|diferente)|"
    r"novedad(?:es)?|modific(?:ó|ado|aron)",
    older=r"antigu[oa]s?|viej[oa]s?|anterior(?:es)?|previ[oa]s?|original(?:es)?|borrador",
    newer=r"nuev[oa]s?|actual(?:es)?|últim[oa]s?|reciente(?:s)?|vigente(?:s)?|actualizad[oa]s?|revisad[oa]s?",
    earlier=r"antes\W*$|anteriormente|antiguamente|en el pasado",
    now=r"ahora|actualmente",
    topicless=r"diferentes?|distint[oa]s?|siempre|igual(?:es)?|mism[oa]s?|dec[íi]a|contrato|versi[óo]n",
    both=r"dos|amb[oa]s",
    unspecific=r"principal(?:es)?|importantes?|tod[oa]s|entre|versi(?:ón|ones)|documentos?|archivos?|ficheros?|textos?|"
    r"contenido|puntos?|lista|muestra|nuevo|distint[oa]s?|diferentes?|respecto",
    more=r"\b(?:más|mas|menos|mayor|menor|mejor|peor|antes|después)\b",
    degree=r"\b(?:más|mas|menos)(?: \w+)?|\b(?:mayor|menor|mejor|peor|antes|después)\b",
    asking="qué|que|cuál|cual|cuáles|cuales|quién|quien|dónde|donde|cuándo|cuando|cómo|como",
    unnamed="yo|usted|él|ella|ellos|ellas|(?:todos |el |la |los |las )?(?:otr[oa]s?|demás)|su|sus|no|se",
    stand_in="",
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
    version_patterns=(
        r"\bcambi\w*\b(?P<before>.*?)\b(?:entre|del?) <x> (?:y|e|al?) <y>$",
        r"\b(?:nuevo|distint[oa]|diferente|cambiado)\b(?P<before>.*?)\ben <y>,? "
        r"(?:respecto (?:al?|del?)|frente al?|comparad[oa] con|que en) <x>$",
    ),
)

FOLLOW_UP = FollowUpWords(
    lead=r"^¿?(y|pero|e)\b",
    pointing="él ella ello ellos ellas su sus lo allí eso esa ese aquello esos esas",
    people_and_things="él ella ellos ellas su sus",
    before_moment="el|los|las|en|por",
    article="la",
    days=r"fin(?:es)? de semana\b",
    seasons=r"primavera\b|verano\b|otoño\b|invierno\b",
    people=r"adultos\b|niños\b|estudiantes\b|jubilados\b",
)

_VERBS = (
    "está[ns]?|es|son|era[ns]?|fue|fueron|hay|había|tiene[ns]?|tengo|ha[ns]?|he|puedo|puede[ns]?|podemos|debo|deben?|"
    "incluyen?|cubren?|entran?|existen?|quedan?|hace\\s+falta|permiten?|acepta[ns]?|paga[ns]?|cuesta[ns]?|"
    "funciona[ns]?"
)

QUESTIONS = QuestionWords(
    asking=r"qu[eé]|cu[aá]l(es)?|qui[eé]n(es)?|cu[aá]ndo|cu[aá]nt[oa]s?|a?d[oó]nde|c[oó]mo",
    asking_here="",
    about="qu[eé] (?:hay de|tal)",
    joins="y|e|pero",
    before_asking="a|con|de|desde|en|hasta|para|por",
    opens=r"quién(?:es)?|qué|cuándo|a?dónde|cuál(?:es)?|cuánt[oa]s?|cómo",
    whether=rf"(?:no\s+)?(?:(?:lo|la|los|las|le|les|se|me|nos)\s+)?(?:{_VERBS})",
    whether_joined=r"hay|puedo|podemos|debo|debemos|tengo|tenemos|(?:se|me|nos)\s+puede[ns]?|hace\s+falta|"
    r"es\s+(?:posible|obligatori[oa]|necesari[oa])|está[ns]?\s+(?:incluid|cubiert|permitid|prohibid)[oa]s?",
    inverted=r"cuánto|cuándo|a?dónde|cómo|por\s+qué",
    accents=("áéíóú", "aeiou"),
    file="archivo",
    comparison=COMPARISON,
    follow_up=FOLLOW_UP,
)
