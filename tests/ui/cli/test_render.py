"""Answers in a terminal."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ingest.report import FileOutcome, IngestReport
from rag.types import Answer, AnswerStatus, Document, Element, FileRecord, FileStamp, Link, Outcome
from tests.ui.cli.playing import Player
from ui.cli import main as cli
from ui.cli import render
from ui.shared.folders import DocumentName


def test_an_answer_in_oakens_own_words_and_a_disputed_one(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(player.answer.quotes[0], document_id="x", source="docs/other.txt", start=900, end=912)
    first = replace(player.answer.claims[0], conflict=(other,))
    player.answer = replace(player.answer, claims=(first,))
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    assert "He was called Tobias Wren. [1]  ([2] says otherwise)" in told and "[2] other.txt" in told
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
        "[1] mill.txt, page 4, The mill › People",
        "prompt 120 of 2,048 tokens",
    ]
    places = [told.index(part) for part in parts]
    assert places == sorted(places)


def test_what_the_documents_do_not_say_is_refused(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    player.answer = replace(player.answer, status=AnswerStatus.NOT_FOUND, claims=())
    assert cli.run(["ask", "Who?"]) == 0
    told = capsys.readouterr().out
    assert "Your documents do not say." in told
    assert "1. mill.txt" in told and "docs/" not in told
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


@pytest.mark.parametrize(
    ("folder", "shown"),
    [
        ("/far", "docs/letters/offer.txt"),
        ("/far/docs", "letters/offer.txt"),
        ("/far/other", "/far/docs/letters/offer.txt"),
    ],
)
def test_a_listed_path_leads_to_its_file_from_any_folder(folder: str, shown: str) -> None:
    stamp = FileStamp(1, 1)
    record = FileRecord("id", "../docs/letters/offer.txt", "/far/docs", "letters/offer.txt", stamp, Outcome.INDEXED)
    assert render.path_from(Path(folder), record) == shown


def test_a_file_that_once_moved_is_listed_as_indexed() -> None:
    record = FileRecord("id", "a.txt", "/far", "a.txt", FileStamp(1, 1), Outcome.MOVED, "moved from b.txt", chunks=1)
    output = io.StringIO()
    Console(file=output, width=200).print(render.documents([record], {"id": DocumentName("Old news", "far/a.txt")}))
    assert "Old news" in output.getvalue() and "far/a.txt" in output.getvalue()
    assert "indexed" in output.getvalue() and "moved" not in output.getvalue()


def test_a_run_tells_which_files_were_read_in_part_and_why() -> None:
    rows = [FileOutcome(f"{at}.zip", Outcome.INDEXED, f"song{at}.mp3 was not read") for at in range(22)]
    rows += [FileOutcome("a.txt", Outcome.INDEXED), FileOutcome("b.txt", Outcome.DUPLICATE, "a copy of a.txt")]
    output = io.StringIO()
    Console(file=output, width=200).print(render.report(IngestReport(tuple(rows))))
    told = output.getvalue()
    assert "23 indexed (22 in part)" in told and "a copy" not in told
    assert "read in part" in told and "song19.mp3 was not read" in told and "song20" not in told
    assert "2 more were read in part" in told
    output = io.StringIO()
    Console(file=output, width=200).print(render.report(IngestReport(tuple(rows[-2:]))))
    assert "in part" not in output.getvalue()


def test_what_is_known_of_a_document_is_more_than_its_row() -> None:
    record = FileRecord(
        "id7", "a.eml", "/far", "a.eml", FileStamp(2_500, 0), Outcome.INDEXED, "", "message/rfc822", "en"
    )
    elements = tuple(
        Element("text", at, at + 1, None, ("Offer", *inner)) for at, inner in enumerate(((), ("plan.pdf",), ("x.csv",)))
    )
    held = Document(
        "abc", elements, "message/rfc822", links=(Link(0, 1, "https://x.test"),), remark="b.zip: unsupported"
    )
    output, name = io.StringIO(), DocumentName("An offer", "far/a.eml")
    Console(file=output, width=200).print(render.document(replace(record, chunks=3), held, name))
    for fact in (
        "/far/a.eml",
        "An offer",
        "id7",
        "message/rfc822",
        "2.5 kB",
        "1970-01-01 00:00",
        "plan.pdf",
        "x.csv",
        "b.zip",
    ):
        assert fact in output.getvalue(), fact
    assert "Pages" not in output.getvalue()
    output = io.StringIO()
    Console(file=output, width=200).print(render.document(record, replace(held, elements=elements[:2]), name))
    assert "plan.pdf" in output.getvalue()  # the only one
    render.document(replace(record, stamp=FileStamp(1, 10**30)), None, name)  # a date that is none
