"""Deutsch: words of ``schema/answer_types.py``."""

from __future__ import annotations

from rag.text.languages.schema.answer_types import AnswerTypePatterns, AnswerTypeWords

# What is no length, though one asks how high or how great it is.
_NO_LENGTH = (
    r"(?!.*(?:temperatur|preis|gebühr|kosten|miete|kaution|pfand|rate|steuer|schuld|zuschuss|budget|rechnung|druck|zins|gehalt|lohn|strafe|bußgeld|betrag|beitrag|eintritt|anteil|prozent|"
    r"leistung|geschwindigkeit|zahl|verbrauch|gewicht|pause|frist|dauer|zeit|fahrt|reise|urlaub|garantie|gültig))"
)

ANSWER_TYPES = AnswerTypeWords(
    money=AnswerTypePatterns(
        asks=r"wie (viel|hoch) .*(kost|preis|gebühr|zahl(en|t)\b|bezahl|verdien|eintritt|miete|kaution|"
        r"pfand|gehalt|lohn|strafe|bußgeld|steuer|zuschuss|rechnung|betrag|beitrag|spende)|"
        r"wie ?viel (geld|euro|kronen)\b|wie teuer|\bwas (kost|zahl|bezahl|verdien)|"
        r"welche[nmrs]? (preis|gebühr|betrag|eintritt)",
        offers=r"euro|krone|pfennig|schilling|franken|\d ?mark\b|kostenlos|kostenfrei|gratis|umsonst|gebührenfrei|"
        r"freier eintritt",
    ),
    weight=AnswerTypePatterns(
        asks=r"wie schwer|\b(wiegt|wiegen|wog|gewicht)\b", offers=r"<n>(kilo|gramm|tonne|pfund|zentner)"
    ),
    length=AnswerTypePatterns(
        asks=rf"wie (weit|hoch|tief|breit|lang|groß)\b{_NO_LENGTH}|welche (höhe|länge|tiefe|breite|entfernung)\b|"
        r"welchen durchmesser",
        offers=r"<n>(meter|zentimeter|millimeter|kilometer|meilen?|fuß|zoll|hektar)n?\b",
    ),
    hour=AnswerTypePatterns(
        asks=r"wie ?viel uhr|(welche[rn]?|zu welcher) (uhrzeit|stunde)|wie spät|(öffnungs|schließ)zeit",
        offers=r"\buhr\b|mittags|mitternacht|\bhalb <hour>\b|"
        r"viertel (vor|nach)\b",
    ),
    colour=AnswerTypePatterns(
        asks="welcher? farbe",
        offers=r"\b(rot|grün|blau|gelb|weiß|schwarz|braun|grau|orange|rosa|lila|violett|golden|silbern|beige)"
        r"(e[nmrs]?)?\b",
    ),
    age=AnswerTypePatterns(
        asks="wie alt|welche[ms] alter", offers=r"(?<!\d)\d{1,3}[ -]?jahre?|\w+ jahren?\b|im alter von|\w+jährig"
    ),
    year=AnswerTypePatterns(asks="welche[mns] jahr", offers=r"\w*jahrhundert"),
    when=AnswerTypePatterns(
        asks=r"^\W*((und|aber|also|seit|bis|ab|von) )*wann\b<later>|welche[mnrs] (tag|datum|monat|wochentag)(?![\w-])|"
        r"welche[rn]? (tage|monate|jahreszeit|wochentage)n?(?![\w-])",
        offers=r"frühling|frühjahr|sommer|herbst|winter|"
        r"morgens|vormittag|nachmittag|abends?\b|nachts\b|täglich|\bjede[nrsm]?\b|jahrhundert",
    ),
    percentage=AnswerTypePatterns(
        asks=r"wie ?viel prozent|welche[nr]? (anteil|prozentsatz)|wie (hoch|groß) (ist|war) der (anteil|prozentsatz)",
        offers="prozent|hälfte|drittel|viertel",
    ),
    temperature=AnswerTypePatterns(
        asks=r"welcher? \w*temperatur|wie hoch .*temperatur|wie (warm|heiß|kalt)\b",
        offers=r"\d ?grad\b|\bgrad celsius|\bnull grad|gefrierpunkt|siedepunkt",
    ),
    power=AnswerTypePatterns(
        asks=r"welche \w*leistung\b|wie ?viel (ps|watt|kilowatt)\b|wie stark .*motor",
        offers=r"\d ?ps\b|pferdestärke|watt",
    ),
    count=AnswerTypePatterns(
        asks=r"wie ?viele?[nr]?\b|wie (oft|lange?|häufig|schnell|hoch)\b|welche[rn]? (zeit|dauer|frist)\b|\banzahl\b|"
        r"welche (telefon|haus|zimmer)?nummer"
    ),
    person=AnswerTypePatterns(
        asks=r"^\W*(\w+ )?(wer|wen|wem|wessen)\b(?! (darf|dürfen|kann|können|muss|müssen|soll|sollen)\b|"
        r" (?:ist|war|sind|waren) (?-i:[A-ZÀ-Þ])\w+ (?-i:[A-ZÀ-Þ]))"
    ),
    number_words="eins tausend million millionen einmal zweimal dreimal halb hälfte anderthalb beide beiden keiner",
    asking_later="wer|wen|wem|wessen|welche[rsmn]?|wie|wo|wohin|woher|warum|wieso|weshalb",
    before_year="seit|bis|ab|jahre?",
    counted="",
    after_year="",
    brief=r"\b(wer|wen|wem|wessen|wann|wo|wohin|woher|was|welche[rsmn]?|wieviele?)\b|"
    r"\bwie (viele?|oft|lange?|häufig|groß|weit|alt|hoch|tief|breit|schwer|schnell|teuer|spät|warm|kalt|heiß)\b|"
    r"^\W*(ist|sind|war|waren|hat|haben|kann|können|darf|dürfen|muss|müssen|soll|sollen|gibt|wird|werden|wurde)\b",
    long=r"\bwie (?!viel|oft\b|lang|häufig|groß|weit\b|alt\b|hoch|tief|breit|schwer|schnell|teuer|spät|warm|kalt|heiß|"
    r"hieß|heißt|nennt|nannte)\w+|\bwarum\b|\bwieso\b|\bweshalb\b|\bunterschied|\bunterscheid|\bvergleich|\berklär|\bbeschreib|"
    r"^\W*(liste|nenne|zähle)\b|\bschritte?n?\b|\bwelche (\w+ ){0,3}(sind|gibt|gehören|waren)\b|"
    r"\bwas (sind|passiert|geschieht|bewirkt|macht|tut)\b|"
    r"\bwas (muss|soll|sollte|kann|darf) (ich|man|wir)\b.*\b(tun|machen)\b",
)
