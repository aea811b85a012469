"""LangChain takes a library as a retriever; it is the real package."""

from __future__ import annotations

import sys

import pytest

from rag.errors import UsageError
from tests.ui.conftest import Command

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


def test_langchain_gets_documents_with_their_places(real: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import oaken

    monkeypatch.setenv("OAKEN_HOME", str(real.home))
    with oaken.open(prose=False) as lib:
        retriever = lib.langchain_retriever(k=2, types=["txt"])
        from langchain_core.runnables import RunnableLambda

        chain = retriever | RunnableLambda(lambda found: found)  # it is a Runnable like any other
        found = chain.invoke("How many paddles does the mill wheel have?")
        assert 1 <= len(found) <= 2 and "twenty-four paddles" in found[0].page_content
        assert found[0].metadata["source"].endswith("mill.txt")
        record = lib.assistant.library.document(found[0].metadata["document_id"])
        assert record is not None
        assert record.text[found[0].metadata["start"] : found[0].metadata["end"]] == found[0].page_content


def test_without_the_package_the_next_command_is_told(real: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    import oaken

    monkeypatch.setenv("OAKEN_HOME", str(real.home))
    with oaken.open(prose=False) as lib:
        for name, module in (("langchain", "langchain_core.retrievers"), ("llamaindex", "llama_index.core.retrievers")):
            monkeypatch.setitem(sys.modules, module, None)
            with pytest.raises(UsageError, match="is not installed") as refused:
                getattr(lib, f"{name}_retriever")()
            assert f"oaken[{name}]" in str(refused.value.hint)
