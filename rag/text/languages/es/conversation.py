"""Español: words of ``schema/conversation.py``."""

from __future__ import annotations

from rag.text.languages.es.replies import REPLIES
from rag.text.languages.schema.conversation import (
    BoilerplateWords,
    ConversationWords,
    PeriodWords,
    SmallTalk,
    SuggestedQuestions,
)

GREETING = SmallTalk(
    pattern="(?:hola|buenas|buenos días|buenas (?:tardes|noches)|saludos|buen día)(?: oaken| a todos)?",
    reply="¡Hola! Pregúntame algo sobre tus documentos.",
)

HOW_ARE_YOU = SmallTalk(
    pattern="(?:hola,? )?(?:qué tal|cómo (?:estás|está|te va|va todo))(?: hoy)?",
    reply="Listo para buscar en tus documentos. ¿Qué quieres saber?",
)

_DONE = "eso es todo|es suficiente|(?:con )?eso (?:me )?basta|nada más"
_THANK = "(?:muchas gracias|muchísimas gracias|mil gracias|gracias)(?: oaken| por (?:todo|tu ayuda|su ayuda|la ayuda))?"
_HELPED = "me (?:sirve|ayuda|ha ayudado)(?: mucho)?"

THANKS = SmallTalk(
    pattern=f"(?:vale,? |perfecto,? |ok,? |genial,? )?{_THANK}(?:,? (?:{_DONE}|{_HELPED}))?|(?:{_DONE}),? {_THANK}|"
    "(?:vale|perfecto|genial|entendido|de acuerdo)",
    reply="De nada.",
)

FAREWELL = SmallTalk(
    pattern="(?:adiós|hasta (?:luego|pronto|mañana|la vista)|chao|chau|nos vemos)",
    reply="Hasta luego. Tus documentos se quedan aquí, en tu ordenador.",
)

ABOUT_OAKEN = SmallTalk(
    pattern="(?:hola,? )?(?:qué (?:puedes|sabes) hacer|qué haces|qué eres|quién eres|qué es oaken|cómo (?:funcionas|"
    "funciona esto)|qué (?:puedo|se puede) preguntar(?:te)?|puedes ayudarme|ayuda|ayúdame)",
    reply="Respondo a preguntas con tus propios documentos, con las palabras exactas, el archivo y la página de cada "
    "frase, y digo cuándo no lo dicen. También puedes preguntar: «¿Qué documentos mencionan…?», «¿Qué hay de nuevo "
    "desde mayo?», «¿Cuántos documentos hay?», «Lista mis PDF», «Resume ARCHIVO».",
)

PERIODS = PeriodWords(
    today=r"\bhoy\b",
    yesterday=r"\bayer\b",
    last_week="semana pasada",
    last_month="mes pasado",
    this_week="esta semana",
    this_month="este mes",
    this_year="este año",
)

SUGGESTED = SuggestedQuestions(
    summary="Resume {file}",
    section="Resume «{x}» en {file}",
    says="¿Qué dice {file} sobre «{x}»?",
    mention="¿Qué documentos mencionan «{x}»?",
    compare="Compara estos dos documentos",
)

BOILERPLATE = BoilerplateWords(
    leads_elsewhere="índice, contenido, contenidos, tabla de contenidos, véase también, ver también, navegación, "
    "menú, enlaces, enlaces externos, referencias, bibliografía, lecturas recomendadas, en esta página, páginas "
    "relacionadas",
    pointers="véase también, véase, ver también, ver, volver a, leer más, haz clic, haga clic, ir a, siguiente, "
    "anterior, inicio, para más información",
    places="sección, capítulo, página, apartado, tabla, figura, anexo",
    articles="la|el|los|las",
    every_page=(
        r"todos los derechos reservados",
        r"habilite javascript|saltar al contenido",
    ),
    to_a_machine=(
        r"(?:ignor|olvid|desobede)\w*\b.{0,40}\b(?:anterior|instruccion|instrucciones|reglas)\w*",
        r"\b(?:eres|actúa como|actua como|haz de|compórtate como)\b.{0,30}\b(?:asistente|ia|modelo|chatbot)\b",
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
        "en": "inglés",
        "es": "español",
        "ru": "ruso",
        "de": "alemán",
        "fr": "francés",
        "it": "italiano",
        "pt": "portugués",
        "uk": "ucraniano",
        "": "sin determinar",
    },
)
