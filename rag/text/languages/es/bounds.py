"""Spanish: words of ``schema/bounds.py``."""

from __future__ import annotations

from rag.text.languages.schema.bounds import BoundWords

BOUNDS = BoundWords(
    more=r"(?:de )?más de|superior(?:es)? a|por encima de|mayor(?:es)? de|a partir de más de",
    less=r"(?:de )?menos de|inferior(?:es)? a|por debajo de|menor(?:es)? de",
    at_least=r"al menos|como mínimo|por lo menos|a partir de|(?:un )?mínimo(?: de)?|no menos de",
    at_most=r"hasta|como máximo|a lo sumo|(?:un )?máximo(?: de)?|no más de",
    or_more=r"o más|en adelante",
    or_less=r"o menos",
    after=r"después de(?: las?)?",
    before=r"antes de(?: las?)?",
    first=r"del?|desde(?: el| las?)?",
    last=r"al?(?: las?)?|hasta(?: el| las?)?",
    between=r"entre(?: el| las?)?",
    joiner=r"y(?: el| las?)?",
    only="solo|sólo|solamente|únicamente|exclusivamente",
    permits=r"puedo|puedes|puede|podemos|pueden|podría|se permiten?|permitid[oa]s?|está permitido",
    forbids=r"prohibid[oa]s?|cerrad[oa]s?|salvo|excepto|vedad[oa]s?",
)
