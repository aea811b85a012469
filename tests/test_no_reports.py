"""No library reports to anybody, whatever a person's environment says, in this process and in every child."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag import no_reports
from rag.child_process import child_environment, run_module
from rag.library.index import chroma_collection

REPOSITORY = Path(__file__).resolve().parents[1]
AGAINST = dict.fromkeys(no_reports.NO_REPORTS, "0")  # a person's environment that asks for reports
SHOW = f"import json, os; print(json.dumps([os.environ.get(name) for name in {[*AGAINST]!r}]))"

TOLD = json.dumps([*no_reports.NO_REPORTS.values()]).split()


@pytest.mark.parametrize("module", ["rag", "oaken", "ingest.worker.main", "rag.model.worker.main", "ui.cli.main"])
def test_whatever_is_imported_first_turns_reports_off(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}; {SHOW}"],
        cwd=REPOSITORY, env={**os.environ, **AGAINST}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == TOLD


def test_every_child_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AGAINST.items():
        monkeypatch.setenv(name, value)
    assert no_reports.NO_REPORTS.items() <= child_environment().items()
    assert no_reports.NO_REPORTS.items() <= child_environment({}, ORT_DISABLE_TELEMETRY="0").items()
    (tmp_path / "shown.py").write_text(SHOW)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run_module("shown").stdout.split() == TOLD


def test_children_are_started_with_that_environment_alone() -> None:
    """A new place that starts a Python process must not forget it."""
    forgetful = []
    for folder in ("rag", "ingest", "ui"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            names = {
                each.id if isinstance(each, ast.Name) else each.name
                for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(each, ast.Name | ast.alias)
            }
            starts = "module_command" in names and path.name != "page_image.py"  # that one hands its command to process
            if (starts and "child_environment" not in names) or "multiprocessing" in names:
                forgetful.append(path.relative_to(REPOSITORY).as_posix())
    assert not forgetful


def test_chroma_believes_no_file_of_the_folder_a_command_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "ANONYMIZED_TELEMETRY=True\nCHROMA_OTEL_COLLECTION_ENDPOINT=http://192.0.2.1:4317\n"
        "CHROMA_PRODUCT_TELEMETRY_IMPL=os.path\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHROMA_OTEL_COLLECTION_ENDPOINT", "http://192.0.2.1:4317")
    settings = chroma_collection.settings(is_persistent=True)
    assert settings.is_persistent and not settings.anonymized_telemetry
    assert not settings.chroma_otel_collection_endpoint and "os.path" not in settings.chroma_product_telemetry_impl


def test_what_onnxruntime_left_is_found_and_removed_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    shared = tmp_path / ".cache" / "Microsoft" / "DeveloperTools"
    own = shared / ".onnxruntime"
    assert no_reports.onnxruntime_leftovers() == []
    own.mkdir(parents=True)
    (shared / "deviceid").write_text("an editor's")
    (own / "deviceid").write_text("x")
    (own / "onnxruntime.db").write_bytes(b"x")
    assert no_reports.remove_onnxruntime_leftovers() == [own / "deviceid", own / "onnxruntime.db"]
    assert not own.exists() and (shared / "deviceid").exists()
    own.mkdir()
    (own / "settings").write_text("something else")
    (own / "deviceid").write_text("x")
    no_reports.remove_onnxruntime_leftovers()
    assert [path.name for path in own.iterdir()] == ["settings"]


def test_a_link_is_never_followed_out_of_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    own = tmp_path / ".cache" / "Microsoft" / "DeveloperTools" / ".onnxruntime"
    own.mkdir(parents=True)
    (tmp_path / "letter.txt").write_text("x")
    (own / "deviceid").symlink_to(tmp_path / "letter.txt")
    assert no_reports.remove_onnxruntime_leftovers() == [] and (tmp_path / "letter.txt").exists()
