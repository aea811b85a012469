"""Conversations leave a library as files and come back; an existing file and a bad one stay as they are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rag.conversation.chats.oasst_export import oasst_lines
from rag.conversation.chats.store import ChatStore
from rag.factory import open_library
from rag.settings import load
from tests.conversation.chats.told import told_chat
from ui.cli import main as cli


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose library has a conversation."""
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    folder = tmp_path / "libraries" / "default"
    open_library(load(), "default", create=True).close()
    with ChatStore.open(folder) as chats:
        told_chat(chats)
    return tmp_path


def lines_of(home: Path, library: str = "default") -> list[str]:
    with ChatStore.open(home / "libraries" / library) as chats:
        return [*oasst_lines(chats)]


def test_conversations_leave_and_come_back_in_an_empty_home(
    home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file, before = home / "all.jsonl.gz", lines_of(home)
    assert cli.run(["export", "oasst", str(file)]) == 0
    assert "2 trees" in capsys.readouterr().out
    assert gzip.decompress(file.read_bytes()).decode() == "".join(before)
    assert file.stat().st_mode & 0o077 == 0
    empty = tmp_path_factory.mktemp("empty")
    monkeypatch.setenv("OAKEN_HOME", str(empty))
    assert cli.run(["import", "oasst", str(file)]) == 0
    assert "2 conversations with 9 messages imported" in capsys.readouterr().out
    assert lines_of(empty) == before
    assert cli.run(["import", "oasst", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "library": "default", "added": 0, "known": 2, "messages": 0, "left_out": 0,
    }  # fmt: skip
    assert cli.run(["import", "oasst", str(file)]) == 0
    assert "2 were there already" in capsys.readouterr().out


def test_without_a_file_lines_go_to_standard_output(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["export", "oasst"], ["export", "oasst", "-"]):
        assert cli.run(arguments) == 0
        said = capsys.readouterr().out
        assert [json.loads(line) for line in said.splitlines()] == [json.loads(line) for line in lines_of(home)]
        assert "\u2028" not in said  # nothing that a terminal might obey
    assert cli.run(["export", "oasst", "--form", "flat", "--pseudonyms"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 9
    assert cli.run(["export", "oasst", "--form", "threads"]) == 0
    assert all("thread_id" in json.loads(line) for line in capsys.readouterr().out.splitlines())


def test_pairs_are_written_for_dpo(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "pairs.jsonl"
    assert cli.run(["export", "dpo", str(file)]) == 0
    assert "1 pairs" in capsys.readouterr().out
    [row] = map(json.loads, file.read_text().splitlines())
    assert row["rejected"][0]["content"] == "It began in 1911."


def test_an_existing_file_is_overwritten_on_request_only(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "all.jsonl"
    file.write_text("mine")
    assert cli.run(["export", "oasst", str(file)]) == 2
    assert "--force" in capsys.readouterr().err and file.read_text() == "mine"
    assert cli.run(["export", "oasst", str(file), "--force"]) == 0
    assert file.read_text() == "".join(lines_of(home))
    assert cli.run(["export", "oasst", str(home / "none" / "all.jsonl")]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert cli.run(["export", "oasst", "--library", "none"]) != 0
    assert "There is no library 'none'" in capsys.readouterr().err


def test_an_export_that_fails_leaves_the_old_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "all.jsonl"
    file.write_text("mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ui.cli.conversations.os.fsync", full)
    assert cli.run(["export", "oasst", str(file), "--force"]) == 1
    assert "The disk is full" in capsys.readouterr().err
    assert file.read_text() == "mine" and not [*home.glob(".all*")]


def test_a_bad_file_is_refused_by_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, before = home / "bad.jsonl", lines_of(home)
    file.write_text('{"message_tree_id": "a", "prompt": {}}\n')
    assert cli.run(["import", "oasst", str(file)]) == 2
    assert "line 1: message_id: field required" in capsys.readouterr().err
    assert lines_of(home) == before
