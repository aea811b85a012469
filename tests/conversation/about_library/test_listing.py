"""Lists of documents: by folder, in order, by what they are."""

from __future__ import annotations

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import AnswerStatus
from tests.conversation.answers import assistant, many, paths, told
from tests.doubles import BagEmbedder, file_away, paper


@pytest.mark.parametrize(
    ("question", "words", "copies"),
    [
        ("How many files are there in total", "6 documents", "one copy"),
        ("¿Cuántos archivos hay en total?", "6 documentos", "una copia"),
        ("Сколько всего файлов?", "Документов в библиотеке: 6", "копий уже имеющихся файлов: 1"),
    ],
)
def test_copies_are_counted_apart(office: Assistant, question: str, words: str, copies: str) -> None:
    reply = told(office, question).reply
    assert words in reply and copies in reply


@pytest.mark.parametrize("question", ["Give me a list of all the files", "que documentos hay", "Какие файлы есть?"])
def test_all_are_listed_folder_by_folder(office: Assistant, question: str) -> None:
    lines = [line[2:] for line in told(office, question).reply.splitlines() if line.startswith("- ")]
    assert lines == [
        "boiler.txt", "horario_museo.txt", "2023/dogovor_pech.txt", "2023/scan.pdf", "leases/lease_kiln.md",
        "leases/lease_mill.md",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("newest documents", "2023/scan.pdf"), ("whats the latest file", "2023/scan.pdf"),
        ("show the oldest files", "boiler.txt"), ("¿Cuál es el archivo más grande?", "2023/scan.pdf"),
        ("какой документ самый маленький", "boiler.txt"),
    ],
)  # fmt: skip
def test_in_order(office: Assistant, question: str, first: str) -> None:
    answer = told(office, question)
    assert paths(answer)[0] == first and first in answer.reply.splitlines()[1]


def test_the_latest_file_is_one_with_its_day_and_the_largest_with_its_size(office: Assistant) -> None:
    assert told(office, "what is the latest file?").reply.endswith("- 2023/scan.pdf (1986-06-06)")
    assert told(office, "what is the largest file?").reply.endswith("- 2023/scan.pdf (5 MB)")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("list all pdfs", ["2023/scan.pdf"]),
        ("what is in the folder leases", ["leases/lease_kiln.md", "leases/lease_mill.md"]),
        ("¿Qué hay en la carpeta 2023?", ["2023/dogovor_pech.txt", "2023/scan.pdf"]),
        ("list the pdfs in the folder leases", []),
        ("Покажи документы на русском языке", ["2023/dogovor_pech.txt"]),
        ("which documents are in Spanish?", ["horario_museo.txt"]),
    ],
)
def test_by_type_folder_and_language(office: Assistant, question: str, found: list[str]) -> None:
    assert sorted(paths(told(office, question))) == found


def test_a_folder_that_is_not_there(office: Assistant) -> None:
    reply = told(office, "what is in the folder invoices?").reply
    assert "no folder invoices" in reply and "- leases: 2" in reply


def test_counted_by_type_language_and_folder(office: Assistant) -> None:
    assert "- .txt: 3" in told(office, "what types of files do I have?").reply
    assert "- английский: 4" in told(office, "На каких языках мои документы?").reply
    assert "- papers: 2" in told(office, "¿Qué carpetas hay?").reply


@pytest.mark.parametrize("question", ["which files are duplicates", "¿Hay archivos duplicados?", "есть ли дубликаты?"])
def test_copies_are_named_beside_each_other(office: Assistant, question: str) -> None:
    assert "- 2023/boiler copy.txt = boiler.txt" in told(office, question).reply


def test_many_are_shown_by_folder_with_how_many_more(office: Assistant) -> None:
    many(office.library, {"masonry": 9, "plumbing": 7})
    reply = told(office, "list all documents").reply
    assert "- masonry (9): masonry_00.txt, masonry_01.txt, masonry_02.txt, and 6 more" in reply
    assert "- papers (2): boiler.txt, horario_museo.txt" in reply
    alone = told(office, "list the files in the folder plumbing")
    assert alone.reply.count("\n- ") == 7


def test_of_one_long_folder_the_first_are_shown(library: Library, embedder: BagEmbedder) -> None:
    for record in library.records():
        library.remove(record.id)
    many(library, {"masonry": 20})
    reply = assistant(library, embedder)[0].ask("which files do I have?").reply
    assert reply.count("\n- ") == 16 and reply.endswith("- and 5 more")


def test_two_of_the_same_path_are_distinguished_by_where_they_were_found(
    library: Library, embedder: BagEmbedder
) -> None:
    for root in ("/home/a/north", "/home/a/south"):
        file_away(library, paper("notes.txt", f"Notes of {root}.", root=root), embedder)
    library.follow()
    reply = assistant(library, embedder)[0].ask("list all documents").reply
    assert "- north/notes.txt" in reply and "- south/notes.txt" in reply and "/home" not in reply


@pytest.mark.parametrize("question", ["How many leases are there?", "How many leases do I have?"])
def test_documents_of_one_name_are_counted(office: Assistant, question: str) -> None:
    answer = told(office, question)
    assert answer.reply.startswith("2 documents are called “leases” by their name, title or folder:")
    assert paths(answer) == ["leases/lease_kiln.md", "leases/lease_mill.md"]


@pytest.mark.parametrize(
    "question", ["How many dogs are there?", "How many boilers are there?", "How many euros is it?"]
)
def test_other_things_are_not_counted(office: Assistant, question: str) -> None:
    assert office.ask(question, prose=False).status is not AnswerStatus.TOLD
