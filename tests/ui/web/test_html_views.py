"""Whatever a document, a name, a question or the model says, the page shows it as text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import streamlit
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations import numbered_sources
from rag.types import Answer, AnswerStatus, Citation, Claim, Passage, WindowBudget
from ui.shared.formatting import clean
from ui.web import html_views
from ui.web.ask import quote_cards

PAYLOADS = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></mark></div><iframe src=//evil.example>",
    "![x](https://evil.example/p.png)",
    "[a](javascript:alert(1))",
    "<a href='javascript:alert(1)'>x</a>",
    "&lt;script&gt;",
    "<!-- --><style>*{background:url(//evil.example)}</style>",
    "\x1b[31m</s><|assistant|>",
]
_HARMLESS = re.compile(
    r"(?:width:[\d.]+%|background:#[0-9a-f]{6};(?:border-radius:50%|clip-path:polygon\([\d%, ]+\))"
    r"|left:[\d.]+%;top:[\d.]+%;background:#[0-9a-f]{6})"
)
TAGS = set(
    "pre code h1 h2 h3 h4 h5 h6 p div span sup mark strong figure blockquote figcaption dl dt dd table thead tbody "
    "tr th td ul ol li nav button section bdi details summary i".split()
)
ATTRIBUTES = set(
    "class title type data-oaken data-tip data-step data-line data-spot aria-label aria-current aria-live aria-hidden "
    "role tabindex scope colspan disabled style dir".split()
)


class Witness(HTMLParser):
    """Sees the page as a browser does: the tags, the attributes and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.titles: list[str] = []
        self.said: list[str] = []  # by what can be clicked
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        assert all(_HARMLESS.fullmatch(value or "") for name, value in attrs if name == "style")
        self.said += [value or "" for name, value in attrs if name == "data-oaken"]
        self.titles += [value or "" for name, value in attrs if name == "title"]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def hostile(payload: str) -> Answer:
    body = f"before {payload} after"
    quote = Citation("d", payload, 3, (payload,), 7, 7 + len(payload), payload)
    passage = Passage("d", payload, body, 0, len(body), 3, (payload, payload), "en", 0.5)
    claims = (Claim(payload, True, 1.0, (quote,)), Claim(payload, False, 0.0))
    return Answer(
        payload, AnswerStatus.ANSWERED, 0.5, (quote,), claims, (passage,), timings={payload: 1.0}, note=payload
    )


def everything(answer: Answer, key: str = "") -> str:
    sources = numbered_sources(answer)
    return "".join(
        (
            html_views.question(answer.question),
            quote_cards.cards(answer, sources, key),
            html_views.prose(answer.claims, sources, key, tail=answer.question, writing=True),
            html_views.passages(answer.passages, sources, key),
            html_views.how_it_was_found(answer),
            html_views.quiet(answer.note),
            html_views.not_found(),
            html_views.heading_line(answer.question, answer.question),
            html_views.outcomes([(answer.question, answer.question, answer.question, answer.question)]),
            html_views.subheading(answer.question),
            html_views.steps([(answer.question, answer.question)]).replace("<br>", ""),
        )
    )


@pytest.mark.parametrize("key", ["", "q1"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(payload: str, key: str) -> None:
    seen = Witness(everything(hostile(payload), key))
    words = clean(" ".join(payload.split()))
    assert " ".join(seen.text.split()).count(words) >= 8
    assert any(words in title for title in seen.titles)


@settings(deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), min_size=1))
def test_any_text_stays_text(payload: str) -> None:
    Witness(everything(hostile(payload))).text.encode()
    said = Witness(everything(hostile(payload), "q1")).said  # whatever a document says
    assert set(said) == {"cite:q1:1", "passage:q1:1"}


def test_a_number_is_a_button_that_says_which_source_and_shows_its_words(answer: Answer) -> None:
    sources = numbered_sources(answer)
    drawn = html_views.prose(answer.claims, sources, "q1")
    assert Witness(drawn).said == ["cite:q1:1", "cite:q1:2"]
    assert 'aria-label="Source 2: mill.txt, page 4" data-tip="He kept a goat."' in drawn
    assert Witness(quote_cards.cards(answer, sources, "q1")).said == ["cite:q1:1", "cite:q1:2"]
    said = Witness(html_views.passages(answer.passages, sources, "q1")).said
    assert said == ["passage:q1:1", "cite:q1:1", "cite:q1:2"]
    assert not Witness(everything(answer)).said  # without a key nothing can be clicked


