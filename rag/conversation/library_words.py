"""Word lists for questions about the library, one for each language: data only.

A list belongs to a class of words (``WordClass``); commas part its entries, of one or more words. Accents and capitals
do not count. A language is added by a list of its own: the grammar over the classes (library_questions.py) is one for
all.
"""

from __future__ import annotations

from enum import StrEnum


class WordClass(StrEnum):
    """What a word does in a question about the library; its value is its letter in a row of classes."""

    WHICH = "w"
    WHICH_IS = "we"  # two at once: "what's"
    WHICH_THIS = "wp"  # «что это за»
    MANY = "q"  # how many
    WHERE = "W"
    SHOW = "s"
    DOCUMENTS = "n"
    DOCUMENT = "1"
    HAVE = "e"  # have, are, exist
    CONTAIN = "C"
    PLACE = "l"  # here
    TOTAL = "j"  # in total, now
    LIBRARY = "L"
    OWN = "P"  # my, our
    THIS = "p"  # this, it, these
    ABOUT = "a"
    ON = "O"  # the same, but at a question's end it may belong to any verb: "depend on"
    ABOUT_WHAT = "A"  # «de qué trata»
    MENTION = "m"
    SAY = "y"
    SUMMARY = "z"
    NEWEST = "r"
    OLDEST = "o"
    LARGEST = "b"
    SMALLEST = "k"
    NEW = "N"
    DUPLICATE = "d"
    TYPE = "t"  # PDF: a kind of file that needs no word "file" beside it
    KINDS = "K"  # types of …
    LANGUAGES = "G"
    LANGUAGE = "g"  # a language's name
    FOLDER = "f"
    SINCE = "h"
    TIME = "u"
    IN = "i"  # in, of, from
    EVERYTHING = "v"
    SECTION = "c"
    FILLER = "_"
    NAME = "F"  # a file's name, or a path
    QUOTED = "Q"
    OTHER = "x"


