"""Answers in a terminal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.types import Answer, AnswerStatus
from tests.ui.cli.playing import Player
from ui.cli import main as cli


def test_an_answer_in_oakens_own_words_and_a_disputed_one(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(player.answer.quotes[0], document_id="x", source="docs/other.txt", start=900, end=912)
    first = replace(player.answer.claims[0], conflict=(other,))
    player.answer = replace(player.answer, claims=(first,))
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    assert "He was called Tobias Wren. [1]  (otherwise: [2])" in told and "[2] docs/other.txt" in told
    player.answer = Answer("Thanks", AnswerStatus.TOLD, 1.0, reply="You are welcome.")
    assert cli.run(["ask", "Thanks"]) == 0
    assert capsys.readouterr().out.strip() == "You are welcome."


def test_an_answer_reads_quotes_first_then_sentences_then_sources(
    player: Player, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    parts = [
        "[1] Flour is ground at dawn. “The miller's name was Tobias Wren.”",
        "He was called Tobias Wren. [1]",
        "He had a goat. [2]",
        "He was born in Paris.  (not in your documents)",
        "Sources",
        "[1] docs/mill.txt, page 4, The mill › People",
        "120 of 2048 tokens",
    ]
    places = [told.index(part) for part in parts]
    assert places == sorted(places)


def test_what_the_documents_do_not_say_is_refused(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    player.answer = replace(player.answer, status=AnswerStatus.NOT_FOUND, claims=())
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    assert "Your documents do not say." in told
    assert "docs/mill.txt" in told
    assert "--insist" in told
    assert "Sources" not in told


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b]0;owned\x07", "\x9b31m", "[red]x[/red]", "\u202eevil", ":smile:"])
def test_a_document_cannot_speak_to_the_terminal(
    hostile: str, player: Player, capsys: pytest.CaptureFixture[str]
) -> None:
    passage = player.answer.passages[0]
    poisoned = replace(passage, text=passage.text + hostile, source=f"docs/{hostile}.txt", section=(hostile,))
    quote = replace(player.answer.quotes[0], source=poisoned.source, section=poisoned.section)
    claim = replace(player.answer.claims[2], text=hostile)
    player.answer = replace(player.answer, passages=(poisoned,), quotes=(quote,), claims=(claim,), note=hostile)
    for command in (["ask", "Who?"], ["search", "Who?"], ["search", "Who?", "--json"], ["ask", "Who?", "--json"]):
        assert cli.run(command) == 0
        told = capsys.readouterr().out
        assert not any(sign in told for sign in "\x1b\x07\x9b\u202e")
        if "--json" in command:
            assert hostile in json.loads(told).get("results", [{"text": hostile}])[0]["text"]
        elif hostile[0] in "[:":
            assert hostile in told
