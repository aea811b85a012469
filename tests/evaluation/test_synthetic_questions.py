"""Questions made from a library: which are made, which are not, and that what they ask for stands where they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.chunk import chunk
from rag.errors import UsageError
from rag.evaluation.metrics import normalized
from rag.evaluation.questions import LabelledQuestion
from rag.evaluation.synthetic_questions import SYNTHETIC_KINDS, synthetic_questions
from rag.library.library import Library
from rag.types import Document, Element, FileRecord, FileStamp, Outcome, document_id
from tests.doubles import BagEmbedder

Block = tuple[str, str]  # kind of the element, its text
BODY = ("text", "Put the wheel on the axle before you tighten the nuts. Then turn it once by hand.")


def file_blocks(library: Library, name: str, language: str, blocks: list[Block], embedder: BagEmbedder) -> None:
    identity, elements, at, section = document_id("/town", name), [], 0, ()
    for kind, text in blocks:
        section = (text,) if kind == "title" else section
        elements.append(Element(kind, at, at + len(text), None, section))
        at += len(text) + 2
    text = "\n\n".join(text for _, text in blocks)
    document = Document(text, tuple(elements), "text/markdown", language)
    chunks = chunk(document, identity, embedder.count, embedder.card.max_tokens)
    vectors = embedder.embed_documents([piece.embedding_text for piece in chunks])
    stamp = FileStamp(len(text), 1, name)
    record = FileRecord(
        identity, f"/town/{name}", "/town", name, stamp, Outcome.INDEXED, language=language, chunks=len(chunks)
    )
    library.replace(record, document, chunks, vectors)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    with Library.open(tmp_path / "library", embedder.card) as held:
        yield held


def made(library: Library, *blocks: Block, language: str = "en", name: str = "guide.md") -> list[str]:
    """The questions made of one document, in the order of their words; none where there is nothing to ask."""
    file_blocks(library, name, language, list(blocks), BagEmbedder())
    try:
        return sorted(question.question for question in synthetic_questions(library, 50))
    except UsageError:
        return []


@pytest.mark.parametrize(
    ("language", "heading", "question"),
    [
        ("en", "Why is the wheel round?", "Why is the wheel round?"),
        ("en", "2.1 How do I mount the wheel?", "How do I mount the wheel?"),
        ("en", "How to mount the wheel", "How do I mount the wheel?"),
        ("en", "Turning the wheel by hand", "How do I turn the wheel by hand?"),
        ("en", "Tightening Nuts", "How do I tighten nuts?"),
        ("es", "¿Qué es una rueda dentada?", "¿Qué es una rueda dentada?"),
        ("es", "Cómo montar la rueda", "¿Cómo montar la rueda?"),
        ("es", "Apretar las tuercas", "¿Cómo puedo apretar las tuercas?"),
        ("es", "Poner la rueda", "¿Cómo puedo poner la rueda?"),
        ("ru", "Почему колесо круглое?", "Почему колесо круглое?"),
        ("ru", "Как снять колесо", "Как снять колесо?"),
        ("ru", "Закрутить гайки вручную", "Как закрутить гайки вручную?"),
    ],
)
def test_a_heading_asks(language: str, heading: str, question: str, library: Library) -> None:
    body = ("text", "You turn and tighten the nuts. Always turn them by hand and tighten nuts again.")
    assert made(library, ("title", heading), body, language=language) == [question]


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "What is it?"),
        ("en", "Why does this happen?"),
        ("en", "How to do that"),
        ("en", "Installing and upgrading the wheel"),
        ("en", "Naming conventions"),
        ("en", "Working groups"),
        ("en", "Wheel (continued)"),
        ("en", "The wheel"),
        ("en", "Bring your wheel"),  # no -ing form
        ("es", "Docker Compose"),
        ("es", "Cómo se hace"),
        ("es", "Lugar de trabajo"),
        ("ru", "Память о колесе"),
        ("ru", "Как у нас говорят"),
    ],
)
def test_a_heading_that_would_read_badly_asks_nothing(language: str, heading: str, library: Library) -> None:
    body = ("text", "You name and install the wheel, and upgrade it. Work and name it well, install it twice.")
    assert made(library, ("title", heading), body, language=language) == []


def test_a_heading_asks_for_what_stands_under_it(library: Library) -> None:
    file_blocks(
        library,
        "guide.md",
        "en",
        [("title", "How to mount the wheel"), BODY, ("title", "The end"), ("text", "Nothing more is said of this.")],
        BagEmbedder(),
    )
    (question,) = synthetic_questions(library, 5)
    assert question == LabelledQuestion(
        "1",
        "en",
        "How do I mount the wheel?",
        ("Put the wheel on the axle before you tighten the nuts.", "Then turn it once by hand."),
        "guide.md",
        "how_to",
    )


@pytest.mark.parametrize(
    ("language", "title", "text", "question"),
    [
        ("en", "Gear wheels", "A gear wheel is a wheel with teeth that drives another.", "What is a gear wheel?"),
        ("en", "Gear wheels", "Gear wheels are wheels that drive others.", "What are gear wheels?"),
        ("es", "Ruedas", "Una rueda dentada es una pieza con dientes.", ""),
        ("es", "La rueda dentada", "Una rueda dentada es una pieza con dientes.", "¿Qué es una rueda dentada?"),
        ("ru", "Ветки слежения", "Ветки слежения -- это ссылки на состояние.", "Что такое ветки слежения?"),
        ("en", "Gear wheels", "Gear wheels are used today.", ""),
        ("en", "Gear wheels", "This wheel is a gear wheel.", ""),
        ("en", "Gear wheels", "The wheel is a part of the machine.", ""),
        ("en", "Gear wheels", "The best gear wheel is the first one of them.", ""),
        ("en", "Boats", "Copper is a metal.", ""),  # nothing that the document is about
    ],
)
def test_a_definition_is_asked_for(language: str, title: str, text: str, question: str, library: Library) -> None:
    more = ("list", "one gear, two wheels; das ветки")  # how they are written within a sentence
    assert made(library, ("title", title), ("text", text), more, language=language) == ([question] if question else [])


@pytest.mark.parametrize(
    ("language", "title", "text", "question"),
    [
        ("en", "The Long Bridge", "The Long Bridge was opened to traffic in 1959.", "When was the Long Bridge opened?"),
        ("en", "The Long Bridge", "The Long Bridge has seven arches.", "How many arches does the Long Bridge have?"),
        ("en", "The Long Bridge", "The Long Bridge is 120 metres long.", "How long is the Long Bridge?"),
        ("en", "The yearly card", "The yearly card costs 95 crowns.", "How much does the yearly card cost?"),
        ("en", "Guest fees", "The guest fee is 6 crowns a day.", "How much is the guest fee?"),
        ("en", "Boats", "The length of the Long Bridge is 120 metres.", "What is the length of the Long Bridge?"),
        ("es", "El Puente Largo", "El Puente Largo tiene siete arcos.", "¿Cuántos arcos tiene el Puente Largo?"),
        ("es", "El Puente Largo", "El Puente Largo se inauguró en 1959.", "¿Cuándo se inauguró el Puente Largo?"),
        ("es", "La entrada libre", "La entrada libre cuesta 5 euros.", "¿Cuánto cuesta la entrada libre?"),
        ("ru", "Длинный мост", "Длинный мост построен в 1959 году.", "В каком году построен длинный мост?"),
        ("ru", "Длинный мост", "Длинный мост стоит 5 крон.", "Сколько стоит длинный мост?"),
        ("ru", "Мосты", "Длина моста — 120 м.", "Какова длина моста?"),
        ("en", "The club", "The club was founded in 1893.", ""),  # which club?
        ("en", "The club", "It has seven members.", ""),
        ("en", "The Long Bridge", "The Long Bridge has many arches.", ""),
    ],
)
def test_a_number_is_asked_for_by_its_subject(
    language: str, title: str, text: str, question: str, library: Library
) -> None:
    more = ("list", "the Long Bridge, по мосту идёт длинный путь, моста, Long Bridge, моста")
    assert made(library, ("title", title), ("text", text), more, language=language) == ([question] if question else [])


@pytest.mark.parametrize(
    ("language", "row", "questions"),
    [
        ("en", "Boat: Kingfisher | Type: single scull", ["What is the type of Kingfisher?"]),
        ("en", "Boat: Kingfisher | Seats: 2 | GitHub: kf", [
            "How many seats does Kingfisher have?", "What is the GitHub of Kingfisher?"]),
        ("en", "Ticket: Day card | Price: 9 crowns", ["What is the price of Day card?"]),
        ("es", "Curso: Ajedrez | Día: lunes | Hora: 16:15", [
            "¿Cuál es el día de Ajedrez?", "¿Cuál es la hora de Ajedrez?"]),
        ("es", "Plato: Menú del día | Precio: 4 coronas", ["¿Cuál es el precio de Menú del día?"]),
        ("ru", "билет: гружёная телега | цена: 11", ["Какая цена: гружёная телега?"]),
        ("ru", "проект: Чайка | статус: готов", ["Какой статус у «Чайка»?"]),
        ("en", "Boat | Type | Seats", []),  # the labels
        ("en", "Boat: Kingfisher | Free: yes | Paid: -", []),
        ("en", "Boat: 12 | Type: scull", []),
        ("en", "Day: Monday | Film: Stalker", []),
        ("es", "Curso: Remo | A cargo de: Kira", []),
        ("ru", "билет: взрослый | цена: 4", []),  # an adjective of a noun that stands elsewhere
        ("en", "When needed: on demand, only then | Kind: file", []),
    ],
)  # fmt: skip
def test_a_tables_value_is_asked_for(language: str, row: str, questions: list[str], library: Library) -> None:
    assert made(library, ("title", "1"), ("row", row), language=language) == questions


def test_what_two_places_answer_is_not_asked(library: Library) -> None:
    blocks = [("title", "How to mount the wheel"), BODY]
    file_blocks(library, "a.md", "en", blocks, BagEmbedder())
    assert len(synthetic_questions(library, 5)) == 1
    file_blocks(library, "b.md", "en", blocks, BagEmbedder())
    with pytest.raises(UsageError):
        synthetic_questions(library, 5)


def many(library: Library) -> None:
    for n, thing in enumerate(("kettle", "anchor", "lantern", "ledger", "bell", "crane")):
        blocks = [("title", f"How to mend the {thing}"), BODY, ("row", f"Thing: {thing} {thing} | Weight: {n + 2} kg")]
        blocks += [("row", f"Thing: old {thing} nr {m} | Weight: {m + 7} kg") for m in range(6)]
        file_blocks(library, f"{thing}.md", "en", blocks, BagEmbedder())


def test_questions_are_spread_over_kinds_and_documents_and_are_the_same_each_time(library: Library) -> None:
    many(library)
    asked = synthetic_questions(library, 12)
    assert asked == synthetic_questions(library, 12) and [q.id for q in asked] == [str(n) for n in range(1, 13)]
    assert {q.kind for q in asked} == {"how_to", "table"} and len({q.source for q in asked}) >= 5
    assert max(sum(q.source == each.source for q in asked) for each in asked) <= 3
    assert len(synthetic_questions(library, 1000)) == 6 + 6 * 7, "the rest, where more are wanted"


def test_only_some_kinds(library: Library) -> None:
    many(library)
    assert {q.kind for q in synthetic_questions(library, 50, kinds=["table"])} == {"table"}
    with pytest.raises(UsageError) as raised:
        synthetic_questions(library, 50, kinds=["tables"])
    assert "'tables'" in raised.value.message and ",".join(SYNTHETIC_KINDS) in raised.value.hint


def test_every_answer_stands_in_its_document(library: Library) -> None:
    many(library)
    texts = {record.path: library.document(record.id) for record in library.records()}
    for question in synthetic_questions(library, 100):
        document = texts[question.source]
        assert document is not None and question.answers
        assert all(normalized(answer) in normalized(document.text) for answer in question.answers)


@pytest.mark.parametrize("language", ["", "fr"])
def test_a_library_with_nothing_to_ask_is_said_so(language: str, library: Library) -> None:
    file_blocks(library, "a.md", language, [("title", "How to mount the wheel"), BODY], BagEmbedder())
    with pytest.raises(UsageError) as raised:
        synthetic_questions(library, 5)
    assert "oaken eval QUESTIONS.jsonl" in raised.value.hint
