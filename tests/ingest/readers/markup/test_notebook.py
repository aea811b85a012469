"""Notebooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.readers import UnreadableError
from tests.ingest.readers.reading import document_of, told


def test_notebooks_old_and_new(tmp_path: Path) -> None:
    new = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Mill\n", "It *turns*."]},
            {
                "cell_type": "code",
                "source": "turn()",
                "outputs": [
                    {"output_type": "stream", "text": ["once\n"]},
                    {"output_type": "display_data", "data": {"image/png": "secret", "text/plain": ["<Figure>"]}},
                    {"output_type": "error", "ename": "Stuck", "evalue": "no water", "traceback": ["\x1b[0;31msecret"]},
                ],
            },
            {"cell_type": "raw", "source": "As it is."},
        ]
    }
    document = document_of(tmp_path, "a.ipynb", json.dumps(new))
    assert told(document) == [
        ("title", "Mill"),
        ("text", "It turns."),
        ("code", "turn()"),
        ("code", "once"),
        ("code", "<Figure>"),
        ("code", "Stuck: no water"),
        ("text", "As it is."),
    ]
    old = {
        "worksheets": [
            {"cells": [{"cell_type": "heading", "level": 2, "source": "Mill"}, {"cell_type": "code", "input": "x"}]}
        ]
    }
    assert told(document_of(tmp_path, "b.ipynb", json.dumps(old))) == [("title", "Mill"), ("code", "x")]
    with pytest.raises(UnreadableError, match="not a notebook"):
        document_of(tmp_path, "c.ipynb", "[1]")


@pytest.mark.parametrize(
    ("data", "blocks", "remark"),
    [
        ({"text/html": ["<table><tr><td>mean</td><td>1240.5</td></tr></table>"]}, [("row", "mean | 1240.5")], ""),
        (
            {"text/markdown": "**17** pots", "text/plain": "<IPython.core.display.Markdown object>"},
            [("text", "17 pots")],
            "",
        ),
        ({"text/markdown": "# Result"}, [("text", "Result")], ""),
        ({"text/latex": "$\\frac{a}{b}$", "text/plain": "<IPython.core.display.Math object>"}, [("text", "a/b")], ""),
        ({"text/plain": "17", "text/html": "<b>18</b>"}, [("code", "17")], ""),
        (
            {"text/plain": "<Figure size 640x480 with 1 Axes>", "image/png": "x"},
            [("code", "<Figure size 640x480 with 1 Axes>")],
            "left out: pictures among the results (1)",
        ),
        ({"image/png": "x"}, [], "left out: pictures among the results (1)"),
    ],
)
def test_what_a_cell_gave(tmp_path: Path, data: object, blocks: list[tuple[str, str]], remark: str) -> None:
    cell = {"cell_type": "code", "source": "show()", "outputs": [{"output_type": "execute_result", "data": data}]}
    document = document_of(tmp_path, "a.ipynb", json.dumps({"cells": [cell]}))
    assert (told(document)[1:], document.remark) == (blocks, remark)
