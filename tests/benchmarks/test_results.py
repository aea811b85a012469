"""Result files: written, read, shown, and nothing in them but what a reader needs."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.results import (
    RESULTS,
    Result,
    benchmark_parser,
    caption,
    format_cell,
    markdown_table,
    parse_options,
    publish,
    read_result,
    write_result,
)
from rag.model.files.known_models import MODELS

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = sorted(RESULTS.glob("*.json"))
NAMES = st.text(string.ascii_lowercase + " ,é", min_size=1, max_size=8)
CELLS = st.one_of(st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), NAMES)


@st.composite
def results(draw: st.DrawFn) -> Result:
    columns = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    rows = draw(st.lists(st.fixed_dictionaries(dict.fromkeys(columns, CELLS)), max_size=4))
    return Result("drawn", draw(NAMES), draw(NAMES), "2026-01-01", dict.fromkeys(columns, ""), rows, transposed_note())


def transposed_note() -> str:
    return "A note."


@given(results())
def test_a_result_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, result: Result) -> None:
    assert read_result(write_result(result, tmp_path_factory.mktemp("results"))) == result


@given(results())
def test_a_table_has_a_line_for_each_row_and_transposed_for_each_column(result: Result) -> None:
    plain, turned = markdown_table(result).splitlines(), markdown_table(result, transposed=True).splitlines()
    assert len(plain) == 2 + len(result.rows) and len(turned) == 1 + len(result.columns)
    assert {line.count("|") for line in plain} == {len(result.columns) + 1}
    assert {line.count("|") for line in turned} == {len(result.rows) + 2}


def test_cells_are_shown_by_their_format() -> None:
    assert [format_cell(cell, spec) for cell, spec in ((0.95, ".3f"), (12345, ","), ("3 of 4", ".1f"), (None, ""))] == [
        "0.950",
        "12,345",
        "3 of 4",
        "",
    ]


def options_of(tmp_path: Path, *arguments: str) -> str:
    parser = benchmark_parser("benchmarks.quality.sample", "Ask.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, default=tmp_path / "cache")
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--model", default="")
    return str(parse_options(parser, [str(tmp_path), *arguments]).command)


def test_the_command_names_no_path_and_nothing_that_changes_no_figure(tmp_path: Path) -> None:
    command = options_of(
        tmp_path, "--expected", f"{tmp_path}/x", "--model", "/models/a.gguf", "--cache", "/c", "--json"
    )
    assert command == "python -m benchmarks.quality.sample FOLDER --expected EXPECTED --model a.gguf"
    assert options_of(tmp_path, "--json", f"{tmp_path}/out") == "python -m benchmarks.quality.sample FOLDER"


def test_what_is_published_is_printed_and_with_json_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = benchmark_parser("benchmarks.quality.sample", "Ask.")
    columns, rows = {"set": "", "share": ".2f"}, [{"set": "a", "share": 1 / 3}, {"set": "b"}]
    publish(parse_options(parser, []), "shares", "Shares", columns, rows)
    assert "| a | 0.33 |\n| b |  |" in capsys.readouterr().out and not list(tmp_path.iterdir())
    publish(parse_options(parser, ["--json", str(tmp_path)]), "shares", "Shares", columns, rows, "Of three.")
    written = read_result(tmp_path / "shares.json")
    assert written.rows == [{"set": "a", "share": 0.33333}, {"set": "b", "share": None}]
    assert written.note == "Of three." and written.versions["oaken"] and not written.transcribed
    assert caption(written).startswith("`python -m benchmarks.quality.sample` · ")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_result_file_is_whole_and_says_how_to_get_it_again(path: Path) -> None:
    result = read_result(path)
    assert result.name == path.stem and result.title and result.rows
    assert date.fromisoformat(result.date) <= date.today()
    assert all(list(row) == list(result.columns) for row in result.rows)
    assert result.transcribed == result.note.startswith("Transcribed") == (not result.versions)
    module = re.match(r"python -m (benchmarks[.\w]+)|oaken eval ", result.command)
    assert module is not None
    if module[1]:
        assert (REPOSITORY / module[1].replace(".", "/")).with_suffix(".py").exists()
    assert not re.search(r"(?<![\w>])/\w+/|localhost|\.local\b", path.read_text(encoding="utf-8"))  # nobody's machine


def test_each_result_file_is_shown() -> None:
    shown = {
        name
        for page in (REPOSITORY / "benchmarks").rglob("README.md")
        for name in re.findall(r"<!-- generated: results/([\w-]+)\.json", page.read_text(encoding="utf-8"))
    }
    assert shown == {path.stem for path in FILES}


def test_what_the_page_says_of_models_is_what_was_measured() -> None:
    rows = {row["model"]: row for row in read_result(RESULTS / "prose_models.json").rows}
    known = {model.name: dict(model.measured) for model in MODELS if model.measured}
    figures = {
        str(name): {key: row[key] for key in ("en", "es", "ru") if row[key] is not None} for name, row in rows.items()
    }
    assert figures == known
