"""On the page a quote is drawn as what it is in its document, below the few words that answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations import numbered_sources
from rag.messages import Message
from rag.quote_blocks import PARTLY, UNSURE
from rag.types import Answer, AnswerStatus, AnswerVerdict, Citation, Claim, Passage, QuotePart
from tests.ui.quoted import ANSWER, CODE, COMPARED, DOCUMENT, LIST, LONG, PARAGRAPH, ROW, cut
from tests.ui.web.test_html_views import PAYLOADS, Witness
from ui.shared.formatting import clean
from ui.web.ask import quote_cards


def card(*quotes: Citation, key: str = "") -> str:
    answer = Answer("?", AnswerStatus.QUOTED, 0.9, quotes)
    return quote_cards.cards(answer, numbered_sources(answer), key)


def test_the_few_words_that_answer_come_first_with_the_number_of_their_quote() -> None:
    drawn = quote_cards.heading(ANSWER, numbered_sources(ANSWER), "q1")
    assert drawn.startswith('<p class="oaken-short" dir="auto">42 Nm<button')
    seen = Witness(drawn)
    assert seen.said == ["cite:q1:1"] and seen.text == f"42 Nm1{UNSURE}"
    assert quote_cards.heading(replace(ANSWER, short=None, verdict=AnswerVerdict.ANSWERED), ()) == ""


def test_what_the_documents_do_not_say_of_a_question_stands_above_the_quotes() -> None:
    note = Message("Your documents do not say: {part}", part="is it <covered>?")
    drawn = quote_cards.heading(replace(ANSWER, short=None, missing=("is it <covered>?",), note=note), ())
    assert Witness(drawn).text == f"{PARTLY} Your documents do not say: is it <covered>?"


def test_what_the_prose_alone_cites_has_its_card_too() -> None:
    claim = Claim("It has a chain.", True, 0.9, (LIST,))
    answer = Answer("?", AnswerStatus.ANSWERED, 0.9, (PARAGRAPH,), (claim,))
    drawn = quote_cards.cards(answer, numbered_sources(answer), "q1", proof=True)
    assert Witness(drawn).said[:2] == ["cite:q1:1", "cite:q1:2"] and drawn.count("<figure") == 2


def test_a_list_is_a_list_and_the_rest_of_it_one_click_away() -> None:
    drawn = card(LIST, key="q1")
    assert '<p dir="auto">Before a ride check:</p><ul class="oaken-bullets"><li dir="auto">the tyres</li>' in drawn
    assert '<li dir="auto">the chain &amp; the bell</li></ul>' in drawn and "- the" not in drawn
    seen = Witness(drawn)
    assert "2 of 3 shown · Show all" in seen.text and seen.said == ["cite:q1:1", "cite:q1:1"]
    assert "2 of 3 shown" in card(LIST) and "Show all" not in card(LIST)


def test_two_quotes_of_one_list_share_a_card_with_the_number_of_each() -> None:
    text = DOCUMENT.text[LIST.start :]
    passage = Passage("d", LIST.source, text, LIST.start, LIST.start + len(text), 2, LIST.section, "en", 0.8)
    answer = Answer(
        "?", AnswerStatus.QUOTED, 0.9, (cut("- the tyres", "tyres"), cut("- the lights", "lights")), (), (passage,)
    )
    drawn = quote_cards.cards(answer, numbered_sources(answer))
    assert drawn.count("<figure") == 1 and Witness(drawn).text.startswith("1–2the tyres1the lights2shop.md")


def test_an_item_keeps_its_number() -> None:
    words = "1. Open it.\n2. Close it."
    quote = Citation("d", "a.md", None, (), 0, len(words), words, 0.9, (QuotePart("list", 0, len(words)),))
    assert '<li class="oaken-counted" dir="auto"><span>2.</span> Close it.</li>' in card(quote)


def test_code_keeps_its_lines_and_its_indentation() -> None:
    drawn = card(CODE)
    assert "<code>if true; then\n    echo &quot;&lt;b&gt;on&lt;/b&gt;&quot;\nfi</code></pre>" in drawn
    assert "tabindex" not in drawn
    long = replace(CODE, quote=CODE.quote.replace("on", "on" * 30), end=CODE.end + 58, parts=())
    long = replace(long, source="a.sh")
    assert 'tabindex="0" role="group" aria-label="Code"' in card(long)  # to be scrolled by keyboard


def test_rows_are_a_table_with_their_labels_above() -> None:
    names = "".join(f'<th scope="col">{name}</th>' for name in ("Part", "Torque", "Lock"))
    assert f"<thead><tr>{names}</tr></thead><tbody><tr><td>Crank bolt</td><td>42 Nm</td><td>no</td></tr>" in card(ROW)
    words = " | ".join(f"Label {at}: {at}" for at in range(6))
    wide = Citation("d", "a.csv", None, (), 0, len(words), words, 0.9, (QuotePart("row", 0, len(words)),))
    assert '<tr><th scope="row">Label 5</th><td>5</td></tr>' in card(wide)


def test_what_answers_within_a_long_quote_is_marked_and_the_rest_is_not() -> None:
    drawn = card(LONG)
    assert drawn.count("<mark>") == 1 and "<mark>It was rebuilt after a flood.</mark></p>" in drawn
    assert drawn.count('<p dir="auto">') == 2
    assert '<span class="oaken-quoted"><mark>Two sisters ran it.</mark> They sold forty' in card(PARAGRAPH)


def test_an_old_quote_without_parts_is_a_marked_text() -> None:
    assert "<blockquote><mark>Two sisters ran it." in card(replace(PARAGRAPH, parts=(), marks=()))
    assert "<ul" not in card(replace(LIST, parts=()))


def hostile(payload: str) -> list[Citation]:
    body = f"{payload} | a: {payload} | b: {payload}"
    spans = range(0, len(body), max(1, len(body) // 3))
    parts = [
        tuple(QuotePart(kind, at, at + len(body) // 3) for at in spans) for kind in ("row", "list", "code", "title")
    ]
    marks = ((1, len(body) // 2),)
    whole = [(QuotePart(kind, 0, len(body)),) for kind in ("row", "list", "code", "title", "text")]
    return [
        Citation("d", payload, 3, (payload,), 0, len(body), body, 0.5, each, marks, (1, 2)) for each in [*parts, *whole]
    ]


@pytest.mark.parametrize("key", ["", "q1"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_quotes_stay_text(payload: str, key: str) -> None:
    for quote in hostile(payload):
        seen = Witness(card(quote, key=key))
        if len(quote.parts) == 1:
            assert clean(" ".join(payload.split())) in " ".join(seen.text.split())
        assert set(seen.said) == ({"cite:q1:1"} if key else set())
        answer = replace(ANSWER, quotes=(quote,), short=replace(quote, quote=payload, parts=()))
        Witness(quote_cards.heading(answer, numbered_sources(answer), key))


@settings(deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=40))
def test_any_quote_stays_text(payload: str) -> None:
    for quote in hostile(payload):
        Witness(card(quote, key="q1")).text.encode()


def test_the_quote_is_marked_within_its_surroundings(answer: Answer) -> None:
    card = quote_cards.cards(answer, numbered_sources(answer))
    quote = "<mark>The miller&#x27;s name was Tobias Wren.</mark>"
    assert f"Flour is ground at dawn. {quote} He kept a goat." in card
    assert "<strong" in card
    assert "mill.txt" in card
    assert "page 4" in card
    assert "The mill › People" in card


def test_quotes_side_by_side_share_a_card_with_the_number_of_each(answer: Answer, passage: Passage) -> None:
    def quote(words: str, text: str = passage.text) -> Citation:
        start = passage.start + text.index(words)
        return replace(answer.quotes[0], quote=words, start=start, end=start + len(words))

    dawn, name, goat = (quote(f"{words}.") for words in passage.text.rstrip(".").split(". "))
    two = replace(answer, quotes=(name, dawn), claims=())
    card = quote_cards.cards(two, numbered_sources(two), "q1")
    assert card.count("<figure") == 1 and Witness(card).said == ["cite:q1:1", "cite:q1:1", "cite:q1:2"]
    places = [card.index(each) for each in ("oaken-number", "<mark>Flour", "<mark>The mill", "cite:q1:2")]
    assert places == sorted(places)
    assert Witness(card).text.startswith(
        "1–2Flour is ground at dawn.1 The miller's name was Tobias Wren.2 He kept a goat."
    )
    assert '<mark>Flour is ground at <span class="oaken-kept">dawn.<button' in card  # no number begins a line
    assert 'aria-label="Source 1–2: mill.txt, page 4"' in card
    apart = replace(answer, quotes=(goat, dawn), claims=())
    drawn = quote_cards.cards(apart, numbered_sources(apart))
    assert "<mark>Flour is ground at <" in drawn and "</span></mark> The miller&#x27;s name was" in drawn
    assert "Tobias Wren. <mark>He kept a <" in drawn
    broken = "Flour is ground at dawn.\n\nThe miller's name was Tobias Wren. He kept a goat."
    other = replace(
        two, quotes=(quote(name.quote, broken), dawn), passages=(replace(passage, text=broken, end=101 + len(broken)),)
    )
    first, second = quote_cards.cards(other, numbered_sources(other)).split("</figure>")[:2]
    assert "Flour" not in first and "goat" in first  # another paragraph is no surroundings
    assert "miller" not in second
    rows = "kind: rye | price: 3\nkind: oats | price: 4"
    row = replace(other, quotes=(quote("kind: oats | price: 4", rows),), passages=(replace(passage, text=rows),))
    assert "rye" not in quote_cards.cards(row, numbered_sources(row))  # nor is another row of the table


def test_the_cards_of_a_document_stand_together_and_name_it_once() -> None:
    quotes = (cut("It opened", "flood."), replace(LIST, document_id="e", source="docs/other.md"), CODE)
    answer = Answer("?", AnswerStatus.QUOTED, 0.9, quotes)
    drawn = quote_cards.cards(answer, numbered_sources(answer))
    first, second = drawn.split('<div class="oaken-document">')[1:]
    assert first.count("<figure") == 2 and first.count("shop.md</bdi>") == 1 and "other.md" not in first
    assert second.count("<figure") == 1 and "other.md" in second
    assert [each[0] for each in drawn.split('class="oaken-number">')[1:]] == ["1", "2", "3"]
    nowhere = [replace(each, page=None, section=()) for each in quotes if each.document_id == "d"]
    assert card(*nowhere).count("shop.md</bdi>") == 2  # nothing else would be said of the second


def test_below_the_words_of_an_answer_the_cards_are_its_proof_else_the_first_is_the_answer() -> None:
    sources = numbered_sources(ANSWER)
    assert quote_cards.cards(ANSWER, sources, proof=True).startswith('<h3 class="oaken-proof">Proof</h3>')
    assert quote_cards.cards(ANSWER, sources).startswith('<div class="oaken-quotes oaken-answering">')


def test_in_a_row_the_cell_that_answers_is_bold_and_no_other() -> None:
    drawn = quote_cards.cards(ANSWER, numbered_sources(ANSWER))
    assert '<td>Crank bolt</td><td class="oaken-asked">42 Nm</td><td>no</td>' in drawn
    assert drawn.count("oaken-asked") == 1
    words = " | ".join(f"Label {at}: {at}" for at in range(6))
    wide = Citation("d", "a.csv", None, (), 0, len(words), words, 0.9, (QuotePart("row", 0, len(words)),))
    at = words.index("4: 4") + 3
    answer = Answer("?", AnswerStatus.QUOTED, 0.9, (wide,), short=Citation("d", "a.csv", None, (), at, at + 1, "4"))
    assert '<th scope="row">Label 4</th><td class="oaken-asked">4</td>' in quote_cards.cards(
        answer, numbered_sources(answer)
    )


def test_two_documents_stand_side_by_side_with_what_differs_marked() -> None:
    drawn = quote_cards.cards(COMPARED, numbered_sources(COMPARED), "q1", proof=True)
    assert "<mark>820</mark>" in drawn and "<mark>910</mark>" in drawn and "<td>—</td>" in drawn
    seen = Witness(drawn)
    assert seen.said == ["cite:q1:1", "cite:q1:2", "cite:q1:3"]
    assert "old.md (2021)" in seen.text and "A | <b>: 1" in seen.text
