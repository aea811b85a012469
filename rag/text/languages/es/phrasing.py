"""Español: words of ``schema/phrasing.py``."""

from __future__ import annotations

from rag.text.languages.schema.phrasing import PhrasingWords

# A word in -er may be English ("Docker"); these are verbs.
_ER = (
    "Hac|Rehac|Ten|Obten|Manten|Conten|Pon|Compon|Expon|Dispon|V|Le|Volv|Devolv|Resolv|Mov|Remov|Promov|Respond|Proteg|"
    "Escog|Recog|Vend|Comprend|Aprend|Conoc|Reconoc|Ofrec|Establec|Extend|Entend|Atend|Prove|Tra|Corr|Com|Beb|Encend|"
    "Defend|Desprend|Sosten|Deten|Reten|Somet|Met|Romp|Cos|Perd|Cre|Pose"
)

PHRASING = PhrasingWords(
    name=r"[A-ZÁÉÍÓÚÑ][\w.+#'’-]*(?: [\w+#'’-]+){0,5}",
    about="unos|unas",
    asks=r"^¿.+\?$",
    how_to=(
        (r"^Cómo (?P<x>[a-záéíóúñü]+(?:ar|er|ir|ír)(?:se|lo|la|los|las)?\b.*)$", "¿Cómo {x}?"),
        (rf"^(?P<verb>(?:[A-ZÁÉÍÓÚ][a-záéíóúñü]{{2,}}(?:ar|ir)|(?:{_ER})er)) @x$", "¿Cómo puedo {verb} {x}?"),
    ),
    definitions=(
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>es (?:una?|el|la|los|las) \w[^.;:]+)", "¿Qué es {x}?"),
        (r"^@x(?: \([^)]{1,30}\))? (?P<answer>son (?:un[oa]s|los|las) \w[^.;:]+)", "¿Qué son {x}?"),
    ),
    facts=(
        (
            r"^@x (?P<v>se (?:fundó|inauguró|construyó|creó|abrió|publicó|estrenó)|fue "
            r"(?:fundad|construid|inaugurad|cread|publicad|restaurad|fundid)[oa]) (?P<answer>en [^.;:()]*\d{4})",
            "¿Cuándo {v} {x}?",
        ),
        (r"^@x (?:tiene|cuenta con) (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}os))\b", "¿Cuántos {y} tiene {x}?"),
        (r"^@x (?:tiene|cuenta con) (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}as))\b", "¿Cuántas {y} tiene {x}?"),
        (r"^En (?P<x>[^,;:.]{3,40}) hay (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}os))\b", "¿Cuántos {y} hay en {x}?"),
        (r"^En (?P<x>[^,;:.]{3,40}) hay (?P<answer>@n ?(?P<y>[a-zñáéíóú]{3,}as))\b", "¿Cuántas {y} hay en {x}?"),
        (r"^@x (?P<answer>(?:tarda|dura) @n ?(?:minutos|horas|días|semanas|meses|años))", "¿Cuánto dura {x}?"),
        (r"^@x (?P<answer>es de @n ?(?:coronas?|euros?|dólares?|pesos?|céntimos?|%|por ciento))", "¿De cuánto es {x}?"),
        (r"^@x (?P<answer>cuesta @n ?@unit?)", "¿Cuánto cuesta {x}?"),
        (r"^@x (?P<answer>pesa @n ?@unit)", "¿Cuánto pesa {x}?"),
        (r"^@x (?P<answer>mide @n ?@unit)", "¿Cuánto mide {x}?"),
        (
            r"^(?P<y>(?:El|La) [a-zñáéíóú]+) (?P<p>de|por) (?P<x>[^,;:.]{3,50}?) (?P<answer>es (?:de )?@n[^.;:]*)",
            "¿Cuál es {y} {p} {x}?",
        ),
    ),
    cells=(
        (r"as$", r"^\d+$", "¿Cuántas {label} tiene {x}?"),
        (r"[oe]s$", r"^\d+$", "¿Cuántos {label} tiene {x}?"),
        (r"s$", "", ""),
        (r"(?i)^(?:día|coste|importe|nombre)$|(?:o|or|aje|al)$|ma$", "", "¿Cuál es el {label} de {x}?"),
        (r"(?:a|ión|dad|tad)$", "", "¿Cuál es la {label} de {x}?"),
    ),
    articles="un una unos unas el la los las",
    indefinite="un una unos unas",
    pointing="este esta esto estos estas ese esa eso esos esas aquel aquella aquello él ella ello ellos ellas lo le "
    "les su sus aquí allí anterior anteriores siguiente siguientes otro otra otros otras mismo misma primera primero "
    "segundo segunda último última tal ambos",
    function_words="nuestro nuestra nuestros nuestras tu tus mi mis yo cada cual que quien si cuando mientras porque "
    "aunque también pero así entonces ahora no algo alguno alguna todo todos todas más menos solo sólo con sin como "
    "para desde en por a o y",
    is_latin=True,
    vague="cosa cosas manera forma razón motivo resultado objetivo idea punto problema pregunta respuesta ejemplo "
    "ejemplos caso casos sección capítulo página documento tabla figura nota notas paso pasos resto parte diferencia "
    "lugar hogar taller ayer mujer mayor menor mejor similar particular general regular familiar escolar popular par "
    "observaciones introducción resumen recursos saber entender comprender",
    gerund="",
    infinitive=(),
    second_action="",
    adjective="",
    yes_no="sí",
    too_vague="ejemplos?|de nuevo",
)
