from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.library_answers import answer_about_library
from rag.conversation.library_questions import parse_library_question
from rag.conversation.listing import DocumentList
from rag.evaluation.evaluate import is_quoted_in
from rag.library.library import Library
from rag.retrieval.filters import SearchFilter
from rag.serialize import answer_json
from rag.types import Answer, AnswerStatus, Turn
from tests.doubles import BagEmbedder, ScriptedModel, file_away, paper

NOW = datetime(2024, 11, 27, 12, 0, tzinfo=UTC)


def assistant(library: Library, embedder: BagEmbedder) -> tuple[Assistant, ScriptedModel]:
    model = ScriptedModel("The tram line opened in 1911.")
    return Assistant(library, embedder, lambda: model), model


def test_which_documents_mention_it_with_the_sentence(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    answer = asked.ask("Which documents mention the tram line?")
    assert [record.source for record in answer.documents] == ["memories.txt", "tram.md"]
    assert answer.status is AnswerStatus.TOLD and "- tram.md" in answer.reply
    assert len(answer.quotes) == 2 and all(is_quoted_in(quote, library) for quote in answer.quotes)
    assert "No document mentions" in asked.ask("Which documents mention zeppelins?").reply
    row = answer_json(answer)
    assert row["status"] == "told" and row["documents"][1]["source"] == "tram.md"


def test_how_many_and_which(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    assert "4 documents" in asked.ask("How many documents are there?").reply
    assert "2 " in asked.ask("¿Cuántos markdown hay?").reply
    assert {record.source for record in asked.ask("List my txt files").documents} == {"memories.txt", "parom.txt"}
    assert asked.ask("List my PDFs").documents == ()


def test_what_is_new(library: Library, embedder: BagEmbedder) -> None:
    question = parse_library_question("What is new since May?")
    assert question is not None
    answer = answer_about_library(
        question, "What is new since May?", DocumentList(library), NOW
    )  # the fixture's files have no date
    assert answer is not None and answer.documents == () and "2024-05-01" in answer.reply
    asked, _ = assistant(library, embedder)
    assert len(asked.ask("What's new?").documents) == 4
    assert asked.ask("What is new since the flood?", prose=False).status is not AnswerStatus.TOLD  # no date: a question


@pytest.mark.parametrize(
    ("question", "words", "reply"),
    [
        ("What does tram.md say about the director?", "Its director is Dr. Ada Lamb.", "tram.md says of"),
        ("¿Qué dice mercado sobre los puestos?", "sesenta y cuatro puestos", "Esto dice mercado.md"),
        ("Что говорится в parom.txt о пассажирах?", "не более 38 пассажиров", "сказано"),
    ],
)
def test_what_a_document_says_of_something(
    library: Library, embedder: BagEmbedder, question: str, words: str, reply: str
) -> None:
    asked, _ = assistant(library, embedder)
    answer = asked.ask(question)
    assert answer.status is AnswerStatus.TOLD and reply in answer.reply
    assert [words in quote.quote for quote in answer.quotes] == [True]
    assert all(is_quoted_in(quote, library) for quote in answer.quotes)


@pytest.mark.parametrize(
    "question", ["What does the captain say about the tram line?", "What does tram.md say about zeppelins?"]
)
def test_where_no_document_is_meant_or_it_is_silent_all_are_searched(
    library: Library, embedder: BagEmbedder, question: str
) -> None:
    asked, _ = assistant(library, embedder)
    assert asked.ask(question, prose=False).status is not AnswerStatus.TOLD


def told(office: Assistant, question: str, **more: object) -> Answer:
    """The answer from the library itself; it never shows where the documents lie on the machine."""
    answer = office.ask(question, prose=False, **more)  # type: ignore[arg-type]
    assert answer.status is AnswerStatus.TOLD, question
    assert "/srv" not in answer.reply and "secret" not in answer.reply
    assert all(is_quoted_in(quote, office.library) for quote in answer.quotes)
    return answer


def paths(answer: Answer) -> list[str]:
    return [record.path for record in answer.documents]


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


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How many documents mention the kiln?", ["leases/lease_kiln.md"]),
        ("which documnets mention the rents?", ["leases/lease_kiln.md", "leases/lease_mill.md"]),
        ("show me everything about the boiler", ["boiler.txt"]),
        ("en que documentos se habla de la exposicion", ["horario_museo.txt"]),
        ("в скольких документах упоминается печь", ["2023/dogovor_pech.txt"]),
        ("Which documents mention zeppelins?", []),
        ("which pdfs mention the kiln", []),
    ],
)
def test_what_mentions_something(office: Assistant, question: str, found: list[str]) -> None:
    answer = told(office, question)
    assert paths(answer) == found and [quote.source for quote in answer.quotes] == [r.source for r in answer.documents]


def test_a_heading_mentions_too(office: Assistant) -> None:
    file_away(office.library, paper("walls.md", "They are two metres thick.", section="The ramparts"))
    office.library.follow()
    assert paths(told(office, "which documents mention the ramparts?")) == ["walls.md"]


def test_about_something_may_be_said_in_other_words(office: Assistant) -> None:
    assert office.ask("documents about heating", prose=False).status is not AnswerStatus.TOLD


