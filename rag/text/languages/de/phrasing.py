"""Deutsch: words of ``schema/phrasing.py``."""

from __future__ import annotations

from rag.text.languages.schema.phrasing import PhrasingWords

_DONE = (
    "gegründet|gebaut|erbaut|errichtet|eröffnet|eingeweiht|geschaffen|fertiggestellt|veröffentlicht|gegossen|renoviert|"
    "restauriert|wiederaufgebaut|geboren"
)
_NOUN = r"[A-ZÄÖÜ][a-zäöüß]{2,}"

PHRASING = PhrasingWords(
    name=r"[A-ZÄÖÜ][\w.+#'’-]*(?: [\w+#'’-]+){0,5}",
    about="etwa|rund|ungefähr|circa|fast|über",
    asks=r"(?i)^(?:was|wer|wen|wem|wann|wo|warum|wieso|weshalb|wie|wozu|welche[rsmn]?|kann|darf|ist|sind|gibt|wird|muss|"
    r"soll)\b.+\?$",
    how_to=(
        (r"^(?P<x>(?:Einen?|Ein|Den|Die|Das) .*\b(?!ge)[a-zäöüß]{2,}[elr]n)$", "Wie kann ich {x}?"),
        (
            rf"^(?P<x>{_NOUN} (?!offen$|oben$|unten$|neben$|ge)(?:\w+ )?[a-zäöüß]{{2,}}[elr]n)$",
            "Wie kann ich {x}?",
        ),
    ),
    definitions=(
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>ist (?:eine?|der|die|das) \w[^.;:]+)", "Was ist {x}?"),
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>sind (?:die|eine|alle) \w[^.;:]+)", "Was sind {x}?"),
    ),
    facts=(
        (
            rf"^@x wurde (?P<answer>(?:(?:im|am|in) )?[^.;:()]*?\d{{4}}) (?:[^.;:()]{{1,40}} )?(?P<v>{_DONE})\b",
            "Wann wurde {x} {v}?",
        ),
        (
            rf"^@x (?:hat|besitzt|umfasst|fasst) (?P<answer>@n ?(?P<y>(?!Euro\b|Meter\b|Prozent\b){_NOUN}))\b",
            "Wie viele {y} hat {x}?",
        ),
        (
            rf"^(?P<p>In|Im|Auf|Am|An) (?P<x>[^,;:.]{{3,40}}?) (?:gibt es|befinden sich|stehen|liegen|arbeiten|leben) "
            rf"(?P<answer>@n ?(?P<y>{_NOUN}))\b",
            "Wie viele {y} gibt es {p} {x}?",
        ),
        (r"^@x (?P<answer>dauert @n ?(?:Sekunden|Minuten|Stunden|Tage|Wochen|Monate|Jahre))", "Wie lange dauert {x}?"),
        (r"^@x (?P<answer>kostet @n ?@unit?)", "Was kostet {x}?"),
        (r"^@x (?P<answer>kosten @n ?@unit?)", "Was kosten {x}?"),
        (r"^@x (?P<answer>wiegt @n ?@unit)", "Wie viel wiegt {x}?"),
        (r"^@x ist (?P<answer>@n ?@unit (?P<y>lang|hoch|breit|tief|dick|groß|schwer))\b", "Wie {y} ist {x}?"),
        (
            rf"^(?P<y>(?:Der|Die|Das) {_NOUN}) (?P<p>der|des|von|vom|für) (?P<x>[^,;:.]{{3,50}}?) "
            r"(?P<answer>beträgt @n[^.;:]*)",
            "Wie hoch ist {y} {p} {x}?",
        ),
    ),
    cells=(
        (r"(?i)^(?:preis|eintritt|kosten)$", "", "Was kostet „{x}“?"),
        (
            r"(?:ung|heit|keit|schaft|tät|ion|nummer|zeit|farbe|größe|höhe|länge|adresse)$",
            "",
            "Wie lautet die {label} von „{x}“?",
        ),
        (r"(?i)(?:preis|name|ort|tag|betrag|wert|typ|umfang|stand|beruf)$", "", "Wie lautet der {label} von „{x}“?"),
        (r"(?i)(?:datum|jahr|gewicht|alter|land|ziel|material)$", "", "Wie lautet das {label} von „{x}“?"),
        ("", "", "Was steht bei „{x}“ unter „{label}“?"),
    ),
    articles="ein eine einen einem einer eines der die das den dem des",
    indefinite="ein eine einen einem einer eines",
    pointing="dieser diese dieses diesem diesen jener jene jenes jenem jenen er sie es ihn ihm ihr ihnen ihre ihrer "
    "ihren sein seine seiner seinen hier dort oben unten folgende folgender folgendes folgenden vorige vorherige "
    "nächste nächster nächstes nächsten andere anderer anderes anderen gleiche gleichen selbe selben beide beiden "
    "erste erster erstes ersten zweite zweiter zweites zweiten letzte letzter letztes letzten solche solcher solches",
    function_words="wie warum wieso weshalb wo wann was wer welche welcher welches kann können könnte soll sollte muss "
    "müssen darf ist sind war waren wird werden wurde hat haben wir uns unser unsere du dich dir dein deine ich mich "
    "mir mein meine man jede jeder jedes wenn während weil obwohl auch aber so dann jetzt nicht kein keine einige "
    "viele alle alles mehr weniger nur sogar mit ohne als für von vom in im auf an am bei beim aus nach zu zum zur "
    "oder und",
    is_latin=True,
    vague="ding dinge sache sachen weise art grund gründe ergebnis ergebnisse ziel idee punkt problem probleme frage "
    "fragen antwort beispiel beispiele fall fälle abschnitt kapitel seite dokument tabelle abbildung anmerkung "
    "hinweis hinweise schritt schritte rest teil unterschied zweck vorteil zeiten regeln tipps grundlagen einführung "
    "überblick zusammenfassung verstehen wissen denken etwas nichts",
    gerund="",
    infinitive=(),
    second_action="",
    adjective="",
    yes_no="ja|nein",
    too_vague="beispiele?|erneut|wieder",
)
