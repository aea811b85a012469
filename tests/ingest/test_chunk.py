from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import _spans, chunk
from ingest.readers import UnreadableError
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from rag.types import Chunk, Document, Element
from tests.linear_time import excess


def count(text: str) -> int:
    return 2 + len(re.findall(r"\w{1,4}|[^\w\s]", text))


def made(*blocks: ReaderBlock) -> Document:
    return build(blocks, "text/plain")


def check(document: Document, chunks: list[Chunk], limit: int) -> None:
    covered = [0] * len(document.text)
    for at, piece in enumerate(chunks):
        assert piece.ordinal == at
        assert document.text[piece.start : piece.end] == piece.text
        assert piece.text == piece.text.rstrip() != ""  # a line of code may begin with spaces
        assert count(piece.embedding_text) <= limit
        assert at == 0 or chunks[at - 1].end <= piece.start
        for place in range(piece.start, piece.end):
            covered[place] += 1
    for element in document.elements:
        for place in range(element.start, element.end):
            if element.kind != "title":
                assert covered[place] == 1 or document.text[place].isspace()
            else:
                assert covered[place] <= 1


WORDS = st.text(st.sampled_from("abcdeабвг ñ,.;—!? \n|"), min_size=1, max_size=120)
BLOCKS = st.builds(
    ReaderBlock,
    kind=st.sampled_from(["title", "text", "text", "list", "row", "code"]),
    text=WORDS | st.text(st.sampled_from("abcж"), min_size=50, max_size=400),
    level=st.integers(1, 3),
    page=st.sampled_from([None, 1, 2]),
    continues=st.booleans(),
)


def letters(text: str) -> int:
    """As a multilingual embedder counts where no spaces part the words: about a token a letter or two."""
    return 2 + len(re.findall(r"[a-z]{1,4}|[^a-z\s]", text))


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("图书馆每天上午九点开门，下午六点关门，星期日除外。", "zh"),
        ("市立図書館は川のほとり、古い水車小屋の隣にあります。", "ja"),
        ("यह सुबह नौ बजे खुलता है और शाम छह बजे बंद होता है। ", "hi"),
        ("تفتح المكتبة في التاسعة صباحًا وتغلق في السادسة مساءً. ", "ar"),
        ("도서관은 오전 아홉 시에 열고 오후 여섯 시에 닫습니다. ", "ko"),
    ],
)
def test_text_of_any_script_is_cut_at_the_ends_of_its_sentences(sentence: str, language: str) -> None:
    document = build([ReaderBlock("text", (sentence * 40).strip())], "text/plain")
    chunks = chunk(document, "d", letters, 120)
    assert len(chunks) > 5
    for piece in chunks:
        assert letters(piece.embedding_text) <= 120
        assert piece.text.endswith(sentence.strip()) and piece.text.startswith(sentence[:8])


def test_a_sentence_without_spaces_over_the_limit_is_cut_at_its_commas_and_never_before_a_mark() -> None:
    long = "图书馆每天上午九点开门，" * 30
    assert all(piece.text.endswith("，") for piece in chunk(made(ReaderBlock("text", long)), "d", letters, 60)[:-1])
    thai = "ที่นี่" * 60
    for piece in chunk(made(ReaderBlock("text", thai)), "d", letters, 50):
        assert unicodedata.category(piece.text[0])[0] != "M"


def test_a_letter_over_the_limit_is_a_chunk_of_its_own() -> None:
    assert [each.text for each in chunk(made(ReaderBlock("text", "ab c")), "d", lambda text: len(text) + 3, 1)] == [
        *"abc"
    ]


def test_marks_without_end_are_cut_like_letters() -> None:
    counted = 0

    def count(text: str) -> int:
        nonlocal counted
        counted += 1
        return len(text)

    chunks = chunk(made(ReaderBlock("text", "e" + "\u0316" * 5_000)), "d", count, 100)
    assert len(chunks) <= 52 and counted < 2_000


def test_a_long_heading_without_spaces_is_shortened_not_dropped() -> None:
    [piece] = chunk(
        made(ReaderBlock("title", "市立図書館" * 20, level=1), ReaderBlock("text", "九時に開きます。")),
        "d",
        letters,
        80,
    )
    assert piece.section and piece.section[0].startswith("市立図書館") and piece.section[0].endswith("…")


@settings(max_examples=150, deadline=None)
@given(blocks=st.lists(BLOCKS, max_size=12), limit=st.sampled_from([24, 40, 100, 256]))
def test_chunks_slice_the_document_cover_it_once_and_keep_the_limit(blocks: list[ReaderBlock], limit: int) -> None:
    document = made(*blocks)
    chunks = chunk(document, "d", count, limit)
    check(document, chunks, limit)
    assert len({piece.id for piece in chunks}) == len(chunks)
    assert chunks == chunk(document, "d", count, limit)


