"""The notebook of the docs, run by a real kernel over the wheel alone."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from docs import execute_notebook
from tests.test_package import installed as installed
from tests.test_package import wheel as wheel

REPOSITORY = Path(__file__).resolve().parents[1]
pytestmark = [
    pytest.mark.real,
    # Jupyter's own: it asks for an event loop where there is none yet, and leaves sockets to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_the_tour_runs_and_the_docs_show_what_it_gave(
    models: Path, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").symlink_to(models)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    kept = nbformat.read(execute_notebook.NOTEBOOK, as_version=4)
    assert [shape(cell) for cell in execute_notebook.executed(tmp_path).cells] == [shape(cell) for cell in kept.cells]
    shown = "".join(str(output) for cell in kept.cells for output in cell.get("outputs", []))
    for words in ("312 steps", "visitor-handbook.pdf, p. 2", "286 alumnos", "do not say", "<svg", "image/png"):
        assert words in shown
    assert str(Path.home()) not in shown and str(REPOSITORY) not in shown


def shape(cell: nbformat.NotebookNode) -> list[tuple[str, list[str]]]:
    """The kinds of what a cell shows."""
    return [(output.output_type, sorted(output.get("data", {}))) for output in cell.get("outputs", [])]
