"""The command on its real parts: the embedder, Chroma, tantivy and the language model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ui.cli.test_main import ANSWER, NAMES, QUOTE, RESULT
from tests.ui.conftest import DOCUMENTS, Command

pytestmark = pytest.mark.real

DOCUMENT = {
    "source", "document_id", "media_type", "language", "pages", "chunks", "outcome", "reason", "ingested_at",
    "title", "place", "tags",
}  # fmt: skip


def parsed(done: subprocess.CompletedProcess[str], code: int = 0) -> Any:
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def listed(command: Command) -> list[dict[str, Any]]:
    return list(parsed(command("list", "--json"))["documents"])


def test_that_a_language_is_not_written_is_reported_once_for_a_library(real: Command) -> None:
    """In a terminal; a script is told each time, in a field of its own."""
    question = "Как звали смотрителя маяка?"
    assert parsed(real("ask", question, "--json"))["unwritten"] == "ru"
    first, second = (real("ask", question) for _ in range(2))
    assert "The model in use does not write Russian" in first.stdout
    assert "oaken models use qwen2.5-" in first.stdout and "--pull" in first.stdout
    assert "does not write" not in second.stdout and "Афанасий Лугин" in second.stdout
    assert "does not write Spanish" in real("ask", "¿Cuánto cuesta una hogaza de centeno?").stdout
    assert parsed(real("ask", question, "--json"))["unwritten"] == "ru"


def test_list_has_every_document_in_the_stable_shape(real: Command) -> None:
    rows = listed(real)
    assert {Path(row["source"]).name for row in rows} == set(DOCUMENTS)
    assert all(set(row) == DOCUMENT and row["outcome"] == "indexed" and row["chunks"] for row in rows)
    told = {Path(row["source"]).name: row["language"] for row in rows}
    assert told.pop("hostile.txt") in ("en", "")  # half of it is no prose
    assert set(told.values()) == {"en", "es", "ru"}


@pytest.mark.parametrize(
    ("question", "words", "source"),
    [
        ("Who was the miller?", "Tobias Wren", "mill.txt"),
        ("¿Cuánto cuesta una hogaza de centeno?", "tres coronas", "panaderia.md"),
        ("Как звали смотрителя маяка?", "Афанасий Лугин", "mayak.txt"),
    ],
)
def test_a_question_in_each_language_is_answered_with_its_exact_source(
    real: Command, question: str, words: str, source: str
) -> None:
    row = parsed(real("ask", question, "--json"))
    assert set(row) == ANSWER
    assert row["status"] in ("answered", "quoted")
    quote = row["quotes"][0]
    assert set(quote) == {*QUOTE, *NAMES, "numbers"}
    assert words in quote["quote"]
    assert quote["source"].endswith(source)
    text = real("show", quote["document_id"], "--text").stdout
    assert text[quote["start"] : quote["end"]] == quote["quote"]
    if source == "mill.txt":  # the embedded model writes English only: elsewhere the quotes answer
        assert row["claims"], "the model wrote nothing"
        assert row["prompt_tokens"] > 0


def test_the_terminal_shows_the_quote_and_its_place(real: Command) -> None:
    done = real("ask", "Who was the miller?", "--no-prose")
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert "[1] " in told and "The miller's name was Tobias Wren" in told
    assert "mill.txt" in told.rsplit("Tobias Wren", 1)[1]
    assert "Sources" not in told  # each quote has its place below it


def test_what_no_document_says_is_not_answered(real: Command) -> None:
    assert parsed(real("ask", "Who won the chess olympiad in Havana?", "--json"))["status"] == "not_found"
    assert "Your documents do not say." in real("ask", "Who won the chess olympiad in Havana?").stdout


def test_search_gives_results_in_the_stable_shape(real: Command) -> None:
    row = parsed(real("search", "flour on Tuesdays", "--json", "-k", "2"))
    assert set(row) == {"query", "results"}
    assert 1 <= len(row["results"]) <= 2
    assert all(set(result) == RESULT for result in row["results"])


def test_a_hostile_document_cannot_speak_to_the_terminal(real: Command) -> None:
    for arguments in (["search", "garden gate"], ["search", "garden gate", "--json"], ["ask", "garden gate painted"]):
        done = real.child(*arguments, *(["--no-prose"] if arguments[0] == "ask" else []))
        assert "garden gate" in done.stdout
        assert not any(sign in done.stdout + done.stderr for sign in "\x1b\x07\x9b")


@pytest.mark.parametrize("half", ["\ud800", "\udcff"], ids=["no character", "a raw byte"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask", "Who was the miller{half}?", "--no-prose"], 0),
        (["ask", "Who was the miller{half}?", "--no-prose", "--json"], 0),
        (["search", "miller{half}", "--json"], 0),
        (["ask", "Who?", "--no-prose", "--in", "{half}"], 2),
        (["ask", "--batch", "{half}.jsonl"], 2),
        (["show", "{half}"], 2),
        (["remove", "{half}.txt"], 2),
        (["ingest", "{half}"], 2),
        (["list", "--library", "{half}"], 2),
        (["{half}"], 2),
    ],
)
def test_half_a_character_in_an_argument_is_cleaned_or_named(
    real: Command, arguments: list[str], code: int, half: str
) -> None:
    done = real(*(each.format(half=half) for each in arguments))  # an exception would come out of the call
    assert done.returncode == code, done.stderr
    if not code and "--json" in arguments:
        assert "Tobias Wren" in json.dumps(json.loads(done.stdout)) and half not in done.stdout


def test_half_a_character_in_a_batch_costs_nothing(real: Command, tmp_path: Path) -> None:
    asked = {"id": "\ud800", "question": "Who was the miller\ud800?", "history": [{"role": "user", "text": "A\udcff?"}]}
    refused = {"id": 2, "question": "\ud800", "history": "\ud800"}
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, (asked, refused))))
    done = real("ask", "--no-prose", "--batch", str(tmp_path / "b.jsonl"))
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 3 and second["line"] == 2 and first["id"] == "\ud800"
    assert first["question"] == "Who was the miller\ufffd?" and "Tobias Wren" in str(first["quotes"])


def test_batch_answers_as_lines_come(real: Command) -> None:
    environment = os.environ | {"OAKEN_HOME": str(real.home), "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    child = subprocess.Popen(
        [sys.executable, "-m", "ui.cli.main", "ask", "--batch", "-", "--no-prose"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=real.folder, encoding="utf-8",
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for ident in ("a", "b"):
            child.stdin.write(json.dumps({"id": ident, "question": "Who was the miller?"}) + "\n")
            child.stdin.flush()
            row = json.loads(child.stdout.readline())  # comes while the pipe is still open
            assert row["id"] == ident
            assert "Tobias Wren" in row["quotes"][0]["quote"]
        child.stdin.close()
        assert child.wait(30) == 0
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_ingest_list_remove_in_the_stable_shapes(fresh: Command, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "good.txt").write_text("The lamp oil is kept in the cellar of the town hall.")
    (folder / "odd.xyz").write_bytes(bytes(range(256)))
    (folder / "void.txt").write_text("")
    row = parsed(fresh.child("ingest", "papers", "--json"))
    assert set(row) == {"outcomes", "totals", "note"}
    assert all(set(each) == {"source", "outcome", "reason", "pages", "chunks", "seconds"} for each in row["outcomes"])
    assert {each["outcome"] for each in row["outcomes"]} == {"indexed", "unsupported", "empty"}
    assert all(each["reason"] for each in row["outcomes"] if each["outcome"] != "indexed")
    table = fresh("ingest", "papers").stdout
    assert "1 unchanged" in table
    assert "odd.xyz" in table

    assert {Path(each["source"]).name for each in parsed(fresh("list", "--json", "--failed"))["documents"]} == {
        "odd.xyz", "void.txt",
    }  # fmt: skip
    assert fresh("remove", "papers/nothing.txt").returncode == 2
    assert len(listed(fresh)) == 3
    gone = parsed(fresh("remove", "papers/good.txt", "--json"))["removed"]
    assert [set(each) for each in gone] == [{"source", "document_id", *NAMES}]
    assert (folder / "good.txt").exists()
    assert parsed(fresh("search", "lamp oil", "--json"))["results"] == []
    assert ".oakenignore" in fresh("remove", "odd.xyz").stdout
    told = fresh("remove", "papers")
    assert "Your files were not touched." in told.stdout
    assert listed(fresh) == []
    assert parsed(fresh("doctor", "--json", "--library", "default"))["healthy"]


def test_an_empty_folder_is_wrong_usage(fresh: Command, tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()
    done = fresh("ingest", "void")
    assert done.returncode == 2
    assert "There are no files in void" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_reported_and_exits_3(fresh: Command, tmp_path: Path) -> None:
    locked = tmp_path / "locked.txt"
    locked.write_text("words")
    locked.chmod(0)
    done = fresh("ingest", "locked.txt", "--json")
    assert parsed(done, 3)["outcomes"][0]["outcome"] == "failed"


def test_a_broken_link_is_reported_and_exits_3(fresh: Command, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "lost.txt").symlink_to(tmp_path / "nowhere.txt")
    row = parsed(fresh("ingest", "papers", "--json"), 3)
    assert row["outcomes"][0]["outcome"] == "failed"
    assert row["outcomes"][0]["reason"]


def test_a_broken_model_file_is_one_sentence(real: Command, tmp_path: Path) -> None:
    broken = tmp_path / "model.gguf"
    broken.write_bytes(b"GGUF" + b"\x00" * 40)
    environment = {"OAKEN_MODEL": str(broken)}
    done = real("ask", "Who was the miller?", "--json", env=environment)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "model.gguf" in done.stderr
    assert "OAKEN_MODEL" in done.stderr
    assert "Traceback" not in done.stderr
    assert real("ask", "Who was the miller?", "--no-prose", env=environment).returncode == 0
    row = parsed(real("doctor", "--json", env=environment), 1)
    assert [each["name"] for each in row["checks"] if not each["ok"]] == ["language model"]


def test_doctor_in_the_stable_shape(real: Command) -> None:
    row = parsed(real("doctor", "--json"))
    assert set(row) == {"healthy", "checks"}
    assert row["healthy"] is True
    assert all(set(each) == {"name", "ok", "detail"} for each in row["checks"])
    names = {each["name"] for each in row["checks"]}
    assert {"Python", "chromadb", "language model", "embedding model", "default: ledger"} <= names
    home = next(each for each in row["checks"] if each["name"] == "home")
    assert str(real.home) in home["detail"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are text")
def test_a_file_whose_name_is_no_text_is_found_and_asked(fresh: Command, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/bell\xff\xfe.txt")).write_text(
        "The ferry bell was cast by Ines Valverde."
    )
    (row,) = parsed(fresh.child("ingest", "papers", "--json"))["outcomes"]
    assert row["outcome"] == "indexed", row
    assert "Ines Valverde" in fresh.child("ask", "Who cast the ferry bell?", "--no-prose").stdout


def test_doctor_repairs_a_lost_index(fresh: Command, tmp_path: Path) -> None:
    import shutil

    (tmp_path / "a.txt").write_text("The ferry bell was cast in 1802 by Ines Valverde.")
    parsed(fresh("ingest", "a.txt", "--json"))
    shutil.rmtree(fresh.home / "libraries" / "default" / "vectors")
    row = parsed(fresh("doctor", "--json"), 1)
    assert "oaken doctor --repair" in next(each["detail"] for each in row["checks"] if not each["ok"])
    assert parsed(fresh("doctor", "--json", "--repair"))["healthy"]


def test_interrupting_is_130_with_a_word(real: Command) -> None:
    environment = os.environ | {"OAKEN_HOME": str(real.home), "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    child = subprocess.Popen(
        [sys.executable, "-m", "ui.cli.main", "ask", "--batch", "-", "--no-prose"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write('{"question": "Who was the miller?"}\n')
        child.stdin.flush()
        assert child.stdout.readline()
        time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
        assert child.returncode == 130
        assert err.strip().endswith("Stopped.")
        assert "Traceback" not in err
    finally:
        child.kill()
        child.wait()


def test_a_reader_that_leaves_early_is_no_error(real: Command) -> None:
    environment = os.environ | {"OAKEN_HOME": str(real.home), "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m ui.cli.main search mill --json | head -c 1"],
        capture_output=True, text=True, env=environment, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
