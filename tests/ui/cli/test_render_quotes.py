"""In the terminal a quote is shown as what it is in its document, below the few words that answer."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from rag.citations import numbered_sources
from rag.quote_blocks import UNSURE
from rag.types import (
    Answer,
    AnswerStatus,
    AnswerVerdict,
    Citation,
    Claim,
    ClaimChecked,
    Finished,
    QuotePart,
    QuotesReady,
)
from tests.ui.quoted import ANSWER, CODE, COMPARED, LIST, LONG, PARAGRAPH, ROW
from ui.cli import render, render_quotes
from ui.cli.progress import draw


def shown(*quotes: Citation, width: int = 70, color: bool = False) -> str:
    answer = Answer("?", AnswerStatus.QUOTED, 0.9, quotes)
    console = Console(width=width, force_terminal=color, no_color=not color, highlight=False)
    with console.capture() as caught:
        console.print(render_quotes.quotes(answer, numbered_sources(answer)))
    return "\n".join(line.rstrip() for line in caught.get().splitlines())


def test_a_list_has_an_item_on_each_line_and_says_how_to_see_the_rest() -> None:
    assert shown(LIST).splitlines()[:5] == [
        "[1] Before a ride check:",
        "     • the tyres",
        "     • the chain & the bell",
        "    2 of 3 shown · oaken show d --text",
        "    docs/shop.md, page 2, Workshop",
    ]


def test_code_keeps_its_lines_and_a_row_is_a_table() -> None:
    assert shown(CODE).splitlines()[:6] == [
        "[1] Start it:", "", "      if true; then", '          echo "<b>on</b>"', "      fi",
        "    docs/shop.md, page 2, Workshop",
    ]  # fmt: skip
    assert shown(ROW).splitlines()[:2] == ["[1] Part        Torque  Lock", "    Crank bolt  42 Nm   no"]
    words = " | ".join(f"Label {at}: {at}" for at in range(6))
    wide = Citation("d", "a.csv", None, (), 0, len(words), words, 0.9, (QuotePart("row", 0, len(words)),))
    assert shown(wide).splitlines()[:2] == ["[1] Label 0  0", "    Label 1  1"]
    program = replace(CODE, source="a.py", quote="def f():\n    return 1", parts=(), marks=())
    assert shown(program).splitlines()[:2] == ["[1]   def f():", "          return 1"]


def test_a_long_line_of_code_loses_nothing() -> None:
    long = "echo " + "x" * 90
    quote = replace(CODE, start=0, end=len(long), quote=long, parts=(QuotePart("code", 0, len(long)),))
    assert shown(quote, width=60).count("x") == 90


def test_a_narrow_terminal_loses_no_code_and_turns_rows_into_lines() -> None:
    long = "total = sum(price for name, price in prices)"
    program = replace(CODE, source="a.py", start=0, end=len(long), quote=long, parts=(QuotePart("code", 0, len(long)),))
    assert "".join(shown(program, width=20).split("docs")[0].split()).startswith("[1]" + long.replace(" ", ""))
    assert shown(ROW, width=20).splitlines()[:3] == ["[1] Part: Crank bolt", "    Torque: 42 Nm", "    Lock: no"]


def test_quotes_of_one_place_name_it_once_below_the_last() -> None:
    second = replace(PARAGRAPH, start=PARAGRAPH.end + 1, end=PARAGRAPH.end + 4, quote="And", parts=())
    said = shown(PARAGRAPH, second, replace(PARAGRAPH, document_id="e", source="docs/other.md"))
    assert said.count("docs/shop.md") == 1 and said.count("docs/other.md") == 1
    assert said.index("[2]") < said.index("docs/shop.md") < said.index("[3]")


def test_what_answers_is_bold_within_what_is_not() -> None:
    long, inline = shown(LONG, color=True), shown(PARAGRAPH, color=True)
    assert "\x1b[1;39mIt was rebuilt after a flood.\x1b[0m" in long and "\x1b[39mTwo sisters ran it." in long
    assert "\x1b[1;39mTwo sisters ran it.\x1b[0m\x1b[39m They sold" in inline
    assert shown(PARAGRAPH).startswith("[1] “Two sisters ran it. They sold forty bicycles.”")


def test_the_short_answer_comes_first_and_prose_only_where_it_adds() -> None:
    again, more = Claim("Crank bolt: torque 42 Nm.", True, 0.9, (ROW,)), Claim("So 42 it is.", True, 0.9, (ROW,))
    console = Console(width=100, no_color=True)

    def told(*claims: Claim) -> str:
        answer = replace(ANSWER, quotes=(ROW,), claims=claims)
        events = [QuotesReady(replace(answer, claims=())), *map(ClaimChecked, claims), Finished(answer)]
        with console.capture() as caught:
            for _ in draw(events, console, lambda _: ""):
                pass
        return caught.get()

    assert told(again).splitlines()[:3] == ["42 Nm [1]", UNSURE, ""]
    assert "So 42" not in told(again) and "Sources" not in told(again)
    assert "So 42 it is. [1]" in told(again, more) and "Sources" in told(again, more)
    assert render_quotes.heading(replace(ANSWER, short=None, verdict=AnswerVerdict.ANSWERED), ()) is None


def test_a_document_moves_no_cursor_and_marks_nothing_up() -> None:
    words = "\x1b[31m[bold]x[/bold]\u202e :smile: \x9b2J"
    for kind in ("text", "title", "list", "row", "code"):
        body = f"{words} | a: {words}\n{words}"
        parts = (QuotePart(kind, 0, len(body)), QuotePart("text", len(body), len(body)))
        quote = Citation("d", "a.sh", None, (), 0, len(body), body, 0.9, parts, ((3, 9),), (1, 2))
        drawn = shown(quote, width=120)
        assert not {"\x1b", "\x9b", "\u202e"} & set(drawn) and "[31m[bold]x[/bold] :smile:" in drawn


def test_two_documents_stand_side_by_side() -> None:
    console = Console(width=90, highlight=False)
    with console.capture() as caught:
        console.print(render.own_reply(COMPARED))
    lines = [" ".join(line.split()) for line in caught.get().splitlines() if line.strip()]
    assert lines == [
        "old.md and new.md differ in 2 places:",
        "old.md (2021) new.md (2024)",
        "The rent is 820. [1] Rent The rent is 910. [2] page 2, Rent",
        "— A | <b>: 1 [3] page 2",
    ]
