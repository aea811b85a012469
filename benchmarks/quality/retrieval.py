"""Measure retrieval, all systems in one run: ``python -m benchmarks.quality.retrieval FOLDER [--only NAME …]``.

FOLDER holds any of: ``xquad/paragraphs.<language>.jsonl`` with ``questions.<language>.jsonl`` (en, es, ru: each in its
own pool, all pooled, and Spanish and Russian asked over the English paragraphs), ``squad2/…en.jsonl`` (questions with
answers), ``ir/<name>/`` with ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.tsv``. Each paragraph is a document.
nDCG@10 by document, mean over questions: the dense retriever alone, BM25 alone, bm25s as it comes (with
Snowball stems and stop words, the language given), dense and BM25 fused by reciprocal ranks (k = 60), Oaken, and the
better of dense and BM25 for each question (an upper bound that nothing can know beforehand). ``--ablate`` measures
Oaken without each of its weights instead.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.cached_embedder import CACHE, cached_embedder
from benchmarks.shared.corpora import ROOT, library_of, read_jsonl
from rag import factory
from rag.interfaces import Embedder, SpanReader
from rag.library.library import Library
from rag.retrieval import retrieve as ours
from rag.retrieval.query import Query, parse_query
from rag.retrieval.weights import WEIGHTS, RankingWeights
from rag.settings import load
from rag.text.analyzer import terms
from rag.types import document_id

K = 10
DEPTH = 100
RETRIEVERS = ("vector", "words")  # their names in Oaken's own scores
SYSTEMS = ("dense", "BM25", "bm25s", "equal RRF", "Oaken", "better of dense and BM25")
Text = tuple[str, str, str]  # name, text, language
Question = tuple[str, str, frozenset[str]]  # question, language, names of the relevant texts


@dataclass(frozen=True)
class Task:
    """Questions over a pool of texts."""

    name: str
    texts: tuple[Text, ...]
    questions: tuple[Question, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row for each set of questions."""
    parser = benchmark_parser("benchmarks.quality.retrieval", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], help="sets whose name begins so")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--ablate", action="store_true", help="instead: Oaken without each of its weights")
    parser.add_argument("--fold", choices=("all", "even", "odd"), default="all", help="half of the relevant texts")
    options = parse_options(parser, arguments)
    embedder = cached_embedder(options.cache)
    reader = factory.open_span_reader(load()) if options.ablate else None
    rows: list[dict[str, Cell]] = []
    for task in tasks(options.folder):
        if options.only and not any(task.name.startswith(name) for name in options.only):
            continue
        with library_of(task.texts, embedder) as library:
            asked = [row for row in task.questions if _in_fold(row[2], options.fold)]
            if options.ablate:
                cells = ablate(asked, library, embedder, reader)
            else:
                cells = compare(task, asked, library, embedder)
        rows.append(dict[str, Cell]({"set": task.name, "texts": len(task.texts), "questions": len(asked)}) | cells)
        print(rows[-1], flush=True)
    columns = {"set": "", "texts": ",", "questions": ","} | dict.fromkeys(
        variants() if options.ablate else SYSTEMS, ".3f"
    )
    if options.ablate:
        publish(options, "retrieval_ablation", "Retrieval without one of its weights: nDCG@10", columns, rows)
    else:
        columns |= {"ms, Oaken": ".0f"}
        publish(options, "retrieval", "Retrieval: nDCG@10 by document", columns, rows)


