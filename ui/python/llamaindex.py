"""A library as a retriever of LlamaIndex."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.messages import Message

if TYPE_CHECKING:
    from llama_index.core.retrievers import BaseRetriever


Search = Callable[[str], Sequence[Mapping[str, Any]]]


def retriever(search: Search) -> BaseRetriever:
    """Return a retriever whose nodes carry source, page, section and offsets as metadata.

    Raises UsageError where LlamaIndex is not installed.
    """
    try:
        from llama_index.core.retrievers import BaseRetriever
        from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
    except ImportError as error:
        raise UsageError(Message("LlamaIndex is not installed."), "pip install 'oaken[llamaindex]'") from error

    class OakenRetriever(BaseRetriever):  # type: ignore[misc]
        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            found = search(query_bundle.query_str)
            return [
                NodeWithScore(
                    node=TextNode(
                        text=row["text"], metadata={name: row[name] for name in row if name not in ("text", "score")}
                    ),
                    score=row["score"],
                )
                for row in found
            ]

    return OakenRetriever()
