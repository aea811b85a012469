from __future__ import annotations

from tests.text.languages.question_examples import Comparison, FollowUp, QuestionExamples

EXAMPLES = QuestionExamples(
    answer_types={
        "money": ("Was kostet eine Fahrkarte?", "Wie viel kostet der Eintritt?", "Wie hoch ist die Strafe?"),
        "weight": ("Wie schwer ist der Anker?", "Wie viel wiegt er?"),
        "length": ("Wie hoch ist der Turm?", "Wie weit ist es bis zum Hafen?"),
        "hour": ("Um wie viel Uhr fährt die Fähre?", "Welche Öffnungszeiten hat das Museum?"),
        "colour": ("Welche Farbe hat die Straßenbahn?",),
        "age": ("Wie alt ist der Kapitän?",),
        "year": ("In welchem Jahr wurde die Mühle gebaut?",),
        "when": ("Wann öffnet die Bibliothek?", "An welchem Tag ist Markt?", "Seit wann gibt es den Verein?"),
        "percentage": ("Wie viel Prozent der Boote lecken?", "Wie hoch ist der Anteil der Frauen?"),
        "temperature": ("Welche Temperatur hat das Wasser?", "Wie hoch ist die Wassertemperatur?"),
        "power": ("Welche Leistung hat der Motor?",),
        "count": ("Wie viele Haltestellen gibt es?", "Wie oft fährt die Fähre?", "Wie lange dauert die Fahrt?"),
        "person": ("Wer ist der Kapitän?", "Mit wem fährt er?", "Wessen Boot ist das?"),
    },
    offers={
        "money": ("Der Eintritt ist kostenlos.", "Kinder sind willkommen."),
        "weight": ("Das sind 3 Tonnen.", "Er ist schwarz."),
        "length": ("Der Turm ist 40 Meter hoch.", "Der Turm ist hoch."),
        "hour": ("Sie öffnet um neun Uhr.", "Sie öffnet bald."),
        "colour": ("Die Straßenbahn ist rot.", "Die Straßenbahn rotiert."),
        "age": ("Er ist vierzig Jahre alt.", "Er ist alt."),
        "year": ("Sie ist aus dem letzten Jahrhundert.", "Sie ist sehr alt."),
        "when": ("Sonntags ist geschlossen.", "Es ist geschlossen."),
        "percentage": ("Ein Drittel leckt.", "Fast alle lecken."),
        "temperature": ("Es hat 11 Grad.", "Es ist frisch."),
        "power": ("Der Motor hat 90 PS.", "Der Motor ist laut."),
        "count": ("Es sind sieben.", "Es sind mehrere."),
        "person": ("Es ist Ada Lamm.", "das weiß niemand."),
    },
    no_type=("Wo hält die Straßenbahn?", "Wer darf das Boot benutzen?"),
    brief=(
        "Wer ist der Kapitän?",
        "Wie viele Haltestellen gibt es?",
        "Ist die Bibliothek offen?",
        "Wie heißt das Boot?",
    ),
    long=("Wie baue ich ein Boot?", "Warum ist die Mühle geschlossen?", "Vergleiche die Fähre mit der Brücke"),
    whether=("Ist die Bibliothek sonntags offen?", "Darf ich einen Hund mitbringen?"),
    about="Was ist mit Hunden?",
    two=(
        (
            "Wann öffnet die Bibliothek und was kostet ein Ausweis?",
            "Wann öffnet die Bibliothek?",
            "was kostet ein Ausweis?",
        ),
        ("Wer hat die Bäckerei eröffnet und wann?", "Wer hat die Bäckerei eröffnet?", "wann?"),
    ),
    one=("Wie und warum wurde die Mühle gebaut?", "Wann öffnen die Bibliothek und das Museum?"),
    comparisons=(
        Comparison("Was ist teurer, die Bahn oder die Fähre?", ("die Bahn", "die Fähre"), "Was kostet die Bahn?"),
        Comparison("Ist der Turm älter als die Brücke?", ("der Turm", "die Brücke"), "Ist der Turm älter?"),
        Comparison("Worin unterscheidet sich die Bahn vom Zug?", ("die Bahn", "Zug"), "Was ist die Bahn?"),
    ),
    no_comparison=("Wann öffnet die Bibliothek?", "Ist der Weg länger als zehn Meter?"),
    follow_ups=(
        FollowUp("Und im Winter?", "Wann öffnet die Bibliothek im Sommer?", "öffnet die Bibliothek", "Sommer"),
        FollowUp("Und sonntags?", "Wann öffnet das Museum samstags?", "öffnet das Museum", "samstags"),
        FollowUp("Und im Juni?", "Wann fährt die Fähre im Mai?", "fährt die Fähre", "Mai"),
        FollowUp("Was ist mit Kindern?", "Was kostet die Karte für Erwachsene?", "kostet die Karte", "Erwachsene"),
    ),
    who=("Wer leitet die Bahn?", "Es ist Dr. Ada Lamm.", "Wie alt ist sie?", "Ada Lamm"),
    alone=("Welcher Kapitän führt die Fähre Tschaika?",),
    file="datei:minutes.txt Wer war da?",
    documents=(
        (
            "# Einen Reifen wechseln\n\nSetze das Rad auf die Achse, dann die Muttern.",
            "Wie kann ich einen Reifen wechseln?",
        ),
        ("# Sternwarte Eulenhügel\n\nSternwarte Eulenhügel ist ein rundes Haus.", "Was ist Sternwarte Eulenhügel?"),
        (
            "# Sternwarte Eulenhügel\n\nSternwarte Eulenhügel hat 40 Plätze.",
            "Wie viele Plätze hat Sternwarte Eulenhügel?",
        ),
        ("Ort: Hafen | Telefonnummer: 123456", "Wie lautet die Telefonnummer von „Hafen“?"),
    ),
)