W = WordClass
WORDS: dict[str, dict[WordClass, str]] = {
    "en": {
        W.WHICH: "what, which, which one, which ones",
        W.WHERE: "where",
        W.WHICH_IS: "what's, whats, what is, what're, which is",
        W.MANY: "how many, number of, count of, total number of, count, howmany",
        W.SHOW: (
            "show, list, list of, listing of, give, display, enumerate, print, find, get, tell me, name, names of, "
            "look up, search for"
        ),
        W.DOCUMENTS: "documents, docs, files, papers, every document, every file, each document, each file",
        W.DOCUMENT: "document, doc, file, paper",
        W.HAVE: (
            "have, has, got, there, are, is, was, were, exist, exists, hold, holds, held, stored, available, "
            "indexed, ingested, loaded, uploaded, saved, know, know of, see, have access to"
        ),
        W.CONTAIN: "contain, contains, containing, include, includes, including",
        W.PLACE: "here, in here, in there, collection, knowledge base, corpus, in the index",
        W.TOTAL: "in total, total, altogether, overall, in all, so far, right now, currently, at the moment, now",
        W.LIBRARY: "library, oaken",
        W.OWN: "my, our, mine, ours, your",
        W.THIS: "this, it, these, those, them, they, this one",
        W.ABOUT: "about",
        W.ON: "on, regarding, concerning, related to, to do with, dealing with",
        W.MENTION: (
            "mention, mentions, mentioned, mentioning, talk about, talks about, talking about, talked about, talk "
            "of, speak of, speaks of, speak about, speaks about, refer to, refers to, referring to, discuss, "
            "discusses, discussed, discussing, deal with, deals with, say something about, says something about, "
            "say anything about, says anything about, with the word, with the words, use the word, uses the word, "
            "contain the word, contains the word, contain the words, containing the word"
        ),
        W.SAY: "say, says, said, tells us, tells me, tell us, state, states, has to say, have to say, written",
        W.SUMMARY: (
            "summarise, summarize, summary, summary of, summaries, sum up, tl;dr, tldr, gist, gist of, overview, "
            "overview of, recap, synopsis, outline, main points, key points, main ideas, main topics, key facts, "
            "main content, contents of, topics, topic, subject, subjects, themes, theme, describe, in short, in "
            "brief, briefly, in a nutshell, short version"
        ),
        W.NEWEST: (
            "newest, latest, most recent, last, recent, most recently changed, most recently added, most recently "
            "modified"
        ),
        W.OLDEST: "oldest, earliest",
        W.LARGEST: "largest, biggest, longest",
        W.SMALLEST: "smallest, shortest",
        W.NEW: "new, added, recently added, newly added, came in, come in, arrived, imported",
        W.DUPLICATE: "duplicate, duplicates, duplicated, identical, same content, the same content",
        W.KINDS: (
            "types of, type of, kinds of, kind of, file types, file formats, formats, types, file extensions, "
            "document types"
        ),
        W.LANGUAGES: "languages, language",
        W.FOLDER: "folder, folders, directory, directories, subfolder, subfolders",
        W.SINCE: "since",
        W.TIME: "today, yesterday, this week, this month, this year, last week, last month",
        W.IN: "in, of, from, within, inside, under",
        W.EVERYTHING: (
            "everything, all, anything, something, whatever, all the information, all information, is there anything, "
            "is there something"
        ),
        W.SECTION: "section, part, chapter, paragraph",
        W.FILLER: (
            "please, pls, kindly, can, could, would, will, you, i, we, the, a, an, every, each, any, some, just, "
            "me, us, for, to, do, does, did, that, hey, hi, hello, thanks, exactly, complete, full, whole, entire, "
            "be, been, out, called, named, quick, short, brief, like, want, i'd, i'm"
        ),
    },
    "es": {
        W.WHERE: "dónde, en dónde",
        W.WHICH: "qué, que, cuál, cuáles, cuáles de",
        W.MANY: "cuántos, cuántas, número de, cantidad de, número total de",
        W.SHOW: (
            "lista, listar, lístame, listado, enumera, enumérame, muestra, muéstrame, mostrar, enseña, enséñame, "
            "dame, dime, busca, búscame, encuentra, nombra, lista de, listado de, una lista de, hazme una lista de, "
            "ver"
        ),
        W.DOCUMENTS: "documentos, archivos, ficheros, cada documento, cada archivo",
        W.DOCUMENT: "documento, archivo, fichero",
        W.HAVE: (
            "hay, tengo, tienes, tiene, tenemos, existen, existe, está, están, son, es, guardados, disponibles, "
            "cargados, conoces, sabes, se encuentran, haya, tengas, has indexado, has cargado, has leído, he subido, "
            "indexados, leídos"
        ),
        W.CONTAIN: "contiene, contienen, contengan, incluye, incluyen",
        W.PLACE: "aquí, aquí dentro, ahí dentro, colección",
        W.TOTAL: "en total, total, ahora mismo, ahora, hasta ahora, por ahora",
        W.LIBRARY: "biblioteca, oaken",
        W.OWN: "mi, mis, tu, tus, nuestro, nuestros, nuestra, nuestras",
        W.THIS: "este, esto, estos, estas, esta, ese, eso, esos, ello",
        W.ABOUT: (
            "sobre, acerca de, acerca del, respecto a, relacionado con, relacionados con, referente a, referentes a"
        ),
        W.ABOUT_WHAT: (
            "de qué trata, de qué tratan, de qué va, de qué van, de qué habla, de qué hablan, de qué se trata, "
            "sobre qué trata, sobre qué tratan, sobre qué es, sobre qué son, sobre qué va, de qué es, de qué son, "
            "qué trata, qué contiene, qué contienen"
        ),
        W.MENTION: (
            "menciona, mencionan, mencione, mencionen, mencionado, se menciona, se mencionan, habla de, habla del, "
            "hablan de, hablan del, hable de, hablen de, habla sobre, hablan sobre, hablen sobre, se habla de, se "
            "habla del, se habla sobre, trata de, tratan de, tratan del, trata sobre, tratan sobre, se trata de, se "
            "refiere a, se refieren a, aparece, aparecen, se cita, citan, nombran, dice algo de, dice algo sobre, "
            "dicen algo de, dicen algo sobre, con la palabra, contienen la palabra, contiene la palabra, usan la "
            "palabra"
        ),
        W.SAY: "dice, dicen, cuenta, pone, explica, indica, se dice, se indica",
        W.SUMMARY: (
            "resume, resúmeme, resumir, resumen, resumen de, resumen del, un resumen de, un resumen del, haz un "
            "resumen, haz un resumen de, haz un resumen del, hazme un resumen, hazme un resumen de, hazme un "
            "resumen del, síntesis, sintetiza, puntos principales, puntos clave, ideas principales, temas "
            "principales, visión general, vista general, en resumen, en pocas palabras, brevemente, tema, temas, "
            "asunto, describe, descríbeme, tl;dr"
        ),
        W.NEWEST: (
            "último, última, últimos, últimas, reciente, recientes, más reciente, más recientes, más nuevo, más nuevos"
        ),
        W.OLDEST: "más antiguo, más antiguos, más viejo, más viejos",
        W.LARGEST: "más grande, más grandes, más largo, más largos, mayores",
        W.SMALLEST: "más pequeño, más pequeños, más corto, más cortos",
        W.NEW: (
            "nuevo, nuevos, nuevas, de nuevo, novedades, añadido, añadidos, se ha añadido, se han añadido, se "
            "añadieron, agregado, agregados, se ha agregado, se han agregado, han llegado, ha llegado"
        ),
        W.DUPLICATE: "duplicado, duplicados, repetido, repetidos, idénticos, iguales",
        W.KINDS: "tipos de, tipo de, clases de, formatos, formatos de, tipos",
        W.LANGUAGES: "idiomas, idioma, lenguas",
        W.FOLDER: "carpeta, carpetas, directorio, directorios, subcarpeta, subcarpetas",
        W.SINCE: "desde",
        W.TIME: "hoy, ayer, esta semana, este mes, este año, la semana pasada, el mes pasado",
        W.IN: "en, de, del, dentro de, dentro del",
        W.EVERYTHING: ("todo, toda la información, algo, hay algo, tienes algo, hay información, tienes información"),
        W.SECTION: "apartado, sección, capítulo, parte",
        W.FILLER: (
            "por favor, porfa, el, la, los, las, un, una, unos, unas, lo, todos, todas, cada, me, te, se, nos, yo, "
            "tú, puedes, podrías, puede, a, algún, alguno, hola, oye, quiero, quisiera, completo, completa, entero, "
            "entera, hacer, haz, hazme, breve, llamado, y"
        ),
    },
    "ru": {
        W.WHERE: "где",
        W.WHICH_THIS: "что это за",
        W.WHICH: "что за, какие, какой, какое, какая, каких, каком, каким, что, чего, который, которые",
        W.MANY: "сколько, скольких, количество, число, общее число, общее количество",
        W.SHOW: (
            "покажи, покажите, показать, перечисли, перечислите, перечислить, список, список всех, выведи, "
            "выведите, дай, дайте, назови, назовите, найди, найдите, скажи, скажите"
        ),
        W.DOCUMENTS: (
            "документы, документов, документах, документам, документами, файлы, файлов, файлах, файлам, файлами"
        ),
        W.DOCUMENT: "документ, документа, документе, документу, документом, файл, файла, файле, файлу, файлом",
        W.HAVE: (
            "есть, имеется, имеются, находится, находятся, лежит, лежат, хранится, "
            "хранятся, загружено, загружены, доступны, знаешь, являются, было, загрузил, загрузили"
        ),
        W.CONTAIN: "содержит, содержат, содержится, содержатся, включает, включают",
        W.PLACE: "здесь, тут",
        W.TOTAL: "всего, итого, в общем, в сумме, сейчас, на данный момент, пока",
        W.LIBRARY: "библиотека, библиотеке, библиотеки, библиотеку, oaken",
        W.OWN: (
            "мой, мои, моих, моей, моём, мою, моя, твои, твоих, твоей, наши, наших, нашей, ваши, ваших, вашей, "
            "у меня, у тебя, у вас, у нас"
        ),
        W.THIS: "это, этот, этом, этого, эти, этих, он, нём, него, его, её, ней, них, их, этими, этой",
        W.ABOUT: "о, об, обо, про, насчёт, касательно, по теме, на тему",
        W.ABOUT_WHAT: (
            "о чём, про что, о чём говорится в, о чём говорит, о чём рассказывает, о чём рассказывается в, о чём "
            "идёт речь в, о чём речь в, о чём сказано в, о чём написано в, чему посвящён, чему посвящены"
        ),
        W.MENTION: (
            "упоминает, упоминают, упоминается, упоминаются, упомянут, упомянута, упомянуто, упомянуты, упоминание, "
            "речь идёт, идёт речь, встречается, встречаются, есть слово, есть слова, со словом, со словами, "
            "содержат слово, содержит слово"
        ),
        W.SAY: (
            "сказано, говорится, говорят, написано, рассказывается, рассказывают, пишут, сообщается, пишется, "
            "говорит, рассказывает, пишет, указано"
        ),
        W.SUMMARY: (
            "перескажи, перескажите, пересказ, кратко изложи, кратко перескажи, кратко изложите, изложи, резюмируй, "
            "резюмируйте, резюме, суммируй, суммаризируй, саммари, "
            "обобщи, обобщите, краткое содержание, содержание, краткое резюме, "
            "обзор, краткий обзор, сводка, сделай резюме, сделай обзор, сделай краткое содержание, сделай краткое "
            "резюме, сделай содержание, сделай сводку, сделай пересказ, в двух словах, вкратце, кратко, основные "
            "мысли, главные мысли, основные темы, главные темы, тема, темы, суть, опиши, опишите, tl;dr"
        ),
        W.NEWEST: (
            "последний, последние, последних, свежий, свежие, свежих, недавние, недавний, новейший, новейшие, самый "
            "новый, самые новые, самый последний, самые последние, самый свежий, самые свежие"
        ),
        W.OLDEST: "самый старый, самые старые, самый давний, старейший, старейшие",
        W.LARGEST: (
            "самый большой, самые большие, самый длинный, самые длинные, самый крупный, самые крупные, крупнейший, "
            "наибольший"
        ),
        W.SMALLEST: "самый маленький, самые маленькие, самый короткий, самые короткие, наименьший",
        W.NEW: (
            "новое, нового, новый, новые, новых, появилось, появились, добавлено, добавлены, добавилось, "
            "добавились, добавили, поступило, поступили, "
            "добавленный, добавленные, загруженные"
        ),
        W.DUPLICATE: (
            "дубликат, дубликаты, дубликатов, дубли, одинаковые, одинаковы, повторяются, повторяющиеся, дублируются"
        ),
        W.KINDS: "типы, типов, виды, видов, форматы, форматов, форматах, какого типа, какого формата",
        W.LANGUAGES: "языки, языках, языков",
        W.FOLDER: (
            "папка, папке, папки, папку, папок, папках, каталог, каталоге, каталоги, каталогах, директория, директории"
        ),
        W.SINCE: "с, со, начиная с",
        W.TIME: (
            "сегодня, вчера, на этой неделе, за эту неделю, на последней неделе, за последнюю неделю, в этом "
            "месяце, за этот месяц, за последний месяц, в этом году"
        ),
        W.IN: "в, во, из, внутри, на",
        W.EVERYTHING: (
            "все, всё, вся информация, всю информацию, что-нибудь, есть что-нибудь, есть ли что-нибудь, есть "
            "информация, есть ли информация"
        ),
        W.SECTION: "раздел, раздела, разделе, главу, глава, главы, часть, части, пункт",
        W.FILLER: (
            "пожалуйста, мне, нам, ты, вы, я, ли, же, можешь, можете, можно, бы, хочу, весь, всю, целиком, полный, "
            "полностью, ну, привет, эй, всех, имя, названием, под, каждый, каждом"
        ),
    },
}

