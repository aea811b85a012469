"""Deutsch: words of ``schema/questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.questions import ComparisonWords, FollowUpWords, QuestionWords

_COMPARATIVE = (
    r"(?:am )?(?:mehr|weniger|eher|meisten|wenigsten|besten?|besser\w{0,2}|schlechter\w{0,2}|"
    r"(?:billig|günstig|teuer|teur|größ|klein|höh|höch|hoh|niedrig|läng|kürz|ält|jüng|neu|schnell|langsam|schwer|"
    r"leicht|breit|schmal|tief|flach|früh|spät|wärm|kält|heiß|kühl|näh|näch|weit|härt|weich|einfach|schwierig|stärk|"
    r"schwäch|streng|sicher|laut|leis|dick|dünn|hell|dunkl|reich|ärm|häufig|selten)(?:er|e?st)(?:e[nmrs]?)?)\b"
)

COMPARISON = ComparisonWords(
    comparing=r"vergleich\w*|unterschied\w*|unterscheide\w*|gemeinsam\w*",
    changing=r"(?:ge)?änder(?:t|te|ten|n)\b|änderung(?:en)?|anders|was ist neu|neuerung(?:en)?",
    older=r"alte[nrms]?|ältere[nrms]?|älteste[nrms]?|vorige[nrms]?|vorherige[nrms]?|frühere[nrms]?|bisherige[nrms]?|"
    r"ursprüngliche[nrms]?|letzte[nrms]?|entwurf",
    newer=r"neue[nrms]?|neuere[nrms]?|neueste[nrms]?|neuste[nrms]?|aktuelle[nrms]?|jetzige[nrms]?|heutige[nrms]?|"
    r"geänderte[nrms]?|überarbeitete[nrms]?",
    earlier=r"früher|vorher|zuvor|davor|damals|bisher",
    now=r"jetzt|inzwischen|mittlerweile|derzeit",
    topicless=r"anders|immer|gleich|genauso|auch|schon|sagte?|gesagt|stand|vertrag|fassung",
    both=r"beide[nrms]?|zwei",
    unspecific=r"wichtigste[nrms]?|wesentliche[nrms]?|größte[nrms]?|alle[nrms]?|zwischen|fassung(?:en)?|version(?:en)?|"
    r"dokumente?n?|dateie?n?|unterlagen|texte?n?|inhalt|stellen?|punkte?|zeige?|liste|gegenüber|neu|anders",
    more=rf"\b{_COMPARATIVE}",
    degree=rf"\b{_COMPARATIVE}(?: (?!als\b)\w+)?",
    asking="was|wer|wen|wem|wessen|wo|wann|wie|warum|wieso|weshalb|welche[rsmn]?|worin|wodurch",
    unnamed="ich|du|wir|ihr|er|sie|es|man|(?:alle |die |der |das |den )?andere[nmrs]?|ihre?|seine?|alles|nichts",
    stand_in="",
    link="von|vom|für|in|im|an|am|auf|bei|beim|aus|nach|zu|zum|zur",
    what_is="Was ist {}?",
    dearer=r"\b(?:am )?(?:teurer\w*|teuerste\w*|billiger\w*|billigste\w*|günstiger\w*|günstigste\w*)\b|"
    r"\bkoste(?:t|n|te|ten) (?:mehr|weniger|am meisten|am wenigsten)\b",
    price="Was kostet {}?",
    patterns=(
        r"\b(?:unterschied|unterscheid|vergleich)\w*\b(?: gibt es| besteht)?(?P<before>.*?)\bzwischen <x> und <y>$",
        r"<asks>\bunterscheide\w* sich <x> (?:und|von|vom) <y>$",
        r"<asks>\bunterscheide\w* sich <x> und <y> (?P<after>(?:in|im|bei|beim|nach) .*)$",
        r"^\W*(?:bitte )?vergleich\w* <x> (?:mit|und) <y>$",
        r"^\W*<x> (?:vs\.?|versus|gegen|gegenüber|im vergleich (?:zu|zum|zur|mit)) <y>(?:[,:] (?P<after>.+))?$",
        r"(?P<before>^\W*(?:ist|sind|war|waren|hat|haben|kostet|kosten|dauert)) <x> (?P<after><more>.*?) als <y>$",
        r"^\W*<x> (?P<after>(?:ist|sind|war|kostet|kosten|dauert) <more>.*?) als <y>$",
        r"(?P<before><asks><more>[^,:;?]*[,:]) <x>,? oder <y>$",
        r"^\W*<x> oder <y>[,:;?] (?P<before><asks><more>.*)$",
        r"(?P<before>^\W*(?:was|wer) \w+ <more>) <x> oder <y>$",
        r"(?P<before>^\W*(?:ist|sind|war|waren|kostet|kosten|dauert)) <x> oder <y> (?P<after><more>.*)$",
    ),
    version_patterns=(
        r"änder\w*\b(?P<before>.*?)\b(?:zwischen|von|vom) <x> (?:und|zu[mr]?) <y>$",
        r"\b(?:zwischen|von|vom) <x> (?:und|zu[mr]?) <y> (?:ge)?änder\w*$",
        r"\b(?:neu|anders|geändert)\b(?P<before>.*?)\b(?:in|im|an|am) <y>(?:,| als| gegenüber| im vergleich zu[mr]?)"
        r"(?: im| in)? <x>$",
    ),
)

FOLLOW_UP = FollowUpWords(
    lead=r"^(und|aber|also|was ist mit|wie (?:sieht|steht|ist) es)\b",
    pointing="er sie ihn ihm ihr ihnen ihre ihrer ihren ihrem sein seine seiner seinen seinem dort dies diese dieser "
    "dieses diesem diesen jene jener jenes damit dafür davon darin daran dabei dazu",
    people_and_things="er sie ihn ihm ihr ihnen ihre ihrer ihren ihrem seine seiner seinen seinem",
    before_moment="am|im|an|in|zu|für",
    article="der|die|das|den|dem",
    days=r"(?:feier|werk|wochen)tag(?:e?s|en?)?\b|wochenenden?\b",
    seasons=r"frühlings?\b|frühjahrs?\b|sommers?\b|herbst(?:e?s)?\b|winters?\b",
    people=r"erwachsenen?\b|kindern?\b|kinder\b|jugendlichen?\b|schülern?\b|schüler\b|studierenden?\b|studenten\b|"
    r"rentnern?\b|rentner\b",
)

_VERBS = (
    "ist|sind|war|waren|hat|haben|habe|hatte|kann|können|konnte|darf|dürfen|muss|müssen|soll|sollen|sollte|wird|werden|wurde|"
    "gibt|gilt|gelten|gehört|gehören|deckt|zahlt|bezahlt|kostet|braucht|brauche|bekomme|bekommt|bekommen|übernimmt|umfasst|"
    "enthält|reicht|funktioniert"
)

QUESTIONS = QuestionWords(
    asking="wer|wen|wem|wessen|wann|wo|wohin|woher|wie|wieviele?|warum|wieso|weshalb|wozu|welche[rsmn]?|worin|womit|wofür|"
    "wodurch|woran|worauf|wovon|worüber",
    asking_here="was",
    about="was ist mit|wie (?:sieht|steht|ist) es",
    joins="und|aber|sowie",
    before_asking="ab|an|auf|aus|bei|bis|durch|für|gegen|in|mit|nach|ohne|seit|über|um|unter|von|vor|zu|zwischen",
    opens=r"wer|wen|wem|wessen|was|wann|wo|wohin|woher|wie|wieviele?|warum|wieso|weshalb|wozu|welche[rsmn]?|worin|womit|"
    r"wofür|wodurch|woran|worauf|wovon|worüber",
    whether=_VERBS,
    whether_joined=rf"(?:{_VERBS})\s+(?:ich|wir|man|er)|(?:ist|sind|war|waren|wird|werden|gibt)\s+(?:es|sie)",
    inverted=r"(?:wann|wo|wohin|wie|warum|wieso|weshalb)\b(?!\s+viele\b)|"
    r"(?:was|wen|wem)\s+\w+\s+(?:ich|wir|man|er|der|ein|das|die|dies\w*|eine)",
    accents=("", ""),
    file="datei",
    comparison=COMPARISON,
    follow_up=FOLLOW_UP,
)
