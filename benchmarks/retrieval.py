"""Retrieval, all systems in one run: ``python -m benchmarks.retrieval FOLDER [--only NAME …] [--ablate]``.

FOLDER holds what it has of: ``xquad/paragraphs.<language>.jsonl`` with ``questions.<language>.jsonl`` (en, es, ru:
each in its own pool, all pooled, and Spanish and Russian asked of the English paragraphs), ``squad2/…en.jsonl``
(questions with answers), ``ir/<name>/`` with ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv``. Each paragraph is a
document. nDCG@10 by document, mean over questions: the vector leg alone, our word leg alone, BM25 as it comes (bm25s,
to be installed, with Snowball stems and stop words, the language given), both legs by equal reciprocal ranks (k = 60),
Oaken, and the better of the two legs for each question (no one can know it beforehand).
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from benchmarks.cached import CachedEmbedder, file_texts, read
from rag import factory
from rag.interfaces import Embedder, SpanReader
from rag.library.library import Library
from rag.retrieval import retrieve as ours
from rag.retrieval.query import Query
from rag.retrieval.query import parse_query as analyse
from rag.retrieval.weights import WEIGHTS, RankingWeights
from rag.settings import load
from rag.text.analyzer import terms
from rag.types import document_id

K = 10
DEPTH = 100
SYSTEMS = ("vector leg", "word leg", "plain BM25", "equal RRF", "Oaken", "oracle of the legs")


@dataclass(frozen=True)
class Task:
    """Questions over a pool of texts."""

    name: str
    texts: tuple[tuple[str, str, str], ...]  # name, text, language
    questions: tuple[tuple[str, str, frozenset[str]], ...]  # question, language, names of the relevant texts


def main() -> None:
    """Print a table: a line for each set of questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], help="sets whose name begins so")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "oaken-benchmarks")
    parser.add_argument("--ablate", action="store_true", help="instead: Oaken without each of its weights")
    parser.add_argument("--fold", choices=("all", "even", "odd"), default="all", help="half of the relevant texts")
    options = parser.parse_args()
    embedder = CachedEmbedder(factory.open_embedder(load()), options.cache / "vectors.sqlite")
    reader = factory.open_reader(load()) if options.ablate else None
    columns = tuple(variants()) if options.ablate else (*SYSTEMS, "ms, Oaken")
    print(f"| set | texts | questions | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 3)}", flush=True)
    for task in tasks(options.folder):
        if options.only and not any(task.name.startswith(name) for name in options.only):
            continue
        with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "pool", embedder.card) as library:
            file_texts(library, task.texts, embedder)
            asked = [row for row in task.questions if _in_fold(row[2], options.fold)]
            cells = (
                ablate(asked, library, embedder, reader) if options.ablate else compare(task, asked, library, embedder)
            )
        print(f"| {task.name} | {len(task.texts):,} | {len(asked):,} | {' | '.join(cells)} |", flush=True)