# Kinds of file that can be asked for, by the endings that they stand for.
TYPES: dict[str, tuple[str, ...]] = {
    "pdf, pdfs": (".pdf",),
    "word, doc files, word documents, word files, documentos de word, документы word": (".docx", ".doc", ".odt"),
    "docx": (".docx", ".doc"),
    "markdown, md, markdown files": (".md", ".markdown"),
    "html, htm, web pages, páginas web, веб-страницы": (".html", ".htm"),
    "txt, text files, plain text, archivos de texto, текстовые файлы, текстовых файлов": (".txt", ".text"),
    "ppt, pptx, powerpoint, powerpoints": (".pptx", ".ppt", ".odp"),
    "xls, xlsx, excel": (".xlsx", ".xls", ".ods"),
    "csv, csvs": (".csv", ".tsv"),
    "json, jsonl": (".json", ".jsonl"),
    "epub, epubs": (".epub",),
    "eml": (".eml", ".msg"),
    "image files, images, archivos de imagen, imágenes, картинки": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"),
}

# Languages that documents can be asked for by name, as ISO 639-1 code.
LANGUAGE_NAMES: dict[str, str] = {
    "en": "english, in english, inglés, en inglés, английские, на английском, на английском языке",
    "es": "spanish, in spanish, español, en español, en castellano, испанские, на испанском, на испанском языке",
    "ru": "russian, in russian, ruso, en ruso, русские, на русском, на русском языке",
    "de": "german, in german, alemán, en alemán, немецкие, на немецком, на немецком языке",
    "fr": "french, in french, francés, en francés, французские, на французском, на французском языке",
    "it": "italian, in italian, italiano, en italiano, итальянские, на итальянском, на итальянском языке",
    "pt": "portuguese, in portuguese, portugués, en portugués, португальские, на португальском",
    "uk": "ukrainian, in ukrainian, ucraniano, en ucraniano, украинские, на украинском",
}

