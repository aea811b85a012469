from __future__ import annotations

from tests.text.languages.grounding_examples import GroundingExamples

EXAMPLES = GroundingExamples(
    hedged=(
        ("La costa es seca.", "La mayor parte de la costa es seca."),
        ("La hierba cura los resfriados.", "La hierba puede curar los resfriados."),
        ("El puente cierra en invierno.", "El puente casi nunca cierra en invierno."),
    ),
    thought=("La torre caería.", "Los vecinos temían que la torre caería."),
    conditional=("Los perros viajan gratis.", "Los perros viajan gratis si llevan correa."),
    not_hedged=(
        ("El puente resiste.", "Incluso si llueve, el puente resiste."),
        ("La torre mide 40 metros.", "La torre mide casi 40 metros."),
    ),
    denied=(
        ("El museo tiene aparcamiento.", "El museo no tiene aparcamiento."),
        ("La entrada es gratuita.", "La entrada nunca es gratuita."),
        ("El tranvía circula con retraso.", "El tranvía circula sin retraso."),
    ),
    affirmed="El ferry lleva no solo coches.",
    clause="El molino no ardió porque llovía mucho.",
    points_back="Este se abrió en 1911.",
    named=("Visitaron el Museo de la Ciudad.", "Museo de la Ciudad"),
    names=("El transbordador lo lleva Ada Lamas en el puerto.", "ada lamas"),
    reworded=("El transbordador lleva 38 pasajeros por el río.", "El transbordador lleva 38 personas por el río."),
    days=(("Abre el lunes.", 0), ("Cierra los domingos.", 6)),
)
