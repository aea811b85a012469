"""LlamaIndex as its starter has it: chunks of 1,024 tokens with 20 shared, Chroma, two chunks in the prompt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import CONTEXT, MAX_TOKENS, Stages, cut_share, serve


def _collection(store: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(store)).get_or_create_collection("peers")


def ingest(folder: Path, store: Path, embedder: str) -> dict[str, Any]:
    """Index every Markdown and text file of a folder."""
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.schema import MetadataMode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    stages = Stages()
    with stages.stage("start"):
        embeddings = HuggingFaceEmbedding(model_name=embedder)
    with stages.stage("parse"):
        documents = SimpleDirectoryReader(str(folder), recursive=True, required_exts=[".md", ".txt"]).load_data()
    with stages.stage("chunk"):
        nodes = SentenceSplitter(chunk_size=1024, chunk_overlap=20).get_nodes_from_documents(documents)
    texts = [node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]
    with stages.stage("embed"):
        for node, vector in zip(nodes, embeddings.get_text_embedding_batch(texts), strict=True):
            node.embedding = vector
    with stages.stage("index"):
        ChromaVectorStore(chroma_collection=_collection(store)).add(nodes)
    model = embeddings._model
    files = len({document.metadata["file_path"] for document in documents})
    return stages.report(files=files, chunks=len(texts), cut=cut_share(model.tokenizer, texts, model.max_seq_length))


def ask(store: Path, embedder: str, model: str, questions: list[str]) -> Iterator[dict[str, Any]]:
    """Answer by the stock query engine, streaming."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.prompts import PromptTemplate
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.llms.llama_cpp import LlamaCPP
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embeddings = HuggingFaceEmbedding(model_name=embedder)
    index = VectorStoreIndex.from_vector_store(
        ChromaVectorStore(chroma_collection=_collection(store)), embed_model=embeddings
    )
    llm = LlamaCPP(
        model_path=model,
        temperature=0.0,
        max_new_tokens=MAX_TOKENS,
        context_window=CONTEXT,
        model_kwargs={"n_threads": 2, "n_batch": 512},
        verbose=False,
    )
    engine = index.as_query_engine(llm=llm, streaming=True, similarity_top_k=2)
    template: PromptTemplate = engine.get_prompts()["response_synthesizer:text_qa_template"]  # type: ignore[assignment]
    for question in questions:
        asked, first, written = time.time(), 0.0, []
        reply = engine.query(question)
        sources = time.time()
        for piece in reply.response_gen:  # type: ignore[union-attr]
            first = first or (time.time() if piece.strip() else 0.0)
            written.append(piece)
        found = [node.get_content() for node in reply.source_nodes]
        prompt = template.format(llm=llm, context_str="\n\n".join(found), query_str=question)
        tokens = len(llm._model.tokenize(prompt.encode()))
        yield {
            "asked": asked,
            "sources": sources,
            "token": first,
            "done": time.time(),
            "prompt_tokens": tokens,
            "answer": "".join(written),
            "found": found,
        }


if __name__ == "__main__":
    serve(ingest, ask)
