"""Runs the notebook beside this file and keeps what it shows: ``make notebook``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("notebook.ipynb")


def executed(home: Path) -> nbformat.NotebookNode:
    """Return the notebook with its outputs, run in an empty home."""
    os.environ["OAKEN_HOME"] = str(home)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(home)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the times of this run
        if outputs := cell.get("outputs"):
            cell.outputs = _as_seen(outputs)
    return notebook


def _as_seen(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Return the outputs with each stream as one text, of which what was drawn over is left out, as of a bar."""
    kept: list[nbformat.NotebookNode] = []
    for output in outputs:
        if kept and output.output_type == "stream" and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    for output in kept:
        if output.output_type == "stream":
            lines = output.text.split("\n")
            output.text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return kept


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="oaken-") as scratch:
        nbformat.write(executed(Path(scratch)), NOTEBOOK)