def test_short_paragraphs_of_a_section_are_packed_and_sections_kept_apart() -> None:
    document = made(
        ReaderBlock("title", "Mill", 1),
        ReaderBlock("text", "It stands by the river."),
        ReaderBlock("text", "It was built in 1884."),
        ReaderBlock("title", "Fees", 2),
        ReaderBlock("text", "Two crowns."),
    )
    chunks = chunk(document, "d", count, 256)
    assert [(piece.section, piece.text) for piece in chunks] == [
        (("Mill",), "It stands by the river.\n\nIt was built in 1884."),
        (("Mill", "Fees"), "Two crowns."),
    ]
    assert chunks[1].embedding_text == "Mill / Fees\nTwo crowns."


def test_sentences_stay_whole_and_paragraph_ends_are_preferred() -> None:
    first = "The ferry leaves at six. " * 4
    second = "The tram runs all night long. " * 6
    document = made(ReaderBlock("text", first), ReaderBlock("text", second))
    chunks = chunk(document, "d", count, 60)
    assert chunks[0].text == first.strip()
    assert all(piece.text.endswith(".") for piece in chunks)


def test_a_sentence_over_the_limit_is_cut_at_a_clause_then_at_words_then_within() -> None:
    clauses = "one two three four five six, " * 12
    chunks = chunk(made(ReaderBlock("text", clauses)), "d", count, 30)
    assert all(piece.text.endswith((",", "six")) for piece in chunks)
    words = "word " * 90
    assert {piece.text.split()[0] for piece in chunk(made(ReaderBlock("text", words)), "d", count, 30)} == {"word"}
    letters = "ы" * 1000
    pieces = chunk(made(ReaderBlock("text", letters)), "d", count, 30)
    assert "".join(piece.text for piece in pieces) == letters


def test_a_row_is_not_cut_while_it_fits() -> None:
    rows = [ReaderBlock("row", f"Stop {number} | {number}:00 | Quay street number {number}") for number in range(12)]
    chunks = chunk(made(*rows), "d", count, 60)
    assert len(chunks) > 1
    assert all(line.count("|") == 2 for piece in chunks for line in piece.text.split("\n"))


def test_a_heading_with_nothing_under_it_is_a_chunk() -> None:
    document = made(
        ReaderBlock("title", "Guide", 1),
        ReaderBlock("title", "Empty part", 2),
        ReaderBlock("title", "Last", 1),
        ReaderBlock("text", ""),
    )
    chunks = chunk(document, "d", count, 64)
    assert [(piece.section, piece.text) for piece in chunks] == [(("Guide",), "Empty part"), ((), "Last")]


def test_long_headings_leave_room_for_the_text() -> None:
    document = made(
        ReaderBlock("title", "An endless chapter heading " * 12, 1),
        ReaderBlock("title", "Fees", 2),
        ReaderBlock("text", "Two crowns a day. " * 10),
    )
    chunks = chunk(document, "d", count, 64)
    assert {piece.section for piece in chunks} == {("Fees",)}
    check(document, chunks, 64)
    alone = made(ReaderBlock("title", "An endless chapter heading " * 7, 1), ReaderBlock("text", "Two crowns."))
    assert chunk(alone, "d", count, 64)[0].section[0].endswith("…")


def test_a_page_begins_a_chunk_but_a_sentence_over_its_end_stays_whole() -> None:
    document = made(
        ReaderBlock("text", "First page. The sentence that begins here", page=1),
        ReaderBlock("text", "ends on the next page. Then more.", page=2, continues=True),
    )
    chunks = chunk(document, "d", count, 64)
    assert [(piece.page, piece.text) for piece in chunks] == [
        (1, "First page. The sentence that begins here ends on the next page."),
        (2, "Then more."),
    ]


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_nothing_gives_no_chunks(text: str) -> None:
    assert chunk(made(ReaderBlock("text", text)), "d", count, 64) == []


def test_the_language_goes_with_each_chunk() -> None:
    document = made(ReaderBlock("text", "Паром уходит с восточного причала в шесть часов утра."))
    assert [piece.language for piece in chunk(document, "d", count, 64)] == ["ru"]


FERRY = '''"""Fares of the ferry."""

import math


# What a passenger pays.
def fare(age):
    return 2 if age > 12 else 0


def dog():
    return 0


class Ferry:
    """A boat."""

    seats = 40

    def leave(self, hour):
        self.hour = hour
        return f"The ferry leaves at {hour} from the eastern pier"

    def turn(self):
        self.hour += 1


def last():
    total = 0
    for hour in range(6, 23):
        total += hour

    # Sundays are another matter.
    for hour in range(8, 20):
        total += math.floor(hour)

    return total
'''


