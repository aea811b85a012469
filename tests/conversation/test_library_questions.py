"""What is a question about the library and what is one to the documents, in a person's own words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.library_questions import LibraryQuestion, parse_library_question
from rag.conversation.word_classes import one_error
from rag.text.languages import known_languages

SUGGESTED = [
    ("Which documents mention the tram?", "mention", "the tram"),
    ("¿Qué documentos mencionan el mercado?", "mention", "el mercado"),
    ("В каких документах упоминается паром?", "mention", "паром"),
    ("Summarise tram.md", "summary", "tram.md"),
    ("Resume el archivo mercado.md", "summary", "mercado.md"),
    ("Перескажи parom.txt", "summary", "parom.txt"),
    ("Summarize the section “Fares” of tram.md", "section", "Fares"),
    ("Resume «Tarifas» en el archivo mercado.md", "section", "Tarifas"),
    ("Перескажи раздел «Билеты» из файла parom.txt", "section", "Билеты"),
    ("What does the file tram.md say about fares?", "says", "fares"),
    ("¿Qué dice mercado.md sobre las multas?", "says", "las multas"),
    ("Что сказано в parom.txt о капитане?", "says", "капитане"),
]
OF_THE_LIBRARY = [
    ("count", "How many files are there in total"),
    ("count", "how many documents do I have"),
    ("count", "What's the total number of files here?"),
    ("count", "Could you please tell me how many papers there are"),
    ("count", "¿Cuántos documentos hay?"),
    ("count", "cuantos archivos tienes en total"),
    ("count", "Сколько у меня документов?"),
    ("count", "сколько всего файлов"),
    ("list", "Give me a list of all the files"),
    ("list", "What documents do I have?"),
    ("list", "show me every document"),
    ("list", "which files are in my library?"),
    ("list", "what are my documents"),
    ("list", "que documentos hay"),
    ("list", "Dame una lista de todos los archivos, por favor"),
    ("list", "¿Qué ficheros tengo?"),
    ("list", "Покажи мои файлы"),
    ("list", "какие документы есть"),
    ("list", "Дай мне список всех документов"),
    ("new", "What's new?"),
    ("new", "which documents were added yesterday?"),
    ("new", "¿Qué hay de nuevo desde ayer?"),
    ("new", "Что нового с понедельника?"),
    ("duplicates", "which files are duplicates"),
    ("duplicates", "Are there any duplicate documents?"),
    ("duplicates", "¿Hay archivos duplicados?"),
    ("duplicates", "есть ли одинаковые файлы"),
    ("duplicates", "any duplicates?"),
    ("list", "what files do you have access to"),
    ("list", "can you list everything you have"),
    ("list", "какие у меня есть файлы"),
    ("list", "что за файлы тут лежат"),
    ("list", "muéstrame todo lo que tienes"),
    ("new", "what was the last document added"),
    ("new", "последние добавленные документы"),
    ("overview", "what can I find here"),
    ("overview", "что в этой библиотеке"),
    ("kinds", "what types of files are there?"),
    ("kinds", "¿Qué tipos de archivos hay?"),
    ("kinds", "какие типы файлов есть"),
    ("languages", "In which languages are my documents?"),
    ("languages", "¿En qué idiomas están mis documentos?"),
    ("languages", "На каких языках мои документы?"),
    ("folders", "which folders are there"),
    ("folders", "¿Qué carpetas hay?"),
    ("folders", "какие есть папки"),
    ("overview", "what is in here?"),
    ("overview", "what are these documents about?"),
    ("overview", "Summarise all my documents"),
    ("overview", "give me an overview of my library"),
    ("overview", "¿De qué tratan estos documentos?"),
    ("overview", "¿Qué hay aquí?"),
    ("overview", "О чём эти документы?"),
    ("overview", "Что здесь есть?"),
]
OF_A_TOPIC = [
    ("How many documents mention the kiln?", "the kiln"),
    ("how many of my files talk about dogs", "dogs"),
    ("In how many files is the chimney mentioned?", "the chimney"),
    ("show me everything about the boiler", "the boiler"),
    ("documents about the boiler", "the boiler"),
    ("do you have anything on the boiler?", "the boiler"),
    ("Are there any files regarding the flood of 1957?", "the flood of 1957"),
    ("Which of these documents discuss roofs?", "roofs"),
    ("where is vinegar mentioned", "vinegar"),
    ("do any of my documents mention Petra Vance?", "Petra Vance"),
    ("is there anything about cats in my files, please", "cats"),
    ("¿Hay algo sobre la caldera en mis documentos?", "la caldera"),
    ("где упоминается уксус?", "уксус"),
    ("¿Dónde se habla de gatos?", "gatos"),
    ("en que documentos se habla de la exposicion", "la exposicion"),
    ("¿Cuántos archivos mencionan la caldera?", "la caldera"),
    ("muéstrame todo sobre la caldera", "la caldera"),
    ("¿Hay documentos sobre la feria?", "la feria"),
    ("в скольких документах упоминается печь", "печь"),
    ("покажи всё о котле", "котле"),
    ("В каком файле говорится про аванс?", "аванс"),
    ("есть документы о ремонте?", "ремонте"),
]
OF_A_DOCUMENT = [
    ("about", "What is boiler.txt about?", "boiler.txt"),
    ("about", "what's in boiler.txt", "boiler.txt"),
    ("about", "boiler.txt", "boiler.txt"),
    ("about", "Is there a file called boiler.txt?", "boiler.txt"),
    ("about", "What is the lease of the mill about?", "lease of the mill"),
    ("about", "¿De qué trata horario_museo.txt?", "horario_museo.txt"),
    ("about", "О чём документ dogovor_pech.txt?", "dogovor_pech.txt"),
    ("summary", "tl;dr boiler.txt", "boiler.txt"),
    ("summary", "boiler.txt in a nutshell", "boiler.txt"),
    ("summary", "Can you summarise the lease of the kiln yard?", "lease of the kiln yard"),
    ("summary", "Could you give me a short summary of the lease, please", "lease"),
    ("summary", "hazme un resumen del contrato de alquiler", "contrato de alquiler"),
    ("summary", "resumen de horario_museo.txt", "horario_museo.txt"),
    ("summary", "кратко о договоре печи", "договоре печи"),
    ("summary", "Сделай краткое содержание dogovor_pech.txt", "dogovor_pech.txt"),
    ("says", "que dice horario_museo.txt sobre la entrada", "horario_museo.txt"),
    ("says", "Tell me what boiler.txt says about the pump", "boiler.txt"),
    ("says", "does boiler.txt mention vinegar?", "boiler.txt"),
    ("says", "что говорится в dogovor_pech.txt про аванс", "dogovor_pech.txt"),
]
OF_THIS = [
    ("about", "What is this document about?"),
    ("about", "what is it about"),
    ("summary", "Summarise it"),
    ("summary", "give me a summary"),
    ("about", "¿De qué trata este documento?"),
    ("summary", "Resume este archivo"),
    ("about", "О чём этот документ?"),
    ("summary", "Перескажи его"),
]
IN_ORDER = [
    ("newest documents", "newest", False), ("whats the latest file", "newest", True),
    ("Which document is the largest?", "largest", True), ("list the oldest files", "oldest", False),
    ("¿Cuáles son los documentos más recientes?", "newest", False), ("el archivo más grande", "largest", True),
    ("какие файлы самые новые", "newest", False), ("покажи самый большой файл", "largest", True),
]  # fmt: skip
# Put to the documents: none of these is about the library, whatever words of it they use.
TO_THE_DOCUMENTS = [
    # the words of a library, of something else
    "How many files does the archive of the museum hold?",
    "Which documents do I need for a visa?",
    "What documents must a tenant sign?",
    "What documents are required to open an account?",
    "How many documents did the mayor sign?",
    "Which files does the carpenter use?",
    "Which papers did Karp publish in 1972?",
    "What is the main idea of James Hutton's paper?",
    "How do I change the password of a vault file?",
    "What document contains the rules of the club?",
    "What papers about slavery did he write?",
    "What documents did the society sign in 1911?",
    "How many copies of the contract must be signed?",
    "Who has the documents?",
    "Why are there two files?",
    "What happens to documents after a year?",
    "Which document proves ownership?",
    "How long are files kept?",
    "Who wrote the file?",
    "What is a PDF?",
    "What are documents?",
    "What are duplicates?",
    "Where are the documents?",
    "Where does the treaty mention a border?",
    # software
    "how many files are needed to build the package",
    "Which file holds the settings?",
    "Where are the files stored?",
    "What file formats does the reader support?",
    "What is the file size limit?",
    "Can I upload large files?",
    "What is the newest file format?",
    "How does the program find duplicate files?",
    "Are duplicates allowed?",
    "How are duplicates handled?",
    "List the files that git ignores",
    "What is the latest version?",
    "How do I list files in a directory?",
    # things that are counted, listed, new, large
    "list all tenants",
    "how many leases are there?",
    "How many people are here?",
    "How many miles are there in total?",
    "How many payers are there?",
    "How many films are there?",
    "How many languages are there?",
    "Which languages does the guide speak?",
    "What types of tickets are there?",
    "What is the total?",
    "What is in the box?",
    "What is in the library?",
    "What does the library hold?",
    "When does the library open?",
    "What is the largest lake?",
    "What is the oldest building?",
    "What is new in the tram of 1911?",
    "List the stops of the tram",
    "List the duties of the treasurer",
    "Show me the way to the museum",
    "Give me a discount",
    "Find the nearest pharmacy",
    "What is here for children?",
    "Is everything about the kiln expensive?",
    "What is everything made of?",
    "Does it contain sugar?",
    "What do you have to say about the deposit?",
    "Summarise",
    "What is this?",
    # Spanish
    "¿Qué documentos necesito para alquilar?",
    "¿Cuántos documentos firmó el alcalde?",
    "¿Qué documento presentó James Hutton en 1785?",
    "¿Qué archivos se pueden subir?",
    "¿Cuántas carpetas trae el pedido?",
    "¿Qué hay en el mercado?",
    "¿Qué hay de nuevo en el puerto?",
    "¿De qué está hecha la campana?",
    "¿Cuántos inquilinos hay?",
    "¿Qué papeles hay que llevar?",
    "¿Cómo puedo cambiar la contraseña de un archivo cifrado?",
    "¿Dónde está la biblioteca?",
    "¿Qué tipos de entradas hay?",
    "Muestra la tabla de precios",
    # Russian
    "Какие документы нужны для визы?",
    "Сколько документов подписал капитан?",
    "Какие документы подписывает арендатор?",
    "Какой документ подтверждает право собственности?",
    "В каких трёх состояниях могут быть файлы?",
    "Как убрать файл из индекса?",
    "Сколько файлов помещается на диск?",
    "Что нового в порту?",
    "Что есть в музее?",
    "Где библиотека?",
    "Сколько здесь пассажиров?",
    "Покажи дорогу к музею",
    "Какие типы билетов есть?",
    "Что последнее построили?",
    "На каких языках говорит гид?",
]
# These speak of something as if it were a document: whether it is one only the library knows.
PERHAPS = [
    "What is the new policy about?",
    "What was the Plos Pathogens paper about?",
    "What is this machine about?",
    "Summarise the war of 1812",
    "What does the captain say about the line?",
    "¿De qué trata el nuevo reglamento?",
    "¿Qué contiene la caja?",
    "О чём говорит капитан?",
]


def asked(question: str) -> LibraryQuestion:
    found = parse_library_question(question)
    assert found is not None, question
    return found


@pytest.mark.parametrize(("question", "kind", "what"), SUGGESTED)
def test_what_is_suggested_is_understood(question: str, kind: str, what: str) -> None:
    assert (asked(question).kind, asked(question).what) == (kind, what)


@pytest.mark.parametrize(("kind", "question"), OF_THE_LIBRARY)
def test_a_question_about_the_library(kind: str, question: str) -> None:
    assert asked(question).kind == kind and not asked(question).file


@pytest.mark.parametrize(("question", "topic"), OF_A_TOPIC)
def test_a_question_for_the_documents_that_mention_something(question: str, topic: str) -> None:
    assert (asked(question).kind, asked(question).what) == ("mention", topic)


@pytest.mark.parametrize(("kind", "question", "file"), OF_A_DOCUMENT)
def test_a_question_about_one_document(kind: str, question: str, file: str) -> None:
    assert (asked(question).kind, asked(question).file) == (kind, file)


@pytest.mark.parametrize(("kind", "question"), OF_THIS)
def test_a_question_about_the_document_just_spoken_of(kind: str, question: str) -> None:
    assert (asked(question).kind, asked(question).this) == (kind, True)


@pytest.mark.parametrize(("question", "order", "single"), IN_ORDER)
def test_documents_in_an_order(question: str, order: str, single: bool) -> None:
    assert (asked(question).kind, asked(question).order, asked(question).single) == ("list", order, single)


@pytest.mark.parametrize(
    ("question", "kind", "type_", "language", "folder"),
    [
        ("list all pdfs", "list", ".pdf", "", ""),
        ("How many PDFs do I have?", "count", ".pdf", "", ""),
        ("¿Cuántos archivos de texto hay?", "count", ".txt,.text", "", ""),
        ("show me the Spanish documents", "list", "", "es", ""),
        ("¿Qué documentos hay en inglés?", "list", "", "en", ""),
        ("Какие документы есть на русском языке?", "list", "", "ru", ""),
        ("what is in the folder invoices", "list", "", "", "invoices"),
        ("how many pdfs are in the invoices folder", "count", ".pdf", "", "invoices"),
        ("¿Qué hay en la carpeta facturas?", "list", "", "", "facturas"),
        ("Что в папке счета?", "list", "", "", "счета"),
        ("which pdfs mention the flood", "mention", ".pdf", "", ""),
    ],
)
def test_what_limits_the_documents(question: str, kind: str, type_: str, language: str, folder: str) -> None:
    found = asked(question)
    assert (found.kind, found.type, found.written_in, found.folder) == (kind, type_, language, folder)


@pytest.mark.parametrize("question", TO_THE_DOCUMENTS)
def test_a_question_to_the_documents_is_left_to_them(question: str) -> None:
    assert parse_library_question(question) is None


@pytest.mark.parametrize("question", PERHAPS)
def test_what_may_be_a_document_needs_one(question: str) -> None:
    found = parse_library_question(question)
    assert found is None or found.file


def test_there_are_as_many_questions_to_the_documents_as_it_takes() -> None:
    assert len(set(TO_THE_DOCUMENTS) | set(PERHAPS)) >= 90


EVERY = [question for _, question in OF_THE_LIBRARY] + [question for question, _ in OF_A_TOPIC]


@pytest.mark.parametrize("question", EVERY)
def test_accents_capitals_and_marks_do_not_count(question: str) -> None:
    plain = unicodedata.normalize("NFD", question.replace("й", "\0")).upper()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("\0", "Й").replace("¿", "").rstrip("?")
    assert asked(plain).kind == asked(question).kind


LONG = (
    "How many documents are there|list all documents|which documents mention the kiln|¿Cuántos documentos hay?|"
    "muestra los documentos|Сколько всего документов|покажи документы"
).split("|")


@given(
    st.sampled_from(LONG),
    st.integers(0, 8),
    st.sampled_from("left out, put in, exchanged, taken for another".split(", ")),
)
def test_one_typing_error_in_a_long_word_is_forgiven(question: str, at: int, error: str) -> None:
    word = next(each for each in question.strip("¿?").split() if each.startswith(("docum", "докум")))
    at = min(at, len(word) - 2)
    typed = {
        "left out": word[:at] + word[at + 1 :],
        "put in": word[:at] + "x" + word[at:],
        "exchanged": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "taken for another": word[:at] + "x" + word[at + 1 :],
    }[error]
    found = parse_library_question(question.replace(word, typed))
    assert found is not None and found.kind == asked(question).kind


def test_a_word_that_the_library_holds_is_no_typing_error() -> None:
    assert asked("list all documemts").kind == "list"
    assert parse_library_question("list all documemts", lambda word: word == "documemts") is None


@pytest.mark.parametrize(
    ("typed", "meant", "same"),
    [
        ("documnets", "documents", True), ("documets", "documents", True), ("dokuments", "documents", True),
        ("fiels", "files", True), ("fils", "files", True), ("miles", "files", False), ("payers", "papers", False),
        ("files", "files", False), ("docs", "documents", False), ("mention", "mansion", False),
    ],
)  # fmt: skip
def test_one_error(typed: str, meant: str, same: bool) -> None:
    assert one_error(typed, meant) is same


@given(st.text(max_size=80))
def test_no_text_whatever_breaks_it(question: str) -> None:
    found = parse_library_question(question)
    assert found is None or found.language in known_languages()