def test_a_number_never_begins_a_line() -> None:
    assert html_views.ended("He kept a goat.", "2") == 'He kept a <span class="oaken-kept">goat.2</span>'
    assert html_views.ended("goat.", "2") == '<span class="oaken-kept">goat.2</span>'
    assert html_views.ended("a < b", "") == "a &lt; b"
    long = "x" * 31  # wider than a phone: that may break
    assert html_views.ended(f"see {long}", "2") == f"see {long}2"


def test_sentences_carry_their_number_or_their_mark(answer: Answer) -> None:
    text = Witness(html_views.prose(answer.claims, numbered_sources(answer))).text
    assert text == "He was called Tobias Wren.1 He had a goat.2 He was born in Paris. not in your documents"


def test_a_passage_shows_what_is_cited_and_its_lines(answer: Answer, passage: Passage) -> None:
    shown = html_views.highlighted(passage, numbered_sources(answer))
    assert Witness(shown).text == ("Flour is ground at dawn. The miller's name was Tobias Wren.1 He kept a goat.2")
    table = replace(passage, text="name | price\nrye | 3")
    assert html_views.highlighted(table, ()) == "name | price\nrye | 3"
    wrapped = replace(passage, text="a line that was broken where the editor's window ended, as\nlong lines are")
    assert "ended, as long lines" in html_views.highlighted(wrapped, ())


def test_how_it_was_answered_shows_tokens_time_and_confidence(answer: Answer) -> None:
    told = Witness(html_views.how_it_was_found(answer)).text
    for part in ("87%", "120 of 2,048 tokens", "2 of 3", "1.50 s"):
        assert part in told
    assert "tokens" not in html_views.how_it_was_found(replace(answer, prompt_tokens=0))


def test_what_ratings_moved_is_told(answer: Answer) -> None:
    assert "rated" not in html_views.how_it_was_found(answer)
    for opinion, said in ((1, "Moved up, since you rated"), (-1, "Moved down, since you rated")):
        moved = replace(answer, passages=tuple(replace(each, opinion=opinion) for each in answer.passages))
        told = Witness(html_views.how_it_was_found(moved)).text
        assert said in told and moved.passages[0].source.rpartition("/")[2] in told.partition(said)[2]


def test_prose_that_is_not_shown_has_no_share_of_supported_sentences(answer: Answer) -> None:
    repeating = Claim(answer.quotes[0].quote, True, 1.0, (answer.quotes[0],))
    assert "Sentences" in html_views.how_it_was_found(answer)
    assert "Sentences" not in html_views.how_it_was_found(replace(answer, claims=(repeating,)))


def test_how_it_was_answered_shows_what_did_not_fit(answer: Answer) -> None:
    budget = WindowBudget(70, 2048, 160, used=("docs/mill.txt",), dropped=("docs/long.txt",), turns=2, dropped_turns=4)
    told = Witness(html_views.how_it_was_found(replace(answer, budget=budget))).text
    for part in (
        "70 of 2,048 tokens; a first draft, from a prompt of 50, was discarded",
        "160 tokens",
        "mill.txt",
        "long.txt",
        "1 read, 2 did not fit",
    ):
        assert part in told


def test_a_contradicting_source_is_numbered(answer: Answer) -> None:
    [first, *_] = answer.claims
    other = replace(answer.quotes[0], document_id="x", source="docs/other.txt", quote="It was Anna.")
    disputed = replace(answer, claims=(replace(first, conflict=(other,)),))
    assert Witness(html_views.prose(disputed.claims, numbered_sources(disputed))).text.endswith(
        "1 other sources disagree2"
    )


def test_an_answer_about_the_library_lists_the_documents_as_text() -> None:
    told = Answer("Which?", AnswerStatus.TOLD, 1.0, reply="Two documents:\n- a<b>.txt\n- c.txt")
    assert Witness(html_views.own_reply(told)).text == "Two documents:a<b>.txtc.txt"


def test_empty_things_make_no_element(answer: Answer) -> None:
    bare = replace(answer, quotes=(), claims=(), passages=())
    assert (
        quote_cards.cards(bare, ())
        == html_views.prose((), ())
        == html_views.passages((), ())
        == html_views.outcomes([])
        == ""
    )


