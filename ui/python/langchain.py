"""A library as a retriever of LangChain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.messages import Message

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever


Search = Callable[[str], Sequence[Mapping[str, Any]]]


def retriever(search: Search) -> BaseRetriever:
    """Return a retriever whose documents carry source, page, section, offsets and score as metadata.

    Raises UsageError where LangChain is not installed.
    """
    try:
        from langchain_core.callbacks import CallbackManagerForRetrieverRun
        from langchain_core.documents import Document
        from langchain_core.retrievers import BaseRetriever
    except ImportError as error:
        raise UsageError(Message("LangChain is not installed."), "pip install 'oaken[langchain]'") from error

    class OakenRetriever(BaseRetriever):  # type: ignore[misc]
        def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
            found = search(query)
            return [
                Document(page_content=row["text"], metadata={name: row[name] for name in row if name != "text"})
                for row in found
            ]

    return OakenRetriever()
