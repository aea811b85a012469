"""Español: words of ``schema/library_questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.library_questions import LibraryQuestionWords

LIBRARY_QUESTIONS = LibraryQuestionWords(
    which="qué, que, cuál, cuáles, cuáles de",
    many="cuántos, cuántas, número de, cantidad de, número total de",
    where="dónde, en dónde",
    show="lista, listar, lístame, listado, enumera, enumérame, muestra, muéstrame, mostrar, enseña, enséñame, dame, "
    "dime, decirme, encontrar, busca, búscame, encuentra, nombra, lista de, listado de, una lista de, hazme una "
    "lista de, ver",
    documents="documentos, archivos, ficheros, cada documento, cada archivo",
    document="documento, archivo, fichero",
    have="hay, tengo, tienes, tiene, tenemos, existen, existe, está, están, son, es, guardados, disponibles, "
    "cargados, conoces, sabes, se encuentran, haya, tengas, has indexado, has cargado, has leído, he subido, "
    "indexados, leídos",
    contain="contiene, contienen, contengan, incluye, incluyen",
    place="aquí, aquí dentro, ahí dentro, colección, en esta biblioteca, esta biblioteca",
    total="en total, total, ahora mismo, ahora, hasta ahora, por ahora",
    library="biblioteca, oaken",
    own="mi, mis, tu, tus, nuestro, nuestros, nuestra, nuestras",
    this="este, esto, estos, estas, esta, ese, eso, esos, ello",
    about="sobre, acerca de, acerca del, respecto a, relacionado con, relacionados con, referente a, referentes a",
    mention="menciona, mencionan, mencione, mencionen, mencionado, se menciona, se mencionan, habla de, habla del, "
    "hablan de, hablan del, hable de, hablen de, habla sobre, hablan sobre, hablen sobre, se habla de, se habla del, "
    "se habla sobre, trata de, tratan de, tratan del, trata sobre, tratan sobre, se trata de, se refiere a, se "
    "refieren a, aparece, aparecen, se cita, citan, nombran, dice algo de, dice algo sobre, dicen algo de, dicen "
    "algo sobre, con la palabra, contienen la palabra, contiene la palabra, usan la palabra",
    say="dice, dicen, cuenta, pone, explica, indica, se dice, se indica, escrito, escritos, escritas",
    summary="resume, resúmeme, resumir, resumen, resumen de, resumen del, un resumen de, un resumen del, haz un "
    "resumen, haz un resumen de, haz un resumen del, hazme un resumen, hazme un resumen de, hazme un resumen del, "
    "síntesis, sintetiza, puntos principales, puntos clave, ideas principales, temas principales, visión general, "
    "vista general, en resumen, en pocas palabras, brevemente, tema, temas, asunto, describe, descríbeme, tl;dr",
    newest="último, última, últimos, últimas, reciente, recientes, más reciente, más recientes, más nuevo, más nuevos",
    oldest="más antiguo, más antiguos, más viejo, más viejos",
    largest="más grande, más grandes, más largo, más largos, mayores",
    smallest="más pequeño, más pequeños, más corto, más cortos",
    new="nuevo, nuevos, nuevas, de nuevo, novedades, añadido, añadidos, se ha añadido, se han añadido, se añadieron, "
    "agregado, agregados, se ha agregado, se han agregado, han llegado, ha llegado",
    duplicate="duplicado, duplicados, repetido, repetidos, idénticos, iguales",
    unread="no se pudieron leer, no se pudo leer, no se pueden leer, no se puede leer, no se han podido leer, no se "
    "ha podido leer, no pudieron leerse, no pudo leerse, no pueden leerse, no pudiste leer, no puedes leer, no has "
    "podido leer, no pudo leer, no pudo leer oaken, no se leyeron, no se leyó, no se han leído, no se ha leído, no "
    "has leído, no leídos, sin leer, ilegible, ilegibles, fallaron, falló, han fallado, ha fallado, fallido, "
    "fallidos, omitidos, sin texto, no dieron texto, no tienen texto",
    kinds="tipos de, tipo de, clases de, formatos, formatos de, tipos",
    languages="idiomas, idioma, lenguas",
    folder="carpeta, carpetas, directorio, directorios, subcarpeta, subcarpetas",
    since="desde",
    time="hoy, ayer, esta semana, este mes, este año, la semana pasada, el mes pasado",
    within="en, de, del, dentro de, dentro del",
    everything="todo, toda la información, algo, hay algo, tienes algo, hay información, tienes información",
    section="apartado, sección, capítulo, parte",
    filler="por favor, porfa, el, la, los, las, un, una, unos, unas, lo, todos, todas, cada, me, te, se, nos, yo, "
    "tú, puedes, podrías, puede, puedo, a, algún, alguno, hola, oye, quiero, quisiera, completo, completa, entero, "
    "entera, hacer, haz, hazme, hacerme, breve, llamado, y",
    file_types={
        "word": "documentos de word",
        "html": "páginas web",
        "text": "archivos de texto",
        "image": "archivos de imagen, imágenes",
    },
    language_names={
        "en": "inglés, en inglés",
        "es": "español, en español, en castellano",
        "ru": "ruso, en ruso",
        "de": "alemán, en alemán",
        "fr": "francés, en francés",
        "it": "italiano, en italiano",
        "pt": "portugués, en portugués",
        "uk": "ucraniano, en ucraniano",
    },
    about_what="de qué trata, de qué tratan, de qué va, de qué van, de qué habla, de qué hablan, de qué se trata, "
    "sobre qué trata, sobre qué tratan, sobre qué es, sobre qué son, sobre qué va, de qué es, de qué son, qué trata, "
    "qué contiene, qué contienen",
)
