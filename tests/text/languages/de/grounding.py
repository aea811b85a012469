from __future__ import annotations

from tests.text.languages.grounding_examples import GroundingExamples

EXAMPLES = GroundingExamples(
    hedged=(
        ("Die Küste ist trocken.", "Ein Großteil der Küste ist trocken."),
        ("Das Kraut heilt Erkältungen.", "Das Kraut kann Erkältungen heilen."),
        ("Die Fähre fährt im Winter.", "Die Fähre fährt selten im Winter."),
    ),
    thought=("Die Brücke würde einstürzen.", "Kritiker glaubten, dass die Brücke einstürzen würde."),
    conditional=("Rudern ist verboten.", "Rudern ist verboten, wenn das Wasser höher steht."),
    not_hedged=(
        ("Die Brücke hält.", "Die Brücke hält, auch wenn es regnet."),
        ("Der Turm ist 40 Meter hoch.", "Der Turm ist fast 40 Meter hoch."),
    ),
    denied=(
        ("Das Museum hat Parkplätze.", "Das Museum hat keine Parkplätze."),
        ("Der Eintritt ist kostenlos.", "Der Eintritt ist nicht kostenlos."),
        ("Das Museum öffnet am Sonntag.", "Das Museum öffnet am Sonntag nicht."),
    ),
    affirmed="Die Fähre befördert nicht nur Autos.",
    clause="Die Mühle brannte nicht, aber der Markt schloss.",
    points_back="Es wurde 1911 eröffnet.",
    named=("Sie besuchten das Museum der Stadt.", "Museum der Stadt"),
    names=("Die Fähre wird im Hafen von Ada Lamm gesteuert.", "ada lamm"),
    reworded=("Die Fähre bringt 38 Fahrgäste über den Fluss.", "Die Fähre bringt 38 Personen über den Fluss."),
    days=(("Am Montag ist geöffnet.", 0), ("Sonntags ist geschlossen.", 6)),
)
