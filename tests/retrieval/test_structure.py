"""A sentence that answers, and the block of its document that is quoted for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from rag.retrieval.structure import WHOLE_LIST_WORDS, Section, adds_information, block_of
from rag.text.analyzer import is_stop, stem, words
from rag.types import Document


def document(*blocks: ReaderBlock) -> Document:
    return build(blocks, "text/plain")


def section(made: Document) -> Section:
    """All of a document under one heading."""
    elements = tuple(each for each in made.elements if each.kind != "title")
    start = elements[0].start
    return Section(made.text[start : elements[-1].end], start, elements, "en")


def quoted(made: Document, sentence: str, question: str = "", wide: int = 0) -> str:
    start = made.text.index(sentence)
    asked = frozenset(stem(word, "en") for word in words(question, "en") if not is_stop(word, "en"))
    block = block_of(section(made), start, start + len(sentence), asked, max_words=wide)
    assert made.text[block.start : block.end] == block.text
    return block.text


STEPS = document(
    ReaderBlock("text", "The pump is loud at first. To fill it, do this:"),
    ReaderBlock("list", "Close the valve."),
    ReaderBlock("list", "Open the lid and pour in four litres of water."),
    ReaderBlock("list", "Press the green button."),
    ReaderBlock("text", "Never use salt water."),
)


@pytest.mark.parametrize("sentence", ["To fill it, do this:", "Open the lid and pour in four litres of water."])
def test_a_list_comes_whole_with_what_leads_to_it(sentence: str) -> None:
    text = quoted(STEPS, sentence)
    assert text.startswith("To fill it, do this:") and text.endswith("Press the green button.")
    assert "The pump is loud" not in text and "salt" not in text


@pytest.mark.parametrize(
    "lead", ["To start the server, use the run command:", "Start it so.", "Для запуска выполните команду:"]
)
def test_a_listing_comes_with_what_leads_to_it(lead: str) -> None:
    made = document(
        ReaderBlock("text", f"It is small and quiet. {lead}"), ReaderBlock("code", "serve --port 80\nserve --stop")
    )
    whole = f"{lead}\n\nserve --port 80\nserve --stop"
    assert quoted(made, lead) == whole
    assert quoted(made, "serve --port 80\nserve --stop") == whole


def test_no_listing_from_elsewhere_stands_under_a_lead_in() -> None:
    between = "Wait until all of the visitors have left. " * 8
    made = document(
        ReaderBlock("text", "Use the lever to stop it, as this shows:"),
        ReaderBlock("text", between.strip()),
        ReaderBlock("code", "rm -r everything"),
    )
    assert "rm -r" not in quoted(made, "Use the lever to stop it, as this shows:")


@pytest.mark.parametrize(
    ("echo", "question", "follows"),
    [
        ("A worker was found in a dead state", "ERROR! A worker was found in a dead state", "export NO_FORK=1"),
        ("How do I claim the warranty?", "How do I claim the warranty?", "Send the serial number"),
        ("Q: Is this a kettle for gas stoves, too?", "Which kettle is for travelling?", "It is for gas and coal"),
        ("Boiler error E07.", "What is the boiler error E07?", "pump is blocked"),
    ],
)
def test_what_only_repeats_the_question_brings_what_follows_it(echo: str, question: str, follows: str) -> None:
    made = document(
        ReaderBlock("text", echo),
        ReaderBlock("text", f"The reason lies in the way it is made: {follows} and try once more."),
        ReaderBlock("text", "Something else altogether is told here."),
    )
    text = quoted(made, echo, question)
    assert follows in text and "altogether" not in text


def test_a_sentence_that_answers_stands_alone() -> None:
    made = document(ReaderBlock("text", "The rent is 640 euros a month. The deposit is 1,920 euros."))
    assert quoted(made, "The rent is 640 euros a month.", "What is the rent?") == "The rent is 640 euros a month."


def test_a_paragraph_is_quoted_whole_as_far_as_it_is_asked_for_and_short() -> None:
    said = "The rent is 640 euros a month. The deposit is 1,920 euros."
    made = document(
        ReaderBlock("text", "Read this well."), ReaderBlock("text", said), ReaderBlock("text", "It ends in May.")
    )
    start = made.text.index(said)
    for most, text in ((12, said), (11, "The rent is 640 euros a month.")):
        block = block_of(section(made), start, start + 30, frozenset(), paragraph=most)
        assert block.text == text


def test_a_row_stands_alone() -> None:
    made = document(ReaderBlock("row", "Jar: blue | Price: 12"), ReaderBlock("row", "Jar: red | Price: 13"))
    assert quoted(made, "Jar: red | Price: 13", "What does the red jar cost?") == "Jar: red | Price: 13"


def test_a_header_row_is_distinguished_from_the_rows_below_it() -> None:
    made = document(
        ReaderBlock("row", "Jar | Price | Stock"),
        ReaderBlock("row", "Jar: blue | Price: 12"),  # an empty cell is left out
        ReaderBlock("row", "Jar: red | Price: 13 | Stock: 0"),
        ReaderBlock("text", "Jar | Price | Stock"),
    )
    assert [section(made).is_header(at) for at in range(4)] == [True, False, False, False]


def test_a_wide_quote_takes_whole_paragraphs_around_it_and_no_more_words_than_it_may() -> None:
    made = document(*(ReaderBlock("text", f"Paragraph {n} tells of the mill and of its wheel.") for n in range(20)))
    text = quoted(made, "Paragraph 5 tells of the mill and of its wheel.", wide=40)
    assert text.startswith("Paragraph 5") and 20 < len(text.split()) <= 40
    last = quoted(made, "Paragraph 19 tells of the mill and of its wheel.", wide=40)
    assert last.endswith("Paragraph 19 tells of the mill and of its wheel.") and "Paragraph 18" in last


def test_a_wide_quote_does_not_end_with_what_leads_to_a_listing_that_is_not_in_it() -> None:
    made = document(
        ReaderBlock("text", "The tag is kept for all of the tasks. It is run always."),
        ReaderBlock("text", "For example:"),
        ReaderBlock("code", " ".join(["word"] * 60)),
    )
    assert quoted(made, "It is run always.", wide=40).endswith("It is run always.")
    assert quoted(made, "It is run always.", wide=90).endswith("word")


def test_of_a_list_that_is_too_long_it_is_said_how_much_is_shown() -> None:
    items = [ReaderBlock("list", f"Part {n} is kept in the drawer under the bench of the shop.") for n in range(40)]
    made = document(ReaderBlock("text", "These are the parts:"), *items)
    start = made.text.index("These are")
    block = block_of(section(made), start, start + len("These are the parts:"), frozenset())
    assert block.items is not None
    shown, total = block.items
    assert total == 40 and 5 <= shown < 40
    assert sum(part.kind == "list" for part in block.parts) == shown
    assert len(block.text.split()) <= WHOLE_LIST_WORDS + 15
    late = made.text.index("Part 35")
    block = block_of(section(made), late, late + 60, frozenset())
    assert block.text.startswith("Part 35") and block.items == (5, 40)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("The rent of the house", {"rent", "hous"}, False),
        ("The rent of the house is 640", {"rent", "hous"}, True),
        ("The house has a slate roof and two chimneys", {"hous"}, True),
        ("", set(), False),
        ("В: Это версия Total Commander для Linux, да?", {"верс"}, False),
        ("“Has the house a slate roof?”", {"hous"}, False),
        ("Has it a roof? It has two chimneys.", {"roof"}, True),
    ],
)
def test_a_text_says_something_if_it_has_a_number_or_new_words(text: str, asked: set[str], expected: bool) -> None:
    assert adds_information(text, frozenset(asked), "en") is expected


BLOCKS = st.lists(
    st.builds(
        ReaderBlock,
        kind=st.sampled_from(["text", "list", "row", "code"]),
        text=st.sampled_from(
            [
                "One two three.",
                "It leads to this:",
                "a | b: 2",
                "x = 1\ny = 2",
                "Short",
                "A longer one. And more of it.",
            ]
        ),
    ),
    min_size=1,
    max_size=12,
)


@given(blocks=BLOCKS, at=st.integers(0, 11), nth=st.integers(0, 3), wide=st.sampled_from([0, 10, 60]))
@settings(max_examples=150, deadline=None)
def test_a_block_holds_its_sentence_and_is_exact_and_its_parts_tile_it(
    blocks: list[ReaderBlock], at: int, nth: int, wide: int
) -> None:
    made = document(*blocks)
    whole = section(made)
    spans = whole.sentences(at % len(whole.elements))
    start, end = spans[nth % len(spans)]
    block = block_of(whole, start, end, frozenset({"one"}), max_words=wide)
    assert made.text[block.start : block.end] == block.text
    assert block.start <= start and end <= block.end
    assert block.parts[0].start == block.start and block.parts[-1].end == block.end
    assert all(one.end <= other.start for one, other in zip(block.parts, block.parts[1:], strict=False))


HEADED = document(
    ReaderBlock("row", "2023 | 2024"),
    ReaderBlock("row", "Region | Sales | Profit | Sales"),
    ReaderBlock("row", "Region: North | 2023 / Sales: 120 | 2023 / Profit: 14 | 2024 / Sales: 131"),
    ReaderBlock("row", "Region: South | 2023 / Sales: 88 | 2023 / Profit: 9 | 2024 / Sales: 95"),
)


def test_every_row_of_a_header_is_one_and_no_other() -> None:
    assert [section(HEADED).is_header(at) for at in range(4)] == [True, True, False, False]
    plain = document(
        ReaderBlock("row", "North | 120"), ReaderBlock("row", "South | 88"), ReaderBlock("row", "Total: 208 | 3")
    )
    assert not any(section(plain).is_header(at) for at in range(3))
