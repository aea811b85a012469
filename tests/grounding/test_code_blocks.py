"""Code in answers: blocks stay whole, are judged whole, and are shown with their language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from rag.answer.assistant import Assistant
from rag.citations import numbered_sources
from rag.grounding.code_blocks import as_evidence, code_claim, code_language
from rag.library.library import Library
from rag.text.sentences import fenced, sentences
from rag.types import Answer, AnswerStatus, Finished, Passage, TextDelta
from tests.doubles import BagEmbedder, ScriptedModel, paper, papers_folder
from ui.api.answer_text import CitedText
from ui.cli import render
from ui.web import html_views

CODE = "def greet(name):\n    # Say hello. Twice?\n    print('Hello', name)\n\n    return name\n"
BLOCK = f"```python\n{CODE}```"


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_a_block_is_one_sentence_whatever_stands_in_it() -> None:
    assert cut(f"Here it is. Look:\n\n{BLOCK}\nThat is all. Yes.") == [
        "Here it is.",
        "Look:",
        BLOCK,
        "That is all.",
        "Yes.",
    ]
    assert cut(f"{BLOCK}\n\n{BLOCK}") == [BLOCK, BLOCK]
    assert cut("~~~\nx. y. z\n~~~") == ["~~~\nx. y. z\n~~~"]
    open_block = "```js\nlet a = 1. b\n\n- c"
    assert cut(f"So.\n{open_block}") == ["So.", open_block]


def test_every_character_is_in_a_sentence_still() -> None:
    for text in (BLOCK, f"a\n{BLOCK}\nb", "```", "``` x\n", "a ```b``` c", "````\n```\n````", "\n```\n\n"):
        held = set()
        for start, end in sentences(text):
            held.update(range(start, end))
        assert all(at in held or letter.isspace() for at, letter in enumerate(text)), text
        assert [span[0] for span in sentences(text)] == sorted(span[0] for span in sentences(text))


def test_fences_are_read() -> None:
    assert fenced(BLOCK) == ("python", CODE)
    assert fenced("```\nx\n```") == ("", "x\n") and fenced("```py title=x\nx") == ("py", "x")
    for text in ("x", f"a\n{BLOCK}", f"{BLOCK}\nb", "```", ""):
        assert fenced(text) is None


def passage(text: str, source: str = "src/greet.py") -> Passage:
    return Passage("d", source, text, 50, 50 + len(text), None, (), "en", 1.0)


def test_a_code_block_is_supported_line_for_line_or_not_at_all() -> None:
    held = passage(f"import os\n\n{CODE}\nmain()\n")
    judged = code_claim(BLOCK, CODE, [held])
    assert judged.supported and judged.text == BLOCK
    [citation] = judged.citations
    assert held.text[citation.start - 50 : citation.end - 50] == citation.quote and citation.quote in CODE
    assert code_claim(BLOCK, CODE.replace("    ", "\t"), [held]).supported  # white space aside
    for other in (CODE.replace("name", "names"), CODE + "drop()\n", CODE.replace("'Hello'", "'Bye'"), "x\n", ""):
        judged = code_claim("```\n" + other + "```", other, [held])
        assert not judged.supported and not judged.citations
    assert not code_claim(BLOCK, "eet(name):", [held]).supported  # not in the middle of a word
    assert 0 < code_claim(BLOCK, CODE + "drop_everything()\n", [held]).score < 1


@pytest.mark.parametrize(
    ("name", "language"), [("a/b.py", "python"), ("x.RS", "rust"), ("x.txt", ""), ("Makefile", ""), ("x.tar.gz", "")]
)
def test_languages_by_name(name: str, language: str) -> None:
    assert code_language(name) == language


def test_evidence_from_a_source_file_keeps_its_lines() -> None:
    assert as_evidence("if x:\n    y()\n", "a.py") == "```python\nif x:\n    y()\n```"
    assert as_evidence("one\n  two", "a.txt") == "one two"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    embedder = BagEmbedder()
    greet = paper("greet.py", CODE.strip(), "def leave(name): return None")
    with Library.open(papers_folder(tmp_path / "library", embedder, greet), embedder.card) as library:
        yield library


def test_an_answer_with_code_from_the_library(library: Library) -> None:
    said = f"This greets.\n\n```python\n{CODE.strip()}\n```\n\nMore:\n\n```python\nwhile True: pass\n```"
    model = ScriptedModel(said, piece=7)
    assistant = Assistant(library, BagEmbedder(), lambda: model)
    *events, last = assistant.stream("def greet(name) print Hello name", insist=True)
    assert isinstance(last, Finished)
    assert "```python\n" in model.prompts[0].turns[-1].text
    blocks = [claim for claim in last.answer.claims if fenced(claim.text)]
    assert len(blocks) == 2 and blocks[0].supported and not blocks[1].supported
    assert blocks[0].citations[0].source == "/papers/greet.py"
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == said
    _shown(last.answer)


def _shown(answer: Answer) -> None:
    console = Console(record=True, width=100, no_color=True)
    for claim in answer.claims:
        console.print(render.sentence(claim, numbered_sources(answer)))
    told = console.export_text()
    assert "```python" in told and "    print('Hello', name)" in told and "(not in your documents)" in told
    page = html_views.prose(answer.claims, numbered_sources(answer))
    assert (
        '<pre class="oaken-code" dir="ltr"><code>def greet(name):\n    # Say hello' in page and "oaken-language" in page
    )
    assert page.count("<p ") == page.count("</p>") and page.count("<pre") == page.count("</pre>")


def test_code_in_the_page_is_never_markup() -> None:
    from rag.types import Claim

    evil = '```html"><script>alert(1)</script>\n<script>alert(2)</script>\n```'
    page = html_views.prose([Claim(evil, False, 0.0)], ())
    assert "<script" not in page and "&lt;script&gt;alert(2)" in page
    tail = html_views.prose([], (), tail="```html\n<script>x", writing=True)
    assert "<script" not in tail and "oaken-caret" in tail


def test_code_over_the_api_stays_fenced(library: Library) -> None:
    model = ScriptedModel(f"This greets.\n\n```python\n{CODE.strip()}\n```\n\nAnd that is it.")
    telling = CitedText()
    events = Assistant(library, BagEmbedder(), lambda: model).stream("def greet(name) print Hello name", insist=True)
    text = "".join(map(telling.feed, events))
    assert f"\n\n```python\n{CODE.strip()}\n```\n[1]" in text or f"\n\n```python\n{CODE.strip()}\n```\n[2]" in text
    assert "\n\nAnd that is it." in text
    assert telling.answer is not None and telling.answer.status is AnswerStatus.ANSWERED
