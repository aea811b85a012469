"""LlamaIndex takes a library as a retriever; it is the real package."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Command

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


def test_llamaindex_gets_nodes_with_their_scores(real: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import oaken

    monkeypatch.setenv("OAKEN_HOME", str(real.home))
    with oaken.open(prose=False) as lib:
        found = lib.llamaindex_retriever(k=2).retrieve("How many paddles does the mill wheel have?")
        assert "twenty-four paddles" in found[0].node.get_content() and 0 < found[0].score <= 1
        assert found[0].node.metadata["source"].endswith("mill.txt")
