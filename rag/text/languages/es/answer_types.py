"""Español: words of ``schema/answer_types.py``."""

from __future__ import annotations

from rag.text.languages.schema.answer_types import AnswerTypePatterns, AnswerTypeWords

ANSWER_TYPES = AnswerTypeWords(
    money=AnswerTypePatterns(
        asks=r"(?<!por )qu[eé] (paga|cuesta|cobra)n?\b|"
        r"cu[aá]nto (?:es|son|era|asciende) .*\b(?:alquiler|fianza|renta|cuota|multa|sueldo|salario|tasa|factura)|"
        r"cu[aá]nto (cuesta|cost|vale|val[ií]|cobra|pag|gana|dinero)|\bqu[eé] (precio|tarifa)|precio",
        offers=r"euro|corona|peseta|peso|gratis|gratuit",
    ),
    weight=AnswerTypePatterns(asks=r"\bpes[ao]r?\b", offers=r"<n>(kilo|gram)|tonelad|kilos?"),
    length=AnswerTypePatterns(
        asks=r"\b(altura|longitud|profundidad|anchura|distancia|diámetro|altitud)\b|cu[aá]nto mide",
        offers=r"metros?\b",
    ),
    hour=AnswerTypePatterns(
        asks=r"qu[eé] hora|horario",
        offers=r"mediod[ií]a|medianoche|a las? \w+|de la (mañana|tarde|noche)",
    ),
    colour=AnswerTypePatterns(
        asks=r"qu[eé] color",
        offers=r"\b(roj[oa]|verde|azul|amarill[oa]|blanc[oa]|negr[oa]|marrón|gris|naranja|rosa|morad[oa]|dorad[oa]|"
        r"crema)",
    ),
    age=AnswerTypePatterns(
        asks=r"cu[aá]ntos años|\bedad\b",
        offers=r"(?<!\d)\d{1,3}[ -]?años|\w+ años\b|edad de",
    ),
    year=AnswerTypePatterns(asks=r"qu[eé] año", offers=r"\bsiglo"),
    when=AnswerTypePatterns(
        asks=r"cuándo|^\W*cuando<later>|qu[eé] (d[ií]a|fecha|mes)",
        offers=r"primavera|verano|otoño|invierno|mañana|tarde|noche|cada|siglo",
    ),
    percentage=AnswerTypePatterns(
        asks=r"qu[eé] (porcentaje|proporci[oó]n)",
        offers=r"por ?ciento|mitad|tercio|cuarta parte",
    ),
    temperature=AnswerTypePatterns(asks=r"qu[eé] temperatura", offers=r"\bgrados?\b|\bcero\b"),
    power=AnswerTypePatterns(asks=r"qu[eé] potencia", offers=r"caballos|\bCV\b|vatios?"),
    count=AnswerTypePatterns(asks=r"cu[aá]nt[oa]s?\b|qu[eé] (n[uú]mero|tel[eé]fono)"),
    person=AnswerTypePatterns(asks=r"qui[eé]n(es)?\b(?! (puede|debe)n?\b| (?:es|son|era|fue) (?-i:[A-ZÀ-Þ]))"),
    number_words="uno una mil millón millones medio media mitad ambos ninguno",
    asking_later=r"qu[eé]|qui[eé]n(es)?|cu[aá]l(es)?|cu[aá]nt[oa]s?|c[oó]mo|d[oó]nde",
    before_year="en|desde|hasta",
    counted=r"\w+s\b",
    after_year="",
    brief=r"\b(qui[eé]n(es)?|cu[aá]ndo|a?d[oó]nde|cu[aá]l(es)?|cu[aá]nt[oa]s?|qu[eé])\b|"
    r"^\W*(es|son|puedo|puede|hay|tiene)\b",
    long=r"\bc[oó]mo\b(?! se (llam|denomin|apellid|conoc))|\bpor ?qu[eé]\b|\bdiferenci|\bcompar|\bexplic|\bdescrib|"
    r"^\W*enumera|\bpasos?\b|\bcu[aá]les\b|\bqu[eé] (?!(?:es|mes|tras)\b)\w+s\b|"
    r"\bqu[eé] (pasa|sucede|ocurre|hace)\b|\bqu[eé] (debo|tengo que|puedo) hacer\b",
)