def test_what_stands_where_the_prose_will() -> None:
    assert "oaken-waiting" in html_views.waiting("Reading…") and "Reading…" in html_views.waiting("Reading…")
    assert "oaken-caret" in html_views.prose((), (), writing=True) and "oaken-caret" not in html_views.prose((), ())


def test_a_translated_sentence_has_a_mark_of_its_own_that_says_what_was_compared(answer: Answer) -> None:
    [first, *_] = answer.claims
    shown = replace(answer, claims=(replace(first, supported=False, translated=True),))
    page = html_views.prose(shown.claims, numbered_sources(shown), "q1")
    assert Witness(page).text == "He was called Tobias Wren. translated from1"
    assert "the rest was not proven" in page and "oaken-supported" not in page and "oaken-unsupported" not in page
    assert ">Translated from: found by meaning in another language" in html_views.legend(shown.claims)
    told = Witness(html_views.how_it_was_found(shown)).text
    assert "0 of 1" in told and "Sentences translated from your documents1 of 1" in told
    weaker = replace(shown.claims[0], unchecked=("negation",))
    assert "negation could not be" in html_views.prose((weaker,), numbered_sources(shown))
    assert html_views.legend((weaker, *shown.claims)).count("<p") == 2 and html_views.legend(answer.claims) == ""


def test_how_a_question_was_read_is_shown_in_the_pages_language(answer: Answer) -> None:
    from ui.shared import i18n

    put_right = replace(answer, corrected="<b>Who</b> was the miller?")
    assert html_views.corrected(answer) == ""
    assert "Showing answers for “&lt;b&gt;Who&lt;/b&gt; was the miller?”." in html_views.corrected(put_right)
    try:
        i18n.set_language_source(lambda: "ru")
        assert "Показаны ответы на вопрос «" in html_views.corrected(put_right)
        i18n.set_language_source(lambda: "es")
        assert "Se muestran respuestas a «" in html_views.corrected(put_right)
    finally:
        i18n.set_language_source(lambda: "en")


def test_a_member_of_an_archive_is_named_with_it() -> None:
    shown = html_views.where("a/papers.zip", 3, ("in/lease.pdf", "Rent"))
    assert 'title="a/papers.zip/in/lease.pdf"' in shown and ">papers.zip/in/lease.pdf<" in shown and "Rent" in shown


def test_copy_carries_formatted_and_plain_text_that_no_sanitizer_drops() -> None:
    held = [json.loads(each) for each in ButtonReader.copied(html_views.copy_buttons(r"a --\> b, **c** </title>"))]
    assert held == [
        {"text/html": "<p>a --&gt; b, <strong>c</strong> &lt;/title&gt;</p>", "text/plain": "a --> b, c </title>"},
        {"text/plain": r"a --\> b, **c** </title>"},
    ]
    assert not re.search("[<>]", "".join(ButtonReader.copied(html_views.copy_buttons("--> </style>"))))


class ButtonReader(HTMLParser):
    """Reads what the buttons of the page copy, as a browser hands it to a script."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "data-oaken-copy"]

    @classmethod
    def copied(cls, markup: str) -> list[str]:
        reader = cls()
        reader.feed(markup)
        return reader.found


def test_the_theme_is_chosen_by_the_names_that_streamlit_reads() -> None:
    switch = html_views.theme_switch()
    names = re.findall(r'data-oaken-theme="(\w+)">(\w+)<', switch)
    assert names == [("System", "Automatic"), ("Light", "Light"), ("Dark", "Dark")]
    scripts = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("utils.*.js")
    stored = [each for each in scripts if "stActiveTheme-${window.location.pathname}" in each.read_text()]
    assert stored  # an update may store the choice elsewhere: assets/clicks.js


def test_lines_of_code_stay_lines_where_a_passage_is_shown() -> None:
    text = "# How many minutes each of the stops of the line lies behind the first, all in all\nSTOPS = [\n    1,\n]"
    passage = Passage("d", "tram/times.py", text, 0, len(text), None, (), "en", 0.5)
    prose = replace(passage, source="tram/times.txt")
    drawn, other = html_views.passages([passage], []), html_views.passages([prose], [])
    assert "oaken-lines" in drawn and "all in all\nSTOPS = [\n    1," in drawn
    assert "oaken-lines" not in other and "all in all STOPS" in other