# Headings of parts that only lead elsewhere, and what a sentence says that is meant for a machine.
LEADS_ELSEWHERE: dict[str, str] = {
    "en": (
        "contents, table of contents, toc, see also, navigation, menu, related, related pages, related articles, "
        "related topics, links, external links, further reading, references, bibliography, index, on this page, in "
        "this article, next steps, learn more"
    ),
    "es": (
        "índice, contenido, contenidos, tabla de contenidos, véase también, ver también, navegación, menú, enlaces, "
        "enlaces externos, referencias, bibliografía, lecturas recomendadas, en esta página, páginas relacionadas"
    ),
    "ru": (
        "содержание, оглавление, см. также, смотри также, смотрите также, навигация, меню, ссылки, внешние ссылки, "
        "литература, примечания, библиография, источники, на этой странице, связанные страницы"
    ),
}
POINTERS: dict[str, str] = {
    "en": (
        "see also, see, back to, read more, click here, go to, return to, jump to, skip to, learn more, next, "
        "previous, home, for more information see, for more details see, for details see, for more see"
    ),
    "es": (
        "véase también, véase, ver también, ver, volver a, leer más, haz clic, haga clic, ir a, siguiente, "
        "anterior, inicio, para más información"
    ),
    "ru": (
        "см, см. также, смотри также, смотрите, назад к, читать дальше, нажмите, перейти к, далее, назад, на "
        "главную, подробнее"
    ),
}
PLACES: dict[str, str] = {
    "en": "section, chapter, page, also, table, figure, appendix",
    "es": "sección, capítulo, página, apartado, tabla, figura, anexo",
    "ru": "раздел, глав, стр, табл, рис, прилож",
}
OF_EVERY_PAGE = (
    r"\bcookies?\b|\bкуки\b|файлы cookie",
    r"all rights reserved|todos los derechos reservados|все права защищены|^©|\bcopyright\b",
    r"enable javascript|habilite javascript|включите javascript|skip to (?:main )?content|saltar al contenido",
)
TO_A_MACHINE = (
    r"(?:ignor|disregard|forget|overrid|bypass)\w*\b.{0,40}\b(?:above|previous|prior|earlier|instruction|prompt|rules?)",
    r"\b(?:you are|act as|pretend to be|behave as)\b.{0,30}\b(?:assistant|ai|language model|chatbot|bot|gpt|llm)\b",
    r"\b(?:system prompt|as an ai|language model|dear (?:ai|assistant|model|chatbot))\b",
    r"\b(?:assistant|ai|model|chatbot|llm)s?\b,? (?:must|should|shall|please)\b"
    r".{0,40}\b(?:say|answer|reply|respond|reveal|output|print|tell)",
    r"(?:<\|\w+\|>|\[/?inst\]|</?(?:system|assistant|user|prompter)>)",
    r"(?:ignor|olvid|desobede)\w*\b.{0,40}\b(?:anterior|instruccion|instrucciones|reglas)\w*",
    r"\b(?:eres|actúa como|actua como|haz de|compórtate como)\b.{0,30}\b(?:asistente|ia|modelo|chatbot)\b",
    r"(?:игнорир|забуд|не обращай внимания)\w*.{0,40}(?:предыдущ|вышесказанн|указани|инструкци|правил)\w*",
    r"\b(?:ты|вы|веди себя как)\b.{0,30}\b(?:ассистент|помощник|нейросет|языков\w+ модел|чат-бот)",
)
