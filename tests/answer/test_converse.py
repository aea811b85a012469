from __future__ import annotations

from datetime import datetime

import pytest

from rag.answer.about import about_library, beginning, tell
from rag.answer.assistant import Assistant
from rag.answer.converse import small_talk
from rag.answer.evaluate import stands
from rag.answer.summary import under
from rag.library.library import Library
from rag.types import Claimed, Done, Quoted, Status, Step, answer_json
from tests.answer.conftest import file_away
from tests.doubles import BagEmbedder, ScriptedModel

NOW = datetime(2024, 11, 27, 12, 0)  # a Wednesday


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Hello!", "en"), ("thanks a lot", "en"), ("What can you do?", "en"), ("How are you?", "en"), ("bye", "en"),
        ("¡Hola!", "es"), ("Muchas gracias.", "es"), ("¿Qué puedes hacer?", "es"), ("hasta luego", "es"),
        ("Que puedes hacer", "es"), ("buenos dias", "es"),
        ("Привет", "ru"), ("спасибо большое!", "ru"), ("Что ты умеешь?", "ru"), ("До свидания", "ru"),
    ],
)  # fmt: skip
def test_small_talk_gets_a_short_reply_in_its_language(said: str, language: str) -> None:
    reply = small_talk(said)
    assert reply is not None and reply[1] == language and reply[0]


@pytest.mark.parametrize(
    "question",
    [
        "Hello, when does the library open?",
        "Who said thanks?",
        "What can you do with a tram ticket?",
        "¿Qué puedes hacer en el mercado?",
        "Привет от кого передал капитан?",
        "How many documents did the mayor sign?",
        "What is new in the tram of 1911?",
        "List the stops of the tram",
        "Which files does the carpenter use?",
        "Сколько документов подписал капитан?",
        "Summarise",
    ],
)
def test_questions_to_the_documents_are_left_to_them(question: str) -> None:
    assert small_talk(question) is None and about_library(question) is None


@pytest.mark.parametrize(
    ("question", "kind", "what"),
    [
        ("Which documents mention the tram?", "mention", "the tram"),
        ("¿Qué documentos mencionan el mercado?", "mention", "el mercado"),
        ("В каких документах упоминается паром?", "mention", "паром"),
        ("What is new since May?", "new", ""),
        ("¿Qué hay de nuevo desde ayer?", "new", ""),
        ("Что нового с понедельника?", "new", ""),
        ("How many PDFs do I have?", "count", ""),
        ("¿Cuántos documentos hay?", "count", ""),
        ("Сколько у меня документов?", "count", ""),
        ("List my PDFs", "list", ""),
        ("Lista mis documentos", "list", ""),
        ("Покажи мои файлы", "list", ""),
        ("Summarise tram.md", "summary", "tram.md"),
        ("Resume el archivo mercado.md", "summary", "mercado.md"),
        ("Перескажи parom.txt", "summary", "parom.txt"),
        ("Summarize the section “Fares” of tram.md", "section", "Fares"),
        ("Resume «Tarifas» en el archivo mercado.md", "section", "Tarifas"),
        ("Перескажи раздел «Билеты» из файла parom.txt", "section", "Билеты"),
        ("What does the file tram.md say about fares?", "says", "fares"),
        ("¿Qué dice mercado.md sobre las multas?", "says", "las multas"),
        ("Что сказано в parom.txt о капитане?", "says", "капитане"),
    ],
)
def test_questions_about_the_library(question: str, kind: str, what: str) -> None:
    asked = about_library(question)
    assert asked is not None and (asked.kind, asked.what) == (kind, what)


@pytest.mark.parametrize(
    ("said", "language", "day"),
    [
        ("May", "en", "2024-05-01"), ("mayo", "es", "2024-05-01"), ("мая", "ru", "2024-05-01"),
        ("December", "en", "2023-12-01"),  # not one that is still to come
        ("5 June 2022", "en", "2022-06-05"), ("2021", "en", "2021-01-01"), ("yesterday", "en", "2024-11-26"),
        ("ayer", "es", "2024-11-26"), ("Monday", "en", "2024-11-25"), ("среды", "ru", "2024-11-27"),
        ("this month", "en", "2024-11-01"),
    ],
)  # fmt: skip
def test_since_when(said: str, language: str, day: str) -> None:
    moment = beginning(said, language, NOW)
    assert moment is not None and moment.date().isoformat() == day


@pytest.mark.parametrize("said", ["the flood", "31 June", ""])
def test_a_date_that_is_none(said: str) -> None:
    assert beginning(said, "en", NOW) is None


def assistant(library: Library, embedder: BagEmbedder) -> tuple[Assistant, ScriptedModel]:
    model = ScriptedModel("The tram line opened in 1911.")
    return Assistant(library, embedder, lambda: model), model


def test_thanks_costs_no_search_and_no_token(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder)
    embedder.embedded.clear()
    first, last = asked.stream("Спасибо!")
    assert isinstance(first, Quoted) and isinstance(last, Done)
    assert last.answer.status is Status.TOLD and last.answer.reply == "Пожалуйста."
    assert not model.prompts and not last.answer.passages


