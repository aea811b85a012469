"""What is suggested: taken from the library, in the question's language, never what was asked, and always answered."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.answer.assistant import Assistant
from rag.conversation.about_library.library_questions import parse_library_question
from rag.conversation.suggestions import _is_a_name, follow_ups, initial_questions, is_title_like
from rag.evaluation.evaluate import is_quoted_in
from rag.library.library import Library
from rag.retrieval.filters import SearchFilter
from rag.types import Answer, AnswerStatus, Document, Element, FileRecord
from tests.copies import copied
from tests.doubles import BagEmbedder
from tests.town import file_document

HANDBOOK = (
    ("1. The bell", "The bell of the harbour was cast in 1802 by the founder Ines Valverde of Lisbon."),
    ("2. The crane", "The crane lifts twelve tonnes and was built by the brothers Holm."),
    ("3. The clock", "The clock above the gate is seven minutes slow and nobody minds."),
)
LETTER = (("", "My aunt remembered the founder Ines Valverde, who cast the bell of the harbour in one night."),)
PUERTO = (("La campana", "La campana del puerto la fundió Ines Valverde en una sola noche de invierno."),)


def held(
    library: Library, path: str, sections: Sequence[tuple[str, str]], language: str = "en", title: str = "The port"
) -> FileRecord:
    """File a document whose sections have a title and a paragraph each."""
    text, elements = "", []
    for heading, words in sections:
        section = (title, heading) if heading else ()
        for kind, piece in (("title", heading), ("text", words)):
            if piece:
                elements.append(Element(kind, len(text), len(text) + len(piece), 1, section))
                text += f"{piece}\n\n"
    return file_document(library, "/port", path, Document(text, tuple(elements), "text/plain", language), BagEmbedder())


@pytest.fixture
def port(tmp_path: Path) -> Assistant:
    embedder = BagEmbedder()

    def fill(folder: Path) -> None:
        with Library.open(folder, embedder.card) as library:
            held(library, "docs/handbook.md", HANDBOOK)
            held(library, "letters/aunt.txt", LETTER)
            held(library, "docs/puerto.md", PUERTO, "es")
            library.follow()

    return Assistant(Library.open(copied(tmp_path / "port", "port", fill), embedder.card), embedder)


def answered(asked: Assistant, question: str) -> Answer:
    """The answer to a suggestion: never a refusal, and every word of it stands in a document."""
    answer = asked.ask(question)
    assert answer.status in (AnswerStatus.ANSWERED, AnswerStatus.TOLD), question
    cited = [*answer.quotes, *(citation for claim in answer.claims for citation in claim.citations)]
    assert cited, question
    assert all(is_quoted_in(citation, asked.library) for citation in cited)
    return answer


def test_after_an_answer_comes_what_stands_beside_it_near_it_and_who_is_named(port: Assistant) -> None:
    answer = port.ask("When was the bell of the harbour cast?")
    assert answer.quotes[0].source == "docs/handbook.md"
    assert follow_ups(port.library, answer, most=4) == [
        "What does handbook.md say about “The crane”?",
        "Summarise aunt.txt",
        "Which documents mention “Ines Valverde”?",
        "Summarise handbook.md",
    ]


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        ("en", "When was the bell of the harbour cast?", "What does handbook.md say about “The crane”?"),
        ("es", "¿Quién fundió la campana del puerto?", "Resume «The bell» en handbook.md"),
        ("ru", "Кто отлил bell?", "Что сказано в handbook.md о «The crane»?"),
    ],
)
def test_it_is_said_in_the_language_of_the_question(
    port: Assistant, language: str, question: str, expected: str
) -> None:
    answer = port.ask(question, insist=True)
    said = follow_ups(port.library, answer, most=9)
    assert expected in said
    understood = [parse_library_question(each) for each in said]
    assert {each.language for each in understood if each is not None} == {language}
    assert None not in understood


@pytest.mark.parametrize("language", ["en", "es", "ru"])
def test_everything_that_is_suggested_is_answered(port: Assistant, language: str) -> None:
    first = initial_questions(port.library, language)
    assert len(first) == (1 if language == "es" else 3)
    before: list[str] = []
    for question in first:
        before.append(question)
        said = follow_ups(port.library, answered(port, question), language=language, asked=before)
        assert said
        for each in said:
            answered(port, each)
            assert each not in before


def test_the_first_questions_come_from_all_over_and_are_in_the_readers_language(port: Assistant) -> None:
    assert initial_questions(port.library, "en") == [
        "What does handbook.md say about “The bell”?",
        "Summarise aunt.txt",
        "Summarise “The crane” in handbook.md",
    ]
    assert initial_questions(port.library, "es") == ["Resume puerto.md"]
    assert initial_questions(port.library, "ru")[0] == "Что сказано в handbook.md о «The bell»?"  # there is no other
    assert initial_questions(port.library, "fr") == initial_questions(port.library, "en")


def test_only_what_is_in_scope_is_suggested(port: Assistant) -> None:
    scope = SearchFilter(types=("txt",))
    assert initial_questions(port.library, "en", scope=scope) == ["Summarise aunt.txt"]
    said = follow_ups(port.library, port.ask("When was the bell of the harbour cast?"), scope=scope)
    assert said and not [each for each in said if "handbook" in each]


FAQ = (
    ("Do you deliver?", "We deliver everywhere in the valley on Tuesdays, for two euros."),
    ("What is here?", "Everything that a baker needs, from the flour to the paper bags of the shop."),
    ("Opening hours", "The shop is open from six in the morning until noon, but on Sundays."),
)


def test_a_heading_that_is_a_question_is_asked_as_it_is_and_a_document_is_called_by_its_title(tmp_path: Path) -> None:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "shop", embedder.card) as library:
        held(library, "old-faq.md", FAQ, title="Questions about the bakery")
        held(library, "aunt.txt", LETTER)
        library.follow()
        said = initial_questions(library, "en", most=9)
        assert said == [
            "Do you deliver?",
            "Summarise aunt.txt",
            "Summarise “What is here?” in “Questions about the bakery”",
            "What does “Questions about the bakery” say about “Opening hours”?",
        ]
        assert "Do you deliver?" not in initial_questions(library, "en", asked=["do you deliver"], most=9)
        assert "«Do you deliver?»" in " ".join(initial_questions(library, "ru", most=9))
        asked = Assistant(library, embedder)
        assert asked.ask(said[0]).quotes[0].quote.startswith("We deliver everywhere")
        for each in said[1:]:
            answered(asked, each)


def test_a_word_that_is_also_written_small_and_a_short_one_are_no_names(tmp_path: Path) -> None:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "shop", embedder.card) as library:
        held(library, "a.md", (("", "The shop of Halden Bikes uses 500 Wh, and the Cargo One carries it."),))
        held(library, "b.md", (("", "A rider of Cargo bikes needs 500 Wh and the One, says Irene Voss of it."),))
        held(library, "c.md", (("", "We repair bikes of every kind and any cargo bike, says Irene Voss again."),))
        library.follow()
        said = follow_ups(library, Assistant(library, embedder).ask("What does a rider of Cargo bikes need?"), most=9)
        mentions = [each for each in said if "mention" in each]
        assert mentions == ["Which documents mention “Irene Voss”?"]


def test_what_was_asked_is_not_suggested_however_it_was_put(port: Assistant) -> None:
    answer = port.ask("summarise the handbook")
    before = ["Please summarise “the crane” of handbook.md", "Which documents mention Ines Valverde?"]
    said = follow_ups(port.library, answer, asked=before, most=9)
    assert "What does handbook.md say about “The clock”?" in said
    assert not [each for each in said if "crane" in each or "mention" in each or each == "Summarise handbook.md"]
    assert len(set(said)) == len(said)


def test_the_same_conversation_gives_the_same_suggestions(port: Assistant) -> None:
    answer = port.ask("Who built the crane?")
    assert follow_ups(port.library, answer) == follow_ups(port.library, answer)


def test_small_talk_and_a_refusal_are_followed_by_something_too(port: Assistant) -> None:
    assert follow_ups(port.library, port.ask("Thanks!")) == []
    refused = port.ask("How deep is the harbour of Rotterdam?")
    assert refused.status is AnswerStatus.NOT_FOUND
    for each in follow_ups(port.library, refused):
        answered(port, each)


def test_a_document_of_two_names_is_called_by_its_path_and_one_of_rows_is_not_summarised(tmp_path: Path) -> None:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "two", embedder.card) as library:
        held(library, "north/notes.md", HANDBOOK)
        held(library, "south/notes.md", LETTER)
        held(library, "south/short.md", (("Numbers", "1 2 3"),))
        library.follow()
        said = initial_questions(library, "en", most=9)
        assert said == [
            "What does north/notes.md say about “The bell”?",
            "Summarise south/notes.md",
            "Summarise “The crane” in north/notes.md",
            "What does north/notes.md say about “The clock”?",
        ]
        for each in said:
            answered(Assistant(library, embedder), each)


@pytest.mark.parametrize(
    ("language", "heading", "named"),
    [
        ("en", "The bell tower", True), ("en", "Warranty and returns", True), ("en", "iPhone", True),
        ("en", "pip install", True), ("en", "What is it made of?", True), ("en", "Chapter 4", True),
        ("en", "to limit temperature rise to 1.5°C. 67", False), ("en", "Results of the", False),
        ("en", "and the remaining parties agreed", False), ("en", "12 345 678 kg", False),
        ("en", "The mill stood there. It was old", False), ("en", "emissions, land use,", False), ("en", "§ 4", False),
        ("es", "El molino", True), ("es", "de la ley de aguas y montes", False), ("ru", "Маяк", True),
        ("ru", "и для всех остальных сторон", False), ("de", "Der Turm", True), ("de", "Ergebnisse der", False),
        ("ja", "保証について", True),
    ],
)  # fmt: skip
def test_a_heading_that_is_a_piece_of_text_names_nothing(language: str, heading: str, *, named: bool) -> None:
    assert is_title_like(heading, language) is named


def test_a_library_that_holds_nothing_suggests_nothing(tmp_path: Path) -> None:
    with Library.open(tmp_path / "none", BagEmbedder().card) as library:
        assert initial_questions(library, "en") == []


_PIECES = [
    *"abZДñ «»“”\"'<>&*_[](){}|\\/:;,.!?#0123§—\u202e\x00\x1b\n\t`",
    " in ",
    " of ",
    " say about ",
    " о ",
    " из ",
    "III. ",
]
_HEADINGS = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=12).map("".join)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_HEADINGS, min_size=1, max_size=3), _HEADINGS, st.sampled_from(["en", "es", "ru"]))
@example([" "], "“a” in b", "en")
@example(["a", "0 in III. a"], "a", "en")
@example(["a", "1. 2023 a"], "a", "en")
def test_whatever_headings_and_files_are_called(headings: list[str], name: str, language: str) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder), BagEmbedder().card) as library:
        file = name.replace("/", "-").replace("\x00", "") + ".md"
        held(library, file, [(heading, HANDBOOK[at][1]) for at, heading in enumerate(headings)])
        held(library, "other.md", LETTER)
        library.follow()
        asked = Assistant(library, BagEmbedder())
        said = initial_questions(library, language, most=9)
        assert "other.md" in " ".join(said)
        for each in [*said, *follow_ups(library, asked.ask("When was the bell cast?"), language=language, most=9)]:
            assert each == " ".join(each.split()) and each.isprintable()
            answered(asked, each)


@pytest.mark.parametrize("title", ["English", "Español", "Documents", "RESIDENTIAL AGREEMENT"])
def test_a_title_that_names_nothing_is_not_suggested(tmp_path: Path, title: str) -> None:
    with Library.open(tmp_path / "library", BagEmbedder().card) as library:
        held(library, "papers/hut.md", HANDBOOK, title=title)
        held(library, "papers/boat.md", ((title, HANDBOOK[0][1]), ("2. Sails", HANDBOOK[1][1])), title="The boat")
        library.follow()
        suggested = initial_questions(library, "en", most=9)
    assert suggested and not any(title in question for question in suggested)


@pytest.mark.parametrize(
    ("name", "suggested"), [("AGREEMENT", False), ("UNICEF", False), ("NATO", True), ("Valverde", True)]
)
def test_a_word_that_is_shouted_is_no_name(name: str, *, suggested: bool) -> None:
    assert _is_a_name(name) is suggested


@pytest.mark.parametrize("language", ["en", "de", "es", "ru"])
def test_two_chosen_documents_can_be_compared(port: Assistant, language: str) -> None:
    scope = SearchFilter(files=("docs",))
    first, *_ = initial_questions(port.library, language, scope=scope)
    compared = port.ask(first, prose=False, scope=scope)
    assert compared.status is AnswerStatus.TOLD and len(compared.documents) == 2
    assert first not in initial_questions(port.library, language, scope=scope, asked=[first])
    assert first not in initial_questions(port.library, language)
