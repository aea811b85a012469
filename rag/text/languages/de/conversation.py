"""Deutsch: words of ``schema/conversation.py``."""

from __future__ import annotations

from rag.text.languages.de.replies import REPLIES
from rag.text.languages.schema.conversation import (
    BoilerplateWords,
    ConversationWords,
    PeriodWords,
    SmallTalk,
    SuggestedQuestions,
)

GREETING = SmallTalk(
    pattern="(?:hallo|hi|hey|servus|moin(?: moin)?|gr(?:ü|ue)(?:ß|ss) (?:dich|gott|euch)|guten (?:morgen|tag|abend))"
    "(?: zusammen| oaken)?",
    reply="Hallo! Frag mich etwas über deine Dokumente.",
)

HOW_ARE_YOU = SmallTalk(
    pattern="(?:(?:hallo|hi|hey),? )?wie geht(?:'?s| es)(?: dir| ihnen)?(?: heute)?|wie l(?:ä|ae)uft(?:'?s| es)|"
    "was geht",
    reply="Ich bin bereit, in deinen Dokumenten nachzusehen. Was möchtest du wissen?",
)

_DONE = (
    "das (?:reicht|gen(?:ü|ue)gt|war'?s|war alles|ist alles|w(?:ä|ae)re? alles)(?: mir| f(?:ü|ue)r (?:heute|jetzt))?"
)
_THANK = (
    "(?:(?:vielen|herzlichen|besten|tausend)(?: lieben)? dank|lieben dank|dankesch(?:ö|oe)n|"
    "danke(?: dir| ihnen)?(?: sch(?:ö|oe)n| sehr| vielmals)?)(?: oaken| f(?:ü|ue)r alles)?"
)
_HELPED = "das hilft(?: mir)?(?: sehr| weiter)?|das hat(?: mir)?(?: sehr)? geholfen|f(?:ü|ue)r (?:die|deine|ihre) hilfe"

THANKS = SmallTalk(
    pattern=f"(?:ok(?:ay)?,? |super,? |gut,? |prima,? |perfekt,? )?{_THANK}(?:,? (?:{_DONE}|{_HELPED}))?|"
    f"{_DONE},? {_THANK}|(?:ok(?:ay)?|super|prima|perfekt|alles klar|verstanden|verstehe|in ordnung|gut)",
    reply="Gern geschehen.",
)

FAREWELL = SmallTalk(
    pattern="(?:tsch(?:ü|ue)(?:ß|ss)|auf wiedersehen|bis (?:bald|dann|sp(?:ä|ae)ter|morgen)|mach'?s gut|gute nacht|"
    "ciao)",
    reply="Auf Wiedersehen. Deine Dokumente bleiben hier, auf deinem Rechner.",
)

ABOUT_OAKEN = SmallTalk(
    pattern="(?:(?:hallo|hi|hey),? )?(?:was (?:kannst|machst) du(?: alles)?(?: tun| machen)?|was bist du|"
    "wer (?:bist du|sind sie)|was k(?:ö|oe)nnen sie(?: alles)?(?: tun| machen)?|was ist oaken|"
    "wozu (?:bist|dienst) du(?: da)?|wie (?:funktionierst du|arbeitest du|funktioniert (?:das|es|oaken)|"
    "benutze ich (?:das|dich|oaken))|was kann ich (?:dich |hier )?(?:alles )?(?:fragen|machen|tun)|"
    "(?:kannst du|k(?:ö|oe)nnen sie) mir(?: bitte)? helfen|hilf mir(?: bitte)?|"
    "hilfe)",
    reply="Ich beantworte Fragen aus deinen eigenen Dokumenten, zu jedem Satz mit dem genauen Wortlaut, der Datei und "
    "der Seite, und ich sage es, wenn sie keine Antwort geben. Du kannst auch fragen: „Welche Dokumente erwähnen …?“, "
    "„Was ist seit Mai neu?“, „Wie viele Dokumente gibt es?“, „Liste meine PDFs auf“, „Fasse DATEI zusammen“.",
)

PERIODS = PeriodWords(
    today=r"\bheute\b",
    yesterday=r"\bgestern\b",
    last_week=r"\b(?:letzt|vorig|vergangen)e[nr]? woche",
    last_month=r"\b(?:letzt|vorig|vergangen)e[nmrs]{1,2} monat",
    this_week=r"\bdiese[nr]? woche",
    this_month=r"\bdiese[nms] monat",
    this_year=r"\bdiese[ms] jahr|jahres(?:anfang|beginn)",
)

SUGGESTED = SuggestedQuestions(
    summary="Fasse {file} zusammen",
    section="Fasse „{x}“ aus {file} zusammen",
    says="Was sagt {file} über „{x}“?",
    mention="Welche Dokumente erwähnen „{x}“?",
    compare="Vergleiche diese beiden Dokumente",
)

BOILERPLATE = BoilerplateWords(
    leads_elsewhere="inhalt, inhaltsverzeichnis, siehe auch, navigation, menü, verwandte themen, verwandte artikel, "
    "verwandte seiten, weblinks, externe links, literatur, literaturverzeichnis, einzelnachweise, quellen, "
    "quellenverzeichnis, weiterführende literatur, auf dieser seite, in diesem artikel, nächste schritte, register",
    pointers="siehe auch, siehe, vgl, zurück zu, zurück zur, zurück zum, weiterlesen, mehr lesen, hier klicken, "
    "klicken sie hier, gehe zu, springe zu, mehr erfahren, weiter, zurück, startseite, weitere informationen unter, "
    "weitere informationen finden sie unter, mehr dazu unter",
    places="abschnitt, kapitel, seite, auch, tabelle, abbildung, anhang",
    articles="der|die|das|den|dem",
    every_page=(
        "alle rechte vorbehalten",
        r"javascript (?:aktivieren|einschalten)|aktivieren sie javascript|zum (?:haupt)?inhalt springen",
    ),
    to_a_machine=(
        r"(?:ignorier|vergiss|missacht|umgeh)\w*\b.{0,40}\b(?:obige|bisherige|vorherige|vorige|anweisung|regel)\w*",
        r"\b(?:du bist|sie sind|verhalte dich wie|spiele)\b.{0,30}\b(?:assistent|ki|sprachmodell|chatbot)\b",
    ),
)

CONVERSATION = ConversationWords(
    greeting=GREETING,
    how_are_you=HOW_ARE_YOU,
    thanks=THANKS,
    farewell=FAREWELL,
    about_oaken=ABOUT_OAKEN,
    periods=PERIODS,
    suggested=SUGGESTED,
    boilerplate=BOILERPLATE,
    replies=REPLIES,
    language_names={
        "en": "Englisch",
        "es": "Spanisch",
        "ru": "Russisch",
        "de": "Deutsch",
        "fr": "Französisch",
        "it": "Italienisch",
        "pt": "Portugiesisch",
        "uk": "Ukrainisch",
        "": "nicht erkannt",
    },
)