def compare(task: Task, asked: Sequence[tuple], library: Library, embedder: Embedder) -> list[str]:
    """nDCG@10 of all systems, and Oaken's milliseconds a question."""
    names = {document_id("/benchmark", name): name for name, _, _ in task.texts}
    plain = plain_bm25(task)
    rows: dict[str, list[float]] = {system: [] for system in SYSTEMS}
    seconds = []
    for text, language, gold in asked:
        started = time.perf_counter()
        query = analyse(text, library, embedder)
        passages, _ = ours.retrieve(query, library, embedder, DEPTH // 4)
        seconds.append(time.perf_counter() - started)
        legs = ours.retriever_scores(query, library, DEPTH)
        held = library.chunks([chunk for leg in legs.values() for chunk, _ in leg])
        near, strong = (
            ordered(names[held[chunk].document_id] for chunk, _ in legs[leg]) for leg in ("vector", "words")
        )
        found = {
            "vector leg": near,
            "word leg": strong,
            "plain BM25": plain(text, language),
            "equal RRF": reciprocal(near, strong),
            "Oaken": ordered(names[passage.document_id] for passage in passages),
        }
        for system, order in found.items():
            rows[system].append(ndcg(order, gold))
        rows["oracle of the legs"].append(max(ndcg(near, gold), ndcg(strong, gold)))
    return [
        *(f"{statistics.mean(rows[system]):.4f}" for system in SYSTEMS),
        f"{1000 * statistics.median(seconds):.0f}",
    ]


def variants() -> dict[str, RankingWeights]:
    """Return the weights as they are, and with each weight left out in turn."""
    names = [each.name for each in fields(RankingWeights)]
    return {"all": WEIGHTS} | {f"no {name}": replace(WEIGHTS, **{name: 0.0}) for name in names}


def ablate(asked: Sequence[tuple], library: Library, embedder: Embedder, reader: SpanReader | None) -> list[str]:
    """nDCG@10 of Oaken with one weight left out."""
    queries = [(analyse(text, library, embedder), gold) for text, _, gold in asked]
    return [
        f"{statistics.mean(_quality(query, gold, library, embedder, reader, weights) for query, gold in queries):.4f}"
        for weights in variants().values()
    ]


def _quality(
    query: Query,
    gold: frozenset[str],
    library: Library,
    embedder: Embedder,
    reader: SpanReader | None,
    weights: RankingWeights,
) -> float:
    passages, _ = ours.retrieve(query, library, embedder, DEPTH // 4, reader=reader, weights=weights)
    relevant = {document_id("/benchmark", name) for name in gold}
    return ndcg(ordered(passage.document_id for passage in passages), relevant)


def _in_fold(gold: frozenset[str], fold: str) -> bool:
    """Halves by article: the number before a paragraph's last hyphen, or the whole name."""
    article = min(gold).split(":")[0].rsplit("-", 1)[0]
    return fold == "all" or (sum(article.encode()) % 2 == 0) == (fold == "even")


def ordered(names) -> list[str]:
    """Each name once, where it comes first."""
    return list(dict.fromkeys(names))


def reciprocal(*orders: list[str]) -> list[str]:
    """Fused by reciprocal ranks, k = 60, all orders alike."""
    points: dict[str, float] = {}
    for order in orders:
        for rank, name in enumerate(order, 1):
            points[name] = points.get(name, 0.0) + 1 / (60 + rank)
    return sorted(points, key=lambda name: -points[name])


def ndcg(order: Sequence[str], gold) -> float:
    """nDCG@10 with relevance 0 or 1 (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / math.log2(rank + 1) for rank, name in enumerate(order[:K], 1) if name in gold)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(K, len(gold)) + 1))


def plain_bm25(task: Task) -> Callable[[str, str], list[str]]:
    """bm25s as it comes (k1 1.5, b .75) over whole texts in our analysis' Snowball stems, without stop words."""
    import bm25s

    index = bm25s.BM25()
    index.index([terms(text, language) or [""] for _, text, language in task.texts], show_progress=False)
    held = set(index.vocab_dict)

    def search(question: str, language: str) -> list[str]:
        wanted = [[term for term in terms(question, language) if term in held]]
        if not wanted[0]:
            return []
        found, _ = index.retrieve(wanted, k=min(K, len(task.texts)), show_progress=False)
        return [task.texts[i][0] for i in found[0]]

    return search


def tasks(folder: Path) -> list[Task]:
    """What the folder holds."""
    found = []
    xquad = folder / "xquad"
    spoken = [language for language in ("en", "es", "ru") if (xquad / f"questions.{language}.jsonl").exists()]
    pooled: list[tuple[str, str, str]] = []
    for language in spoken:
        texts, questions = squad(xquad, language)
        found.append(Task(f"xquad {language}", texts, questions))
        pooled += texts
    own = list(found)
    found += [Task(f"pooled {task.name[-2:]}", tuple(pooled), task.questions) for task in own]
    for task in own[1:]:
        first = [(text, spoken, frozenset(f"{name[:-2]}en" for name in gold)) for text, spoken, gold in task.questions]
        found.append(Task(f"across, {task.name[-2:]} to en", own[0].texts, tuple(first)))
    if (folder / "squad2").is_dir():
        found.append(Task("squad2", *squad(folder / "squad2", "en")))
    for part in sorted((folder / "ir").iterdir()) if (folder / "ir").is_dir() else []:
        found.append(collection(part))
    return found


def squad(folder: Path, language: str) -> tuple[tuple, tuple]:
    """Paragraphs and the questions that have an answer."""
    texts = tuple((f"{r['id']}:{language}", r["text"], language) for r in read(folder / f"paragraphs.{language}.jsonl"))
    questions = tuple(
        (row["question"], language, frozenset([f"{row['paragraph']}:{language}"]))
        for row in read(folder / f"questions.{language}.jsonl")
        if row["answers"]
    )
    return texts, questions


def collection(folder: Path) -> Task:
    """A collection in BEIR's layout: corpus and queries as JSONL, relevance as a table."""
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, name, score = line.split("\t")
        if int(score) > 0:
            relevant.setdefault(query, set()).add(name)
    texts = tuple((row["_id"], row["text"], "en") for row in read(folder / "corpus.jsonl"))
    questions = tuple(
        (row["text"], "en", frozenset(relevant[row["_id"]]))
        for row in read(folder / "queries.jsonl")
        if row["_id"] in relevant
    )
    return Task(folder.name, texts, questions)


if __name__ == "__main__":
    main()
