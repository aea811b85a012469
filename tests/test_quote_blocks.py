"""A quote is drawn as what it is in its document, with every word of it."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.markup.markdown import markdown_blocks
from ingest.readers.shared.build import build
from rag.quote_blocks import (
    Block,
    CodeBlock,
    ListBlock,
    ListItem,
    ParagraphBlock,
    TableBlock,
    TextRun,
    blocks,
    claims_beyond_quotes,
    has_marks,
    is_single_paragraph,
    repeats_quote,
    text_of,
)
from rag.types import Citation, Claim, QuotePart

BY = 40  # where the quote begins in its document


def cited(text: str, *kinds: tuple[str, str], source: str = "guide.md", marks: tuple[str, ...] = ()) -> Citation:
    """A quote of a text whose parts are these, in order, and in which these words are marked."""
    parts, at = [], 0
    for kind, words in kinds:
        at = text.index(words, at)
        parts.append(QuotePart(kind, BY + at, BY + at + len(words)))
        at += len(words)
    spans = tuple((BY + text.index(words), BY + text.index(words) + len(words)) for words in marks)
    return Citation("d", source, None, (), BY, BY + len(text), text, 0.9, tuple(parts), spans)


def plain(runs: str) -> tuple[TextRun, ...]:
    return (TextRun(runs),)


def test_a_quote_without_parts_is_a_text_or_the_code_of_a_source_file() -> None:
    old = cited("One. Two.\nThree.")
    assert blocks(old) == (ParagraphBlock(plain("One. Two.\nThree.")),) and is_single_paragraph(old)
    assert blocks(replace(old, source="a.py")) == (CodeBlock(plain("One. Two.\nThree."), "python"),)
    assert not is_single_paragraph(replace(old, source="a.py"))


def test_a_list_stands_below_what_leads_to_it() -> None:
    quote = cited(
        "Bring:\n\n- a lamp\n- two ropes\n3. bread\nb) salt",
        ("text", "Bring:"), ("list", "- a lamp"), ("list", "- two ropes"), ("list", "3. bread"), ("list", "b) salt"),
    )  # fmt: skip
    items = (
        ListItem(plain("a lamp")),
        ListItem(plain("two ropes")),
        ListItem(plain("bread"), "3."),
        ListItem(plain("salt"), "b)"),
    )
    assert blocks(quote) == (ParagraphBlock(plain("Bring:")), ListBlock(items))
    assert not is_single_paragraph(quote)


def test_a_list_in_plain_text_is_recognised_by_its_lines() -> None:
    text = "You need:\n- a lamp whose glass was cleaned on the evening before you\nset out\n- rope\n\nThen go."
    assert blocks(cited(text, ("text", text))) == (
        ParagraphBlock(plain("You need:")),
        ListBlock((ListItem(plain(text[12:76].replace("\n", " "))), ListItem(plain("rope")))),
        ParagraphBlock(plain("Then go.")),
    )
    for said in ("— Sí, dijo.\n— No, dije.", "- one dash alone", "1874. A year.\n1875. Another."):
        assert [type(each) for each in blocks(cited(said, ("text", said)))] == [ParagraphBlock]


def test_code_keeps_its_lines_and_stands_apart_from_its_neighbour() -> None:
    text = "Run:\n\nmake\n    all\n\nThen:\n\nmake install\n\nmake test"
    quote = cited(
        text,
        ("text", "Run:"), ("code", "make\n    all"), ("text", "Then:"), ("code", "make install"), ("code", "make test"),
    )  # fmt: skip
    codes = [each.text for each in blocks(quote) if isinstance(each, CodeBlock)]
    assert codes == ["make\n    all", "make install", "make test"]
    program = cited("a = 1\n\nb = 2", ("code", "a = 1"), ("code", "b = 2"), source="two.py")
    assert blocks(program) == (CodeBlock(plain("a = 1\n\nb = 2"), "python"),)


def test_rows_are_a_table_under_their_labels() -> None:
    row = "Crank bolt | Torque: 42 Nm | Thread lock: no"
    [found] = blocks(cited(row, ("row", row), marks=("42 Nm",)))
    assert found == TableBlock(
        ("", "Torque", "Thread lock"), ((plain("Crank bolt"), (TextRun("42 Nm", True),), plain("no")),)
    )
    text = "Day | Opens\nDay: Monday | Opens: 9:00\nDay: Sunday\n\nIce | Price: 3"
    one, other = blocks(cited(text, *(("row", line) for line in text.split("\n") if line)))
    assert one == TableBlock(("Day", "Opens"), ((plain("Monday"), plain("9:00")), (plain("Sunday"), ())))
    assert isinstance(other, TableBlock) and other.header == ("", "Price")
    assert blocks(cited("Sales by town", ("row", "Sales by town"))) == (ParagraphBlock(plain("Sales by town")),)
    header = cited("Day | Opens", ("row", "Day | Opens"))
    assert blocks(header) == (TableBlock((), ((plain("Day"), plain("Opens")),)),)


def test_a_single_wide_row_is_drawn_upright() -> None:
    wide = " | ".join(f"label {at}: {at}" for at in range(6))
    [found] = blocks(cited(wide, ("row", wide)))
    assert isinstance(found, TableBlock) and found.is_single_wide_row and found.width == 6
    assert not TableBlock(("a", "b"), ((plain("1"), plain("2")),)).is_single_wide_row
    assert TableBlock(("a", "b"), ((plain("1"), plain("2" * 150)),)).is_single_wide_row
    assert not TableBlock((), ((plain("1"), plain("2" * 150)),)).is_single_wide_row


def test_marks_tell_what_answers_from_the_rest() -> None:
    text = "It opened in 1911. It was wet. It\nclosed in 1950."
    quote = cited(text, ("text", text), marks=("It was wet.",))
    [found] = blocks(quote)
    assert isinstance(found, ParagraphBlock)
    assert [run.text for run in found.runs if run.marked] == ["It was wet."] and has_marks(found.runs)
    whole = replace(quote, marks=((BY, BY + 30), (BY + 31, quote.end)))
    [found] = blocks(whole)
    assert isinstance(found, ParagraphBlock) and not has_marks(found.runs)
    assert not is_single_paragraph(quote)  # its line break is the document's
    assert is_single_paragraph(cited("It opened. It was wet.", ("text", "It opened. It was wet.")))


def test_no_word_between_or_beyond_the_parts_is_lost() -> None:
    quote = cited("Before. Bring:\n\n- a\n\nAfter.", ("list", "- a"))
    assert blocks(quote) == (
        ParagraphBlock(plain("Before. Bring:")), ListBlock((ListItem(plain("a")),)), ParagraphBlock(plain("After.")),
    )  # fmt: skip
    shifted = replace(quote, parts=(QuotePart("list", 0, BY + 3), QuotePart("code", quote.end - 3, quote.end + 99)))
    assert _letters(blocks(shifted)) == "Before.Bring:-aAfter."


def test_what_repeats_a_quote_adds_nothing() -> None:
    quote = cited("Crank bolt | Torque: 42 Nm", ("row", "Crank bolt | Torque: 42 Nm"))
    code = cited("make all\nmake test", ("code", "make all\nmake test"))
    same, other = Claim("Crank bolt: torque 42 Nm.", True, 1.0, (quote,)), Claim("The torque is 42 Nm.", True, 0.9)
    fence, unborne = Claim("```sh\nmake   all\n```", True, 1.0, (code,)), Claim("Torque: 42", False, 0.1)
    disputed = replace(same, conflict=(code,))
    assert claims_beyond_quotes([same, other, fence, unborne, disputed], [quote, code]) == (other, unborne, disputed)
    assert not repeats_quote("crank bolt torque 4", [quote]) and repeats_quote(
        "crank bolt torque 4", [quote], unfinished=True
    )
    assert not repeats_quote("—", [quote]) and not repeats_quote("", [quote], unfinished=True)


def _words(block: Block) -> str:
    if isinstance(block, ListBlock):
        return "\n".join(f"{item.number} {text_of(item.runs)}" for item in block.items)
    if isinstance(block, TableBlock):
        return "\n".join([" ".join(block.header), *(text_of(cell) for row in block.rows for cell in row)])
    return text_of(block.runs)


def _letters(found: tuple[Block, ...]) -> str:
    return re.sub(r"\s", "", "".join(map(_words, found)))


LINE = st.text("ab1.:|- \n\t)é", max_size=14)
KIND = st.sampled_from(["text", "list", "code", "row", "title"])


@given(st.lists(st.tuples(KIND, LINE, st.sampled_from([" ", "\n", "\n\n"])), min_size=1, max_size=6), st.data())
def test_every_word_of_a_quote_stands_in_a_block(rows: list[tuple[str, str, str]], data: st.DataObject) -> None:
    text, parts = "", []
    for kind, words, between in rows:
        if kind != "text":
            words = words.replace("\n", " ") if kind != "code" else words
        parts += [QuotePart(kind, BY + len(text), BY + len(text) + len(words))] if words.strip() else []
        text += words + between
    spots = st.integers(BY - 2, BY + len(text) + 2)
    marks = tuple(sorted((min(pair), max(pair)) for pair in data.draw(st.lists(st.tuples(spots, spots), max_size=3))))
    quote = Citation("d", "a.md", None, (), BY, BY + len(text), text, 0.5, tuple(parts), marks)
    found = blocks(quote)
    # List marks, and what stands between cells and around labels, are drawn otherwise; nothing else may be missing.
    kept = [letter for letter in text if letter.isalnum()]
    shown = [letter for letter in _letters(found) if letter.isalnum()]
    assert not [letter for letter in set(kept) if letter not in shown]
    if not any(isinstance(each, TableBlock) for each in found):
        assert shown == kept


def test_of_a_real_document_every_element_is_drawn_as_it_was() -> None:
    text = "# Kit\n\nBring:\n\n- a lamp\n- `rope` | twine\n\n```sh\nls\n  -l\n```\n\n|Part|Nm|\n|-|-|\n|Bolt|42|\n"
    document = build(markdown_blocks(text), "text/markdown")
    parts = tuple(QuotePart(each.kind, each.start, each.end) for each in document.elements)
    quote = Citation("d", "kit.md", None, (), 0, len(document.text), document.text, 0.9, parts)
    title, lead, bullets, code, rows = blocks(quote)
    assert title == ParagraphBlock(plain("Kit"), title=True) and lead == ParagraphBlock(plain("Bring:"))
    assert bullets == ListBlock((ListItem(plain("a lamp")), ListItem(plain("rope | twine"))))
    assert code == CodeBlock(plain("ls\n  -l")) and rows == TableBlock(("Part", "Nm"), ((plain("Bolt"), plain("42")),))
