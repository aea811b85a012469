"""What is copied or exported as Markdown: rendered, it shows the words, the numbers and the sources, and nothing that
a question, a document or a model says becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.conversation.chats.store import Chat, StoredAnswer, StoredExchange, StoredQuestion
from rag.quote_blocks import UNSURE
from rag.types import Answer, AnswerStatus, Citation, Claim, QuotePart
from tests.ui.quoted import ANSWER as SHOP
from tests.ui.quoted import CODE, COMPARED, LIST, LONG, PARAGRAPH, ROW
from tests.ui.shared.rendering import rendered, words
from ui.shared.export.markdown import of_answer, of_chat

QUOTE = Citation("d", "town/tram.md", 2, ("The town", "Trams"), 0, 29, "The tram line opened in 1911.", 0.9)


OTHER = replace(QUOTE, source="memories.txt", document_id="e", page=None, section=(), quote="It opened in 1913.")


ANSWER = Answer(
    "When?",
    AnswerStatus.ANSWERED,
    0.9,
    (QUOTE,),
    (
        Claim("The tram began in 1911.", True, 0.8, (QUOTE,), (OTHER,)),
        Claim("It was a Sunday.", False, 0.1),
    ),
)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.test/?q=1)",
    "[click](javascript:alert(1))",
    "[x]: http://evil.test",
    "<http://evil.test>",
    "`code`",
    "``` js",
    "**bold** _em_ ~~gone~~",
    "| a | b |",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quoted",
    "---",
    "===",
    "    indented",
    "\\",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "$$x$$",
    "a\nb\n\n# c",
]


def exchange(text: str, answer: Answer | None, problem: str = "") -> StoredExchange:
    question = StoredQuestion("q", "c", None, text, "2026-01-02")
    reply = StoredAnswer("r", "q", answer, problem, "oaken doctor" * bool(problem), "", "", "", 0, (), False, 0.0)
    return StoredExchange(question, ("q",), (reply,), 0)


CHAT = Chat("c", "The tram", "2026-01-02T10:00:00+00:00", "2026-01-02T10:00:00+00:00", 1)


def test_an_answer_is_prose_with_numbers_and_the_sources_with_their_quotes() -> None:
    assert words(rendered(of_answer(ANSWER))) == (
        "The tram began in 1911. [1] (other sources disagree) [2] It was a Sunday. (not in your documents) Sources "
        "tram.md, page 2, The town › Trams: “The tram line opened in 1911.” "
        "memories.txt: “It opened in 1913.”"
    )
    assert "<ol>" in rendered(of_answer(ANSWER))


def test_an_answer_without_prose_is_its_quotes() -> None:
    markup = rendered(of_answer(replace(ANSWER, claims=(), status=AnswerStatus.STOPPED)))
    assert "<blockquote>\n<p>“The tram line opened in 1911.” [1]</p>\n</blockquote>" in markup
    assert "<em>Stopped.</em>" in markup


def test_a_half_of_the_question_that_has_no_answer_is_named() -> None:
    answer = replace(ANSWER, note="Your documents do not say: who *paid*")
    assert "*Your documents do not say\\: who \\*paid\\**" in of_answer(answer)


def test_a_refusal_is_announced() -> None:
    assert of_answer(Answer("", AnswerStatus.NOT_FOUND, 0.0)) == "Your documents do not say."


def test_what_oaken_says_itself_keeps_its_list() -> None:
    markup = rendered(of_answer(Answer("", AnswerStatus.TOLD, 1.0, reply="Two documents:\n- a *b*.txt\n- 1. c.txt")))
    assert markup == "<p>Two documents:</p>\n<ul>\n<li>a *b*.txt</li>\n<li>1. c.txt</li>\n</ul>\n"


def test_code_is_a_block() -> None:
    claims = (
        Claim("Do this:", True, 0.9, (QUOTE,)),
        Claim("```python\nif x:\n    <b>\n```", True, 0.9, (QUOTE,)),
        Claim("Then stop.", False, 0.1),
    )
    markup = rendered(of_answer(replace(ANSWER, claims=claims)))
    assert "<pre><code>if x:\n    &lt;b&gt;\n</code></pre>\n<p>[1]</p>" in markup
    code = replace(QUOTE, source="a.py", quote="if y:\n    *b*")
    markup = rendered(of_answer(Answer("", AnswerStatus.QUOTED, 0.9, (code,))))
    assert "<pre><code>if y:\n    *b*\n</code></pre>\n<p>[1]</p>" in markup


def test_a_chat_is_a_heading_for_each_question() -> None:
    waiting = replace(exchange("Still waiting?", None), replies=(), shown=-1)
    path = [exchange("When?", ANSWER), exchange("Why?", None, "The model ended."), waiting]
    markup = rendered(of_chat(CHAT, path))
    assert re.findall(r"<h(\d)>(.*)</h\d>", markup) == [
        ("1", "The tram"),
        ("2", "When?"),
        ("2", "Why?"),
        ("2", "Still waiting?"),
    ]
    assert "<p>The model ended. oaken doctor</p>" in markup
    assert "<em>No answer.</em>" in markup
    assert "2026-01-02" in markup


def test_a_chat_without_a_title_has_a_heading() -> None:
    assert of_chat(replace(CHAT, title=""), []).startswith("# Conversation\n")


ONLY = {"h1", "h2", "p", "em", "strong", "ol", "li", "blockquote", "pre", "code", "ul"}


@pytest.mark.parametrize("said", HOSTILE)
def test_what_others_say_marks_nothing_up(said: str) -> None:
    plain = "A plain sentence."

    def of(text: str) -> str:
        cited = replace(QUOTE, quote=text, source=text, section=(text,))
        answer = Answer(
            text,
            AnswerStatus.ANSWERED,
            0.9,
            (cited,),
            (Claim(text, True, 0.9, (cited,)), Claim(text, False, 0.1)),
            reply=text,
        )
        path = [
            exchange(text, answer),
            exchange(text, replace(answer, claims=(), reply="")),
            exchange(text, None, problem=text),
        ]
        return rendered(of_chat(replace(CHAT, title=text), path))

    markup = of(said)
    tags = re.findall(r"<(\w+)([^>]*)>", markup)
    assert {name for name, _ in tags} <= ONLY
    assert {extra for _, extra in tags} == {""}
    if "\n" not in said and not said.startswith("- "):
        assert tags == re.findall(r"<(\w+)([^>]*)>", of(plain))


def test_a_translated_sentence_names_its_source_and_what_was_compared() -> None:
    said = Claim("El tranvía empezó en 1911.", False, 0.2, (QUOTE,), translated=True)
    text = words(rendered(of_answer(replace(ANSWER, claims=(said,)))))
    assert text.startswith("El tranvía empezó en 1911. (translated from [1]) Translated from: found by meaning in")
    spoken = {"translated from": "traducido de"}
    assert "(traducido de [1])" in words(
        rendered(of_answer(replace(ANSWER, claims=(said,)), lambda w: spoken.get(w, w)))
    )


def test_a_quote_is_what_it_is_below_the_few_words_that_answer() -> None:
    markup = rendered(of_answer(SHOP))
    assert markup.startswith(f"<p><strong>42 Nm</strong> [1]</p>\n<p><em>{UNSURE}</em></p>\n<blockquote>\n<table>")
    assert "<th>Torque</th>" in markup and "<td>42 Nm</td>" in markup
    assert "<li>the tyres</li>\n<li>the chain &amp; the bell</li>\n</ul>\n<p><em>2 of 3 shown</em></p>" in markup
    assert "<pre><code>if true; then\n    echo &quot;&lt;b&gt;on&lt;/b&gt;&quot;\nfi\n</code></pre>" in markup
    assert "<p>It opened in 1911. <strong>It was rebuilt after a flood.</strong></p>\n<p>Two sisters" in markup
    assert "Rotor" not in markup and markup.count("the tyres") == 1  # once, not among the sources too
    assert "“<strong>Two sisters ran it.</strong> They sold" in rendered(of_answer(replace(SHOP, quotes=(PARAGRAPH,))))


def test_prose_that_repeats_a_quote_is_left_out() -> None:
    again, more = Claim("Crank bolt: torque 42 Nm.", True, 0.9, (ROW,)), Claim("So 42 it is.", True, 0.9, (ROW,))
    said = words(rendered(of_answer(replace(SHOP, quotes=(ROW, PARAGRAPH), claims=(again, more)))))
    assert "Crank bolt: torque" not in said and "So 42 it is. [1]" in said
    assert said.count("Two sisters") == 1 and "<table>" in rendered(of_answer(replace(SHOP, claims=(more,))))


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("kind", ["text", "title", "list", "row", "code"])
def test_a_hostile_quote_of_any_kind_marks_nothing_up(said: str, kind: str) -> None:
    for body in (said, f"a {said} b", f"a: {said} | b: {said}", f"x\n\n{said}\n{said}", f"```\n{said}\n````\n{said}"):
        for marks in ((), ((2, 2 + len(said)),)):
            quote = Citation("d", "a", None, (), 0, len(body), body, 0.9, (QuotePart(kind, 0, len(body)),), marks)
            markup = rendered(of_answer(Answer("", AnswerStatus.QUOTED, 0.9, (quote,), short=replace(quote, parts=()))))
            tags = re.findall(r"<(\w+)([^>]*)>", markup)
            assert {name for name, _ in tags} <= ONLY | {"br", "table", "thead", "tbody", "tr", "th", "td"}
            assert {extra for _, extra in tags} <= {"", " /"}
            assert not re.search(r"(?<!&quot;)https?://[^ ]*</a>", markup)


def test_all_quotes_of_a_chat_stay_within_their_marks() -> None:
    text = of_answer(replace(SHOP, quotes=(LIST, CODE, LONG)))
    body = text.split("**Sources**")[0].split("\n\n", 2)[2]
    assert all(line.startswith(">") for line in body.strip().splitlines() if line)


def test_two_documents_are_a_table_with_a_column_for_either() -> None:
    text = of_answer(COMPARED)
    assert "| old.md (2021) | new.md (2024) |\n| --- | --- |\n" in text
    assert "| The rent is 820. \\[1\\] | The rent is 910. \\[2\\] |" in text
    assert "| — | A \\| \\<b\\>\\: 1 \\[3\\] |" in text
