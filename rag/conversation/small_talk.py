"""What is said to Oaken and asks nothing of the documents: greetings, thanks, "what can you do?". Nothing is searched.

Only whole utterances count: "Hello, when does the library open?" is a question like any other.
"""

from __future__ import annotations

import re

from rag.text.spellings import unaccented

_TALK: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("hello", r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day))(?: there| oaken| "
                  r"everyone)?"),
        ("how", r"(?:(?:hi|hello|hey),? )?how are you(?: doing)?(?: today)?|how's it going|what's up"),
        ("thanks", r"(?:ok(?:ay)?,? |great,? |perfect,? )?(?:many thanks|thanks|thank you|thx|cheers)"
                   r"(?: a lot| very much| so much| again| oaken)?|(?:ok(?:ay)?|great|perfect|got it|i see)"),
        ("bye", r"(?:good ?bye|bye|bye bye|see you(?: later| soon)?|good night)"),
        ("can", r"(?:(?:hi|hello|hey),? )?(?:what (?:can|do) you do|what are you(?: able to do)?|who are you|what is "
                r"oaken|"
                r"how do (?:you work|i use (?:you|this|oaken))|how does (?:this|it|oaken) work|"
                r"what can i (?:ask|do here|ask you|ask here)|can you help me|help(?: me)?(?: please)?)"),
    ),
    "es": (
        ("hello", r"(?:hola|buenas|buenos días|buenas (?:tardes|noches)|saludos|buen día)(?: oaken| a todos)?"),
        ("how", r"(?:hola,? )?(?:qué tal|cómo (?:estás|está|te va|va todo))(?: hoy)?"),
        ("thanks", r"(?:vale,? |perfecto,? |ok,? |genial,? )?(?:muchas gracias|muchísimas gracias|mil gracias|gracias)"
                   r"(?: por todo| oaken)?|(?:vale|perfecto|genial|entendido|de acuerdo)"),
        ("bye", r"(?:adiós|hasta (?:luego|pronto|mañana|la vista)|chao|chau|nos vemos)"),
        ("can", r"(?:hola,? )?(?:qué (?:puedes|sabes) hacer|qué haces|qué eres|quién eres|qué es oaken|cómo "
                r"(?:funcionas|funciona esto)|"
                r"qué (?:puedo|se puede) preguntar(?:te)?|puedes ayudarme|ayuda|ayúdame)"),
    ),
    "ru": (
        ("hello", r"(?:привет|здравствуй|здравствуйте|добрый (?:день|вечер)|доброе утро|доброго дня|приветствую|"
                  r"хай)(?: oaken)?"),
        ("how", r"(?:привет,? )?(?:как (?:дела|ты|вы|поживаешь|поживаете|жизнь))"),
        ("thanks", r"(?:ок,? |отлично,? |хорошо,? )?(?:большое спасибо|спасибо(?: большое| огромное| тебе| вам)?|"
                   r"благодарю(?: вас| тебя)?)|"
                   r"(?:ок|понятно|ясно|отлично|хорошо)"),
        ("bye", r"(?:пока|до свидания|до встречи|всего доброго|спокойной ночи|прощай)"),
        ("can", r"(?:привет,? )?(?:что ты (?:умеешь|можешь|такое)|что вы (?:умеете|можете)|кто ты(?: такой| такая)?|"
                r"кто вы|"
                r"что такое oaken|как (?:ты|это) работае(?:шь|т)|что (?:можно|я могу) (?:спросить|спрашивать)(?: у "
                r"тебя)?|"
                r"помоги(?: мне)?|помощь|чем (?:ты )?(?:можешь )?помо(?:чь|жешь))"),
    ),
}  # fmt: skip
_REPLIES = {
    "en": {
        "hello": "Hello! Ask me something about your documents.",
        "how": "Ready to look things up in your documents. What would you like to know?",
        "thanks": "You are welcome.",
        "bye": "Goodbye. Your documents stay here, on your machine.",
        "can": "I answer questions from your own documents, with the exact words, file and page for every sentence, "
               "and I say so where they "
        "do not answer. You can also ask: “Which documents mention …?”, “What is new since May?”, “How many "
        "documents are there?”, "
        "“List my PDFs”, “Summarise FILE”.",
    },
    "es": {
        "hello": "¡Hola! Pregúntame algo sobre tus documentos.",
        "how": "Listo para buscar en tus documentos. ¿Qué quieres saber?",
        "thanks": "De nada.",
        "bye": "Hasta luego. Tus documentos se quedan aquí, en tu ordenador.",
        "can": "Respondo a preguntas con tus propios documentos, con las palabras exactas, el archivo y la página de "
               "cada frase, y digo cuándo "
        "no lo dicen. También puedes preguntar: «¿Qué documentos mencionan…?», «¿Qué hay de nuevo desde mayo?», "
        "«¿Cuántos documentos hay?», "
        "«Lista mis PDF», «Resume ARCHIVO».",
    },
    "ru": {
        "hello": "Здравствуйте! Спросите меня о ваших документах.",
        "how": "Готов искать в ваших документах. Что вы хотите узнать?",
        "thanks": "Пожалуйста.",
        "bye": "До свидания. Ваши документы остаются здесь, на вашем компьютере.",
        "can": "Я отвечаю на вопросы по вашим документам: у каждого предложения точные слова, файл и страница; если "
               "в документах ответа нет, "
        "я так и скажу. Можно также спросить: «В каких документах упоминается…?», «Что нового с мая?», «Сколько "
        "документов?», "
        "«Покажи мои PDF», «Перескажи ФАЙЛ».",
    },
}  # fmt: skip
_SMALL_TALK = [
    (language, kind, re.compile(unaccented(rf"(?:{pattern})"), re.IGNORECASE))
    for language, rows in _TALK.items()
    for kind, pattern in rows
]
_EDGE_CHARS = " \t\n.!?…,;:¡¿)(«»\"'👋🙏🙂😊"


def small_talk(question: str) -> tuple[str, str] | None:
    """The reply to a greeting, thanks, farewell or a question about Oaken itself, and its language; None for others."""
    plain = unaccented(" ".join(question.replace("’", "'").strip(_EDGE_CHARS).split()))
    for language, kind, pattern in _SMALL_TALK:
        if pattern.fullmatch(plain):
            return _REPLIES[language][kind], language
    return None
