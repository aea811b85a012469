"""Every benchmark of speed runs on a small scale and writes its tables. No time is asserted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.shared.local_models import MARKERS
from benchmarks.speed import (
    ask_page,
    freshness,
    ingest,
    library_map,
    library_page,
    peers,
    prompt_cache,
    prompt_lookup,
    scale,
    sharing,
    start,
    throughput,
    vector_index,
)
from tests import ggufs

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.usefixtures("home")]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A small model of random weights."""
    keys, shapes = ggufs.model("llama", ggufs.sentencepiece(MARKERS), name="oasst")
    return ggufs.write(tmp_path / "tiny.gguf", keys, shapes)


def test_vector_index_finds_the_same_in_both(run: Any) -> None:
    got = run(vector_index.main, 200)["vector_index"]
    assert [row["index"] for row in got.rows] == ["exact", "chroma"]
    assert [row["recall@10"] for row in got.rows] == [1.0, 1.0]


def test_scale(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "QUESTIONS", 4)
    got = run(scale.main, 100)["scale_100"]
    assert [row["stage"] for row in got.rows][-1] == "whole, sentences scored" and len(got.rows) == 7


def test_ingest(run: Any, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    for number in range(3):
        (tmp_path / "papers" / f"{number}.txt").write_text(f"Boat {number} lies at the quay.", encoding="utf-8")
    got = run(ingest.main, tmp_path / "papers", "--small", 4)
    runs = {row["run"]: row["files read"] for row in got["ingest"].rows}
    assert runs == {"first": 3, "unchanged": 0, "renamed": 0, "small files, first": 4, "small files, unchanged": 0}
    assert got["ingest"].command == "python -m benchmarks.speed.ingest FOLDER --small 4"
    assert got["ingest_stages"].rows and len(got["ingest_rates"].rows) >= 4


@pytest.mark.bench
def test_peers_that_are_not_installed_are_named(run: Any, evaluation: Path, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    for number in range(3):
        (tmp_path / "papers" / f"{number}.md").write_text(f"Boat {number} lies at the quay.", encoding="utf-8")
    got = run(peers.main, tmp_path / "papers", evaluation / "xquad", "--sample", 2, "--cold", 1)
    [indexed] = got["peers_ingest"].rows
    assert (indexed["program"], indexed["files"], indexed["tokens cut off"]) == ("Oaken", 3, 0.0)
    assert "left out: LangChain, LlamaIndex, txtai" in got["peers_ingest"].note
    assert {row["part"] for row in got["peers_parts"].rows} >= {"Oaken's embedder", "SentenceTransformer.encode"}
    [answered] = got["peers_answers"].rows
    assert answered["questions"] == 2 and answered["answer found"] == 1.0


def test_throughput_beside_raw_calls(run: Any, tiny: Path) -> None:
    got = run(throughput.main, "--model", tiny, "--rounds", 1, "--prompt", 16, "--tokens", 4)["throughput"]
    assert [row["what"] for row in got.rows] == ["read", "written"]
    assert got.command.endswith("--model tiny.gguf --rounds 1 --prompt 16 --tokens 4")


@pytest.mark.bench
def test_prompt_cache(run: Any) -> None:
    got = run(prompt_cache.main, "--rounds", 1)
    assert got["prompt_cache"].rows[1]["time to the first token, of the first's"] < 1
    talked = {row["question"]: row["evaluated"] for row in got["prompt_cache_conversation"].rows}
    assert talked["the same again"] == 0


def test_prompt_lookup_writes_as_many_texts(run: Any) -> None:
    got = run(prompt_lookup.main, "--answers", 2)["prompt_lookup"]
    assert got.rows[0]["answers"] == 2 and got.rows[0]["passes, of without"] <= 1


@pytest.mark.parametrize(
    ("seen", "found"),
    [([1, 2, 3, 4, 1, 2], [3, 4]), ([1, 2, 3], []), ([7, 7, 7], [7]), ([1, 2, 9, 1, 2, 8, 1, 2], [8, 1])],
)
def test_guesses_are_what_followed_last_time(seen: list[int], found: list[int]) -> None:
    assert prompt_lookup.guess(seen, 2) == found


@pytest.mark.bench
def test_sharing(run: Any) -> None:
    assert len(run(sharing.main, "--rounds", 1)["sharing"].rows) == 5


@pytest.mark.bench
@pytest.mark.bench
def test_start(run: Any) -> None:
    rows = run(start.main, "--rounds", 1)["start"].rows
    assert [row["command"] for row in rows] == list(start.COMMANDS)
    assert all(row["processor seconds"] > 0 and row["memory, MB"] > 1 for row in rows)


def test_freshness(run: Any) -> None:
    assert run(freshness.main, 2)["freshness"].rows[0]["documents"] == 2


@pytest.mark.bench
def test_the_page_ask(run: Any) -> None:
    assert len(run(ask_page.main, 2)["ask_page"].rows) == 8


@pytest.mark.bench
def test_the_page_library(run: Any) -> None:
    steps = [row["step"] for row in run(library_page.main, 80)["library_page"].rows]
    assert "select all" in steps and "find by a word" in steps


@pytest.mark.bench
def test_the_map(run: Any) -> None:
    got = run(library_map.main, 120)
    assert got["library_map"].rows and got["library_map_page"].rows
