"""LangChain as its tutorials have it: chunks of 1,000 characters with 200 shared, Chroma, four chunks in the prompt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import CONTEXT, MAX_TOKENS, Stages, cut_share, serve


def ingest(folder: Path, store: Path, embedder: str) -> dict[str, Any]:
    """Index every Markdown and text file of a folder."""
    from langchain_chroma import Chroma
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    stages = Stages()
    with stages.stage("start"):
        embeddings = HuggingFaceEmbeddings(model_name=embedder)
    with stages.stage("parse"):
        loader = DirectoryLoader(
            str(folder), glob=["**/*.md", "**/*.txt"], loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}
        )
        documents = loader.load()
    with stages.stage("chunk"):
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        chunks = splitter.split_documents(documents)
    texts = [chunk.page_content for chunk in chunks]
    with stages.stage("embed"):
        vectors = embeddings.embed_documents(texts)
    with stages.stage("index"):
        chroma = Chroma(persist_directory=str(store), embedding_function=embeddings)
        most = 5_000  # Chroma takes no more at once
        for at in range(0, len(texts), most):
            chroma._collection.upsert(
                ids=[str(i) for i in range(at, min(at + most, len(texts)))],
                embeddings=vectors[at : at + most],
                documents=texts[at : at + most],
                metadatas=[chunk.metadata for chunk in chunks[at : at + most]],
            )
    model = embeddings._client
    cut = cut_share(model.tokenizer, texts, model.max_seq_length)
    return stages.report(files=len(documents), chunks=len(texts), cut=cut)


def ask(store: Path, embedder: str, model: str, questions: list[str]) -> Iterator[dict[str, Any]]:
    """Answer by RetrievalQA ("stuff"), streaming."""
    from langchain_chroma import Chroma
    from langchain_classic.chains import RetrievalQA
    from langchain_community.llms import LlamaCpp
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_huggingface import HuggingFaceEmbeddings

    class Moments(BaseCallbackHandler):
        def __init__(self) -> None:
            self.sources = self.token = 0.0
            self.prompt = ""

        def on_retriever_end(self, *_: Any, **__: Any) -> None:
            self.sources = time.time()

        def on_llm_start(self, _: Any, prompts: list[str], **__: Any) -> None:
            self.prompt = prompts[0]

        def on_llm_new_token(self, token: str, **_: Any) -> None:
            self.token = self.token or (time.time() if token.strip() else 0.0)

    chroma = Chroma(persist_directory=str(store), embedding_function=HuggingFaceEmbeddings(model_name=embedder))
    llm = LlamaCpp(
        model_path=model,
        n_ctx=CONTEXT,
        max_tokens=MAX_TOKENS,
        temperature=0.0,
        n_threads=2,
        n_batch=512,
        verbose=False,
        streaming=True,
    )
    chain = RetrievalQA.from_chain_type(llm, retriever=chroma.as_retriever(), return_source_documents=True)
    for question in questions:
        seen, asked = Moments(), time.time()
        done = chain.invoke({"query": question}, config={"callbacks": [seen]})
        tokens = llm.get_num_tokens(seen.prompt)
        found = [each.page_content for each in done["source_documents"]]
        yield {
            "asked": asked,
            "sources": seen.sources,
            "token": seen.token,
            "done": time.time(),
            "prompt_tokens": tokens,
            "answer": done["result"],
            "found": found,
        }


if __name__ == "__main__":
    serve(ingest, ask)
