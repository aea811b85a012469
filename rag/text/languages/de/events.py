"""German: words of ``schema/events.py``."""

from __future__ import annotations

from rag.text.languages.schema.events import EventPatterns, EventWords

_DECIDED = r"beschlossen|beschloss|beschließt|entschieden|entschied|abgestimmt|genehmigt|angenommen|abgelehnt"

EVENTS = EventWords(
    decision=EventPatterns(
        asks=rf"(?:haben|hat|wurden?|ist|sind)\b[^?]*\b(?:{_DECIDED})|welche[nr]?\b[^?]*\bbeschl[uü]ss\w*",
        reports=rf"{_DECIDED}|\d+ stimmen|einstimmig",
        announces=r"(?:soll|sollen|wird|werden|will|wollen)\b[^.;]*\b(?:entschieden|entscheiden|abgestimmt|beraten|"
        r"beschlossen|besprochen|besprechen) ?(?:werden)?|zu entscheiden|tagesordnung|einladung|antrag|vorschlag",
    ),
    payment=EventPatterns(
        asks=r"(?:haben wir|habe ich|hast du|haben sie|wurden?)\b[^?]*\b(?:(?:be|ge)?zahlt|ausgegeben)|"
        r"uns\b[^?]*\bgekostet",
        reports=r"quittung(?:en)?|rechnung(?:en)?|beleg|kassenbon|kontoauszug|bezahlt|gesamt(?:betrag|summe)|summe",
        announces=r"preisliste|preise|katalog|angebot|kostenvoranschlag|tarife?",
    ),
)
