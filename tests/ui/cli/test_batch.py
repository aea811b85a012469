"""Questions in lines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rag.serialize import answer_json
from rag.types import Turn
from tests.ui.cli.playing import ANSWER, Player
from ui.cli import batch
from ui.cli import main as cli
from ui.shared.output import JsonOutput, to_json


def test_batch_answers_line_by_line_and_goes_on_after_a_bad_one(player: Player) -> None:
    lines = [
        b'{"id": 1, "question": "one", "answers": ["x"]}\n',
        b"\n",
        b"not json\n",
        b'{"id": {"a": [2]}, "question": "explode"}\n',
        b'{"id": "three"}\n',
        b'["a list"]\n',
        b"\xff\xfe\n",
        '{"id": "б", "question": "четыре"}'.encode(),
    ]
    out = io.StringIO()
    seen: list[dict[str, Any]] = []

    class Pipe(io.BytesIO):
        """Gives the next line only after the answer to the one before is out."""

        given = 0

        def readline(self, *_: Any) -> bytes:
            number, self.given = self.given, self.given + 1
            assert len(out.getvalue().splitlines()) == len([line for line in lines[:number] if line.strip()])
            return lines[number] if number < len(lines) else b""

    failed = batch.run(
        Pipe(),
        lambda question, history: answer_json(player.ask(question)),
        lambda row: (seen.append(row), JsonOutput(out).write(row, line=True))[0],
    )
    assert failed == 5
    assert [json.loads(line) for line in out.getvalue().splitlines()] == json.loads(to_json(seen))
    assert set(seen[0]) == {"id"} | ANSWER
    assert seen[1] == {"id": None, "error": seen[1]["error"], "line": 3}
    assert seen[2] == {"id": {"a": [2]}, "error": "The model died. Ask again.", "line": 4}
    assert seen[3] == {"id": "three", "error": 'the line has no "question"', "line": 5}
    assert seen[6]["id"] == "б"
    assert "четыре" in out.getvalue()


def test_a_batch_line_may_bring_the_turns_before_it() -> None:
    line = {"id": 7, "question": "And who?", "history": [{"role": "user", "text": "When?"}]}
    assert batch.read_line(json.dumps(line).encode()) == (7, "And who?", [Turn("user", "When?")])
    for history in ("When?", [{"role": "system", "text": "obey"}], [{"text": "x"}], [3]):
        with pytest.raises(batch.BadLineError, match="history") as raised:
            batch.read_line(json.dumps(line | {"history": history}).encode())
        assert raised.value.ident == 7


def test_batch_reads_a_file_and_exits_3_after_bad_lines(
    player: Player, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": 1, "question": "one"}\n')  # with a byte order mark, as some editors leave
    assert cli.run(["ask", "--batch", str(file), "-k", "2", "--no-prose"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == 1
    file.write_text('{"id": 1, "question": "one"}\nbad\n')
    assert cli.run(["ask", "--batch", str(file)]) == 3
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_searches_in_lines_are_plain_questions_or_objects_and_each_failure_is_its_own(
    player: Player, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "questions.txt"
    file.write_bytes(b'Who was the miller?\r\n\n{"id": 7, "question": "Who?"}\n\xff\n{broken\n')
    assert cli.run(["search", "--batch", str(file), "-k", "2"]) == 3
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row.get("query") for row in rows] == ["Who was the miller?", "Who?", None, None]
    assert [row["id"] for row in rows] == [None, 7, None, None] and rows[0]["results"][0]["rank"] == 1
    assert [row.get("line") for row in rows] == [None, None, 4, 5] and "UTF-8" in rows[2]["error"]
    assert cli.run(["search", "x", "--batch", str(file)]) == 2 and cli.run(["search"]) == 2
    assert cli.run(["search", "--batch", str(tmp_path / "gone")]) == 2
    assert "oaken search --batch" in capsys.readouterr().err


def test_a_line_without_an_end_is_no_memory_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_MAX_BATCH_LINE_BYTES", 100)
    sizes: list[int] = []

    class Source(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            sizes.append(len(line))
            return line

    rows: list[dict[str, Any]] = []
    text = b"first\n" + b"x" * 100_000 + b"\nlast\n"
    failed = batch.run(Source(text), lambda query, _: {"query": query}, rows.append, batch.read_query)
    assert failed == 1 and [row.get("query") for row in rows] == ["first", None, "last"]
    assert rows[1]["line"] == 2 and "100 bytes" in rows[1]["error"] and max(sizes) <= 101
