"""Spanish: words of ``schema/events.py``."""

from __future__ import annotations

from rag.text.languages.schema.events import EventPatterns, EventWords

EVENTS = EventWords(
    decision=EventPatterns(
        asks=r"(?:decidimos|acordamos|aprobamos|votamos|(?:se|hemos|ha|han)\b[^?]*\b(?:decidi(?:ó|do)|acord(?:ó|ado)|"
        r"aprob(?:ó|ado)))|qué (?:se )?(?:decidió|acordó|aprobó)",
        reports=r"(?:se )?(?:acordó|decidió|aprobó|rechazó|resolvió)|(?:acordad|aprobad|rechazad)[oa]s?|\d+ votos|"
        r"unanimidad",
        announces=r"se (?:decidirá|votará|tratará|debatirá|aprobará)|orden del día|convocatoria|propuestas?|"
        r"(?:queremos|quiere|quieren|pensamos) \w+",
    ),
    payment=EventPatterns(
        asks=r"pagamos|gastamos|nos costó|hemos (?:pagado|gastado)|se (?:pagó|gastó)",
        reports=r"recibos?|facturas?|tiques?|extractos?|pagad[oa]s?|total|importe",
        announces=r"listas? de precios|precios|tarifas?|catálogos?|ofertas?|presupuestos?",
    ),
)