def compare(task: Task, asked: Sequence[Question], library: Library, embedder: Embedder) -> dict[str, Cell]:
    """Return nDCG@10 of all systems, and the median of Oaken's milliseconds a question."""
    names = {document_id(ROOT, name): name for name, _, _ in task.texts}
    plain = plain_bm25(task)
    rows: dict[str, list[float]] = {system: [] for system in SYSTEMS}
    seconds = []
    for text, language, gold in asked:
        started = time.perf_counter()
        query = parse_query(text, library, embedder)
        passages, _ = ours.retrieve(query, library, embedder, DEPTH // 4)
        seconds.append(time.perf_counter() - started)
        scores = ours.retriever_scores(query, library, DEPTH)
        held = library.chunks([chunk for each in scores.values() for chunk, _ in each])
        near, strong = (ordered(names[held[chunk].document_id] for chunk, _ in scores[each]) for each in RETRIEVERS)
        found = {
            "dense": near,
            "BM25": strong,
            "bm25s": plain(text, language),
            "equal RRF": reciprocal(near, strong),
            "Oaken": ordered(names[passage.document_id] for passage in passages),
        }
        for system, order in found.items():
            rows[system].append(ndcg(order, gold))
        rows["better of dense and BM25"].append(max(ndcg(near, gold), ndcg(strong, gold)))
    means: dict[str, Cell] = {system: statistics.mean(rows[system]) for system in SYSTEMS}
    return means | {"ms, Oaken": 1000 * statistics.median(seconds)}


def variants() -> dict[str, RankingWeights]:
    """Return the weights as they are, and with each weight left out in turn."""
    names = [each.name for each in fields(RankingWeights)]
    return {"all": WEIGHTS} | {f"no {name}": replace(WEIGHTS, **{name: 0.0}) for name in names}


def ablate(
    asked: Sequence[Question], library: Library, embedder: Embedder, reader: SpanReader | None
) -> dict[str, Cell]:
    """Return nDCG@10 of Oaken with one weight left out."""
    queries = [(parse_query(text, library, embedder), gold) for text, _, gold in asked]
    cells: dict[str, Cell] = {}
    for name, weights in variants().items():
        scores = [_quality(query, gold, library, embedder, reader, weights) for query, gold in queries]
        cells[name] = statistics.mean(scores)
    return cells


def _quality(
    query: Query,
    gold: frozenset[str],
    library: Library,
    embedder: Embedder,
    reader: SpanReader | None,
    weights: RankingWeights,
) -> float:
    passages, _ = ours.retrieve(query, library, embedder, DEPTH // 4, reader=reader, weights=weights)
    relevant = {document_id(ROOT, name) for name in gold}
    return ndcg(ordered(passage.document_id for passage in passages), relevant)


def _in_fold(gold: frozenset[str], fold: str) -> bool:
    """Halves by article: the number before a paragraph's last hyphen, or the whole name."""
    article = min(gold).split(":")[0].rsplit("-", 1)[0]
    return fold == "all" or (sum(article.encode()) % 2 == 0) == (fold == "even")


def ordered(names: Iterable[str]) -> list[str]:
    """Return each name once, where it comes first."""
    return list(dict.fromkeys(names))


def reciprocal(*orders: list[str]) -> list[str]:
    """Return the orders fused by reciprocal ranks, k = 60, all weighted alike."""
    points: dict[str, float] = {}
    for order in orders:
        for rank, name in enumerate(order, 1):
            points[name] = points.get(name, 0.0) + 1 / (60 + rank)
    return sorted(points, key=lambda name: -points[name])


def ndcg(order: Sequence[str], gold: Collection[str]) -> float:
    """Return nDCG@10 with relevance 0 or 1 (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / math.log2(rank + 1) for rank, name in enumerate(order[:K], 1) if name in gold)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(K, len(gold)) + 1))


def plain_bm25(task: Task) -> Callable[[str, str], list[str]]:
    """Return a search by bm25s as it comes (k1 1.5, b .75) over whole texts: Snowball stems, without stop words."""
    import bm25s  # type: ignore[import-untyped]

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
    """Return the sets that the folder holds."""
    own = xquad_tasks(folder / "xquad")
    pooled = tuple(text for task in own for text in task.texts)
    found = [*own, *(Task(f"pooled {task.name.split()[-1]}", pooled, task.questions) for task in own)]
    for task in own[1:]:
        asked = tuple(
            (text, spoken, frozenset(f"{name[:-2]}en" for name in gold)) for text, spoken, gold in task.questions
        )
        found.append(Task(f"{task.name.split()[-1]} to en", own[0].texts, asked))
    if (folder / "squad2").is_dir():
        found.append(Task("SQuAD 2", *squad(folder / "squad2", "en")))
    return [*found, *(collection(part) for part in sorted((folder / "ir").glob("*/")))]


def xquad_tasks(folder: Path) -> list[Task]:
    """Return XQuAD in each language it is there in, each in its own pool."""
    spoken = [language for language in ("en", "es", "ru") if (folder / f"questions.{language}.jsonl").exists()]
    return [Task(f"XQuAD {language}", *squad(folder, language)) for language in spoken]


def squad(folder: Path, language: str) -> tuple[tuple[Text, ...], tuple[Question, ...]]:
    """Return paragraphs and the questions that have an answer."""
    paragraphs = read_jsonl(folder / f"paragraphs.{language}.jsonl")
    texts = tuple((f"{row['id']}:{language}", row["text"], language) for row in paragraphs)
    questions = tuple(
        (row["question"], language, frozenset([f"{row['paragraph']}:{language}"]))
        for row in read_jsonl(folder / f"questions.{language}.jsonl")
        if row["answers"]
    )
    return texts, questions


def collection(folder: Path) -> Task:
    """Return a collection in BEIR's layout: corpus and queries as JSONL, relevance as a table."""
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, name, score = line.split("\t")
        if int(score) > 0:
            relevant.setdefault(query, set()).add(name)
    texts = tuple((row["_id"], row["text"], "en") for row in read_jsonl(folder / "corpus.jsonl"))
    questions = tuple(
        (row["text"], "en", frozenset(relevant[row["_id"]]))
        for row in read_jsonl(folder / "queries.jsonl")
        if row["_id"] in relevant
    )
    return Task(folder.name, texts, questions)


if __name__ == "__main__":
    main()
