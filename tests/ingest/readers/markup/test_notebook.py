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