def test_code_is_cut_by_definitions_and_what_encloses_them_is_named(tmp_path: Path) -> None:
    from ingest.readers import read

    (tmp_path / "ferry.py").write_text(FERRY)
    document = read(tmp_path / "ferry.py")
    for limit in (40, 64, 256):
        check(document, chunk(document, "d", count, limit), limit)
    assert [piece.text for piece in chunk(document, "d", count, 1000)] == [document.text]
    chunks = chunk(document, "d", count, 64)
    texts = [piece.text for piece in chunks]
    assert any(text.endswith("return 0") and "What a passenger pays" in text and "def dog" in text for text in texts)
    [ferry] = [piece for piece in chunks if "class Ferry" in piece.text]
    assert "def last" not in ferry.text
    [turn] = [piece for piece in chunks if "def turn" in piece.text]
    assert turn.section[:1] == ("Ferry",) or "class Ferry" in turn.text
    small = chunk(document, "d", count, 40)
    [turn] = [piece for piece in small if "def turn" in piece.text]
    assert turn.section[0] == "Ferry" and "def last" not in turn.text
    assert {piece.section for piece in small if "Sundays" in piece.text or "total = 0" in piece.text} == {("last",)}
    assert any(piece.text.lstrip().startswith("# Sundays") for piece in small)  # cut where a line is empty


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.sampled_from(FERRY.split("\n\n")), max_size=12),
    limit=st.sampled_from([24, 40, 64, 256]),
)
def test_code_of_any_shape_is_covered_once(parts: list[str], limit: int) -> None:
    from ingest.readers import read

    with TemporaryDirectory() as folder:
        path = Path(folder, "x.py")
        path.write_text("\n\n".join(["x = 1", *parts]))
        document = read(path)
    check(document, chunk(document, "d", count, limit), limit)


def test_a_row_over_the_limit_is_cut_between_its_cells() -> None:
    row = " | ".join(f"Column {number}: value, with a comma, {number}" for number in range(20))
    chunks = chunk(made(ReaderBlock("row", row)), "d", count, 60)
    assert len(chunks) > 1 and all(piece.text.startswith("Column") for piece in chunks)
    assert all(piece.text.endswith("|") for piece in chunks[:-1])


@pytest.mark.real
def test_no_chunk_of_a_real_folder_is_cut_silently_by_the_embedder(models: Path) -> None:
    from ingest.readers import read
    from rag.embedding import registry

    embedder = registry.load(models, registry.DEFAULT_EMBEDDER.name)
    seen = 0
    for path in sorted((Path(__file__).parents[2] / "data" / "library").rglob("*.*")):
        try:
            document = read(path)
        except UnreadableError:
            continue
        for piece in chunk(document, "d", embedder.count, embedder.card.max_tokens):
            assert embedder.count(piece.embedding_text) <= embedder.card.max_tokens
            assert document.text[piece.start : piece.end] == piece.text
            seen += 1
    assert seen > 100


def test_short_paragraphs_are_one_block_and_long_ones_a_block_each() -> None:
    short = [ReaderBlock("text", f"Line {n} says a few words.") for n in range(6)]
    long = [ReaderBlock("text", f"Paragraph {n} " + "goes on and on " * 12) for n in range(3)]
    assert [piece.text.count("Line") for piece in chunk(made(*short), "d", count, 10_000)] == [6]
    assert len(chunk(made(*long), "d", count, 10_000)) == 3


def test_a_list_is_one_block_with_what_leads_to_it() -> None:
    items = [ReaderBlock("list", f"Put part {n} into the box with both hands and close it.") for n in range(8)]
    pieces = chunk(
        made(ReaderBlock("text", "Pack it like this:"), *items, ReaderBlock("text", "x " * 70)), "d", count, 10_000
    )
    assert len(pieces) == 2 and pieces[0].text.startswith("Pack it like this:") and "part 7" in pieces[0].text


def test_the_path_is_part_of_what_is_embedded_and_not_of_the_text() -> None:
    [piece] = chunk(made(ReaderBlock("text", "It is red.")), "d", count, 100, "manuals/pump_m400-service.md")
    assert piece.embedding_text == "manuals pump m400 service\nIt is red." and piece.text == "It is red."


@pytest.mark.parametrize("seed", [" ", "\n ", "a "])
def test_lines_of_code_take_time_in_proportion(seed: str) -> None:
    def lines(text: str) -> list[tuple[int, int]]:
        element = Element("code", 0, len(text))
        return list(_spans(Document(text, (element,), "text/x-source"), [element]))

    assert not excess(lines, "", seed, (3_000, 12_000))
    assert lines(" a\n\n \n\tb ") == [(0, 2), (6, 9)]


def test_who_wrote_a_letter_stands_above_all_that_it_says() -> None:
    head = ReaderBlock("text", "From: Niamh Murphy <n@example.org>\nTo: Peter Lang <p@example.org>\nDate: 5 Nov 2024")
    body = [ReaderBlock("text", "We hold back €410. " * 12), ReaderBlock("text", "The rest was sent to you. " * 12)]
    letter = chunk(made(head, *body), "d", count, 120, "post/deposit.eml")
    assert len(letter) > 1 and {each.context for each in letter} == {"post deposit Niamh Murphy Peter Lang"}
    check(made(head, *body), letter, 120)
    several = chunk(made(head, *body, head, *body), "d", count, 120, "post/all.mbox")
    assert {each.context for each in several} == {"post all"}