@pytest.mark.parametrize(
    ("question", "file", "words"),
    [
        ("What is boiler.txt about?", "boiler.txt", "Boiler manual"),
        ("What is the lease of the mill house about?", "leases/lease_mill.md", "Lease of the mill house"),
        ("¿De qué trata horario_museo.txt?", "horario_museo.txt", "El museo abre"),
        ("О чём договор о печи?", "2023/dogovor_pech.txt", "Договор на ремонт печи"),
        ("what's in the kiln lease document about?", "leases/lease_kiln.md", "Lease of the kiln yard"),
    ],
)
def test_what_a_document_is_about(office: Assistant, question: str, file: str, words: str) -> None:
    answer = told(office, question)
    assert paths(answer) == [file] and answer.reply.startswith(f"{file}: {words}") and answer.quotes


def test_of_several_that_fit_one_is_asked_for(office: Assistant) -> None:
    answer = told(office, "summarise the lease")
    assert "Which one" in answer.reply and paths(answer) == ["leases/lease_kiln.md", "leases/lease_mill.md"]


def test_a_file_that_is_not_there_and_those_called_like_it(office: Assistant) -> None:
    answer = told(office, "What is lease_kiln2.md about?")
    assert "no file lease_kiln2.md" in answer.reply and paths(answer)[0] == "leases/lease_kiln.md"
    assert office.ask("What is Node.js about?", prose=False).status is not AnswerStatus.TOLD


@pytest.mark.parametrize(
    "question",
    [
        "What is the new policy about?",
        "What is the museum about?",
        "Summarise the war of 1812",
        "¿De qué trata la paz?",
    ],
)
def test_what_is_no_document_is_searched(office: Assistant, question: str) -> None:
    answer = office.ask(question, prose=False)
    assert answer.status is not AnswerStatus.TOLD and not answer.documents


@pytest.mark.parametrize(
    "question",
    ["what is in here?", "What is this document about?", "О чём эти документы?", "¿De qué van mis archivos?"],
)
def test_of_a_few_documents_each_is_told(office: Assistant, question: str) -> None:
    reply = told(office, question).reply
    assert "- leases/lease_kiln.md: Lease of the kiln yard" in reply and "- boiler.txt: Boiler manual." in reply


def test_this_document_is_the_one_last_cited(office: Assistant) -> None:
    history = [Turn("user", "Are dogs allowed in the kiln yard?"), Turn("assistant", "Dogs are allowed.")]
    assert paths(told(office, "What is this document about?", history=history)) == ["leases/lease_kiln.md"]
    summary = office.ask("Summarise it", history=history, prose=False)
    assert summary.status is AnswerStatus.ANSWERED and paths(summary) == ["leases/lease_kiln.md"]
    said = told(office, "what does it say about the rent?", history=history)
    assert [quote.quote for quote in said.quotes] == ["The rent is 410 euros a month."]
    named = [Turn("user", "What does boiler.txt say about vinegar?"), Turn("assistant", "Never use vinegar.")]
    assert paths(office.ask("Summarise it", history=named, prose=False)) == ["boiler.txt"]


def test_the_only_document_needs_no_name(library: Library, embedder: BagEmbedder) -> None:
    for record in library.records()[1:]:
        library.remove(record.id)
    library.follow()
    asked, _ = assistant(library, embedder)
    only = library.records()[0]
    assert asked.ask("What is this about?").documents == (only,)
    assert asked.ask("Перескажи этот документ").documents == (only,)


def test_only_the_documents_in_the_scope_are_told_of(office: Assistant) -> None:
    answer = told(office, "list all documents", scope=SearchFilter(languages=("es",)))
    assert paths(answer) == ["horario_museo.txt"]


def many(library: Library, folders: dict[str, int]) -> None:
    for folder, number in folders.items():
        for at in range(number):
            text = f"The {folder} report number {at} tells of {folder} work and the {folder} yard."
            file_away(library, paper(f"{folder}/{folder}_{at:02}.txt", text, section=f"{folder.title()} report"))
    library.follow()


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


def test_two_of_the_same_path_are_told_apart_by_where_they_were_found(library: Library, embedder: BagEmbedder) -> None:
    for root in ("/home/a/north", "/home/a/south"):
        file_away(library, paper("notes.txt", f"Notes of {root}.", root=root), embedder)
    library.follow()
    reply = assistant(library, embedder)[0].ask("list all documents").reply
    assert "- north/notes.txt" in reply and "- south/notes.txt" in reply and "/home" not in reply


def test_an_overview_of_many_documents_tells_themes(library: Library, embedder: BagEmbedder) -> None:
    for record in library.records():
        library.remove(record.id)
    many(library, {"masonry": 8, "plumbing": 6, "gardening": 4})
    answer = assistant(library, embedder)[0].ask("what are these documents about?")
    themes = [line for line in answer.reply.splitlines() if line.startswith("- ")]
    assert len(answer.documents) == 18 and len(themes) >= 3
    for word in ("masonry", "plumbing", "gardening"):
        of_it = [line for line in themes if line.startswith(f"- {word}")]
        assert of_it and all(other not in " ".join(of_it) for other in {"masonry", "plumbing", "gardening"} - {word})


def test_an_empty_library_says_so(tmp_path: Path, embedder: BagEmbedder) -> None:
    with Library.open(tmp_path / "none", embedder.card) as library:
        asked, _ = assistant(library, embedder)
        for question in ("what is in here?", "list all documents", "whats the latest file", "what is new?"):
            assert asked.ask(question).reply == "Your library is empty."