def test_which_documents_mention_it_with_the_sentence(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    answer = asked.ask("Which documents mention the tram line?")
    assert [record.source for record in answer.documents] == ["memories.txt", "tram.md"]
    assert answer.status is Status.TOLD and "- tram.md" in answer.reply
    assert len(answer.quotes) == 2 and all(stands(quote, library) for quote in answer.quotes)
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
    question = about_library("What is new since May?")
    assert question is not None
    answer = tell(question, "What is new since May?", library, NOW)  # the fixture's files have no date
    assert answer is not None and answer.documents == () and "2024-05-01" in answer.reply
    asked, _ = assistant(library, embedder)
    assert len(asked.ask("What's new?").documents) == 4
    assert asked.ask("What is new since the flood?", prose=False).status is not Status.TOLD  # no date: a question


def test_a_summary_takes_a_sentence_of_each_part_and_says_how_far_it_is(
    library: Library, embedder: BagEmbedder
) -> None:
    asked, model = assistant(library, embedder)
    events = list(asked.stream("Summarise tram.md"))
    claims = [event.claim for event in events if isinstance(event, Claimed)]
    steps = [event for event in events if isinstance(event, Step)]
    assert claims and steps[-1].done == steps[-1].total == len(steps)
    assert all(stands(claim.citations[0], library) and claim.supported for claim in claims)
    done = events[-1]
    assert isinstance(done, Done) and done.answer.status is Status.ANSWERED
    assert done.answer.documents[0].source == "tram.md" and not model.prompts


def test_a_summary_of_a_file_that_is_not_there_is_a_question(library: Library, embedder: BagEmbedder) -> None:
    asked, _ = assistant(library, embedder)
    assert asked.ask("Summarise the war of 1812", prose=False).status is Status.NOT_FOUND


def test_a_summary_follows_the_headings(library: Library, embedder: BagEmbedder) -> None:
    text = "The harbour master keeps the harbour log of every ship.\n\nThe lighthouse keeper lights the lamp at dusk."
    file_away(library, "harbour.md", text, "en", embedder)
    asked, _ = assistant(library, embedder)
    claims = asked.ask("summarize harbour").claims
    assert [claim.text for claim in claims] == text.split("\n\n")


def test_a_section_is_summarised_by_its_heading(library: Library, embedder: BagEmbedder) -> None:
    asked, model = assistant(library, embedder)
    answer = asked.ask("Summarise “the town” in tram.md")
    assert answer.status is Status.ANSWERED and answer.claims and not model.prompts
    assert {claim.citations[0].source for claim in answer.claims} == {"tram.md"}
    assert asked.ask("Summarise “the moon” in tram.md", prose=False).status is not Status.ANSWERED


@pytest.mark.parametrize(
    ("heading", "said", "same"),
    [
        ("2.1 The bell", "the bell", True),
        ("The bell", "2.1 The bell", False),
        ("§ 4 Gates", "gates", True),
        ("IV. Bridges", "bridges", True),
        ("0 in III. a", "in III. a", True),
        ("1. 2023 results", "2023 results", True),
        ("2024 results", "2023 results", False),
        ("!", "", False),
    ],
)
def test_a_heading_is_meant_with_or_without_its_own_number(heading: str, said: str, same: bool) -> None:
    assert under(("The port", heading), said) is same


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
    assert answer.status is Status.TOLD and reply in answer.reply
    assert [words in quote.quote for quote in answer.quotes] == [True]
    assert all(stands(quote, library) for quote in answer.quotes)


@pytest.mark.parametrize(
    "question", ["What does the captain say about the tram line?", "What does tram.md say about zeppelins?"]
)
def test_where_no_document_is_meant_or_it_is_silent_all_are_searched(
    library: Library, embedder: BagEmbedder, question: str
) -> None:
    asked, _ = assistant(library, embedder)
    assert asked.ask(question, prose=False).status is not Status.TOLD


def test_a_summary_prefers_whole_sentences_to_a_line_of_a_table(library: Library, embedder: BagEmbedder) -> None:
    table = "dome lens dome mirror dome lens 60 cm"
    rest = [
        "The dome turns at night.",
        "The lens is clean again.",
        "A mirror was lost at sea.",
        "Nobody knows where it is.",
    ]
    file_away(library, "dome.md", "\n\n".join([table, *rest]), "en", embedder)
    asked, _ = assistant(library, embedder)
    claims = asked.ask("Summarise “The town” in dome.md").claims
    assert claims[0].text == "The dome turns at night."
    assert table not in [claim.text for claim in claims]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("que documentos hay", "¿Qué documentos hay?"),
        ("cuantos documentos tengo", "¿Cuántos documentos tengo?"),
        ("que dice Tram.md sobre la línea", "¿Qué dice Tram.md sobre la línea?"),
        ("en que documentos se habla de la exposicion", "¿En qué documentos se habla de la exposicion?"),
        ("ensename los archivos", "Enséñame los archivos"),
        ("что написано в tram.md про все", "Что написано в tram.md про все"),
    ],
)
def test_a_question_about_the_library_needs_no_accents(typed: str, written: str) -> None:
    assert about_library(typed) is not None and about_library(typed) == about_library(written)
