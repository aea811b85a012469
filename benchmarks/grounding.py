"""How well claims are told from what their sources do not say: ``python -m benchmarks.grounding FOLDER [part …]``.

FOLDER is the evaluation folder; the parts are ``wice`` (FOLDER/wice/claims_dev.jsonl: label, claim, evidence),
``changed`` (FOLDER/xquad/paragraphs.<language>.jsonl: real sentences in which a number, a date, a name is changed or a
negation put in) and ``clapnq`` (FOLDER/clapnq/answerable.jsonl: gold answers bound to passages). ``--fit`` prints the
weights and the threshold that ground.py holds. ``--show N`` prints cases that went wrong.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import changed
from rag import factory
from rag.grounding.calibration import LIKELY_FROM, features, probability
from rag.grounding.entailment import read_sentences as sentences_of
from rag.grounding.ground import SUPPORTED_FROM, claim
from rag.grounding.sentence_facts import facts
from rag.interfaces import Embedder
from rag.settings import load
from rag.text.analyzer import terms
from rag.types import Passage

FOLDS, SHUFFLES = 10, 5


def main() -> None:
    """Print the tables of the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("part", nargs="*", default=["wice", "changed", "clapnq"])
    parser.add_argument("--fit", action="store_true", help="fit on the whole of wice and print the weights")
    parser.add_argument("--cases", type=int, default=500, help="changed sentences a language")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    if "wice" in options.part:
        wice(options.folder / "wice" / "claims_dev.jsonl", factory.open_embedder(load()), options.fit)
    if "changed" in options.part:
        for language in ("en", "es", "ru"):
            path = options.folder / "xquad" / f"paragraphs.{language}.jsonl"
            changed.measure(language, [row["text"] for row in read(path)], options.cases, options.show)
    if "clapnq" in options.part:
        clapnq(options.folder / "clapnq", options.show)


def read(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def passage(text: str, ident: str, language: str = "en", section: tuple[str, ...] = ()) -> Passage:
    """A text as a passage of a document of its own."""
    return Passage(ident, ident, text, 0, len(text), None, section, language, 1.0, (ident,))


# -- WiCE


def wice(path: Path, embedder: Embedder, fit: bool) -> None:
    """Supported against not (partially or not at all), ten-fold, all rows of one claim in one fold, five times over."""
    rows = read(path)
    labels = np.array([row["label"] == "supported" for row in rows])
    groups = [row["meta"]["id"] for row in rows]
    embed = remembering(embedder)
    measured = [measure(row, embed, embedder) for row in rows]
    if fit:
        fitted(measured, labels)
    overlap = np.array([word_overlap(row) for row in rows])
    similar = np.array([similarity(row, embed) for row in rows])
    shipped = np.array([probability(row) for row in measured])
    strict = np.array(
        [claim(row["claim"], [passage("\n\n".join(row["evidence"]), "w")], "en").supported for row in rows]
    )
    print(f"WiCE: {len(rows)} rows, {labels.mean():.1%} supported")
    print("| decided by | balanced accuracy | supported kept | not supported caught | AUC |")
    print("|---|---|---|---|---|")
    line("word overlap, threshold cross-validated", crossed(overlap, labels, groups), labels, overlap)
    line("vector similarity, threshold cross-validated", crossed(similar, labels, groups), labels, similar)
    agree = np.array([row is not None and not row.missing for row in measured])
    line("names and quantities alone", agree, labels)
    for name, with_meaning in (("words", False), ("words and meaning", True)):
        scores, decided = refitted(measured, labels, groups, with_meaning)
        line(f"the score by {name}, weights and threshold cross-validated", decided, labels, scores)
    line(f"as shipped: score from {LIKELY_FROM}", shipped >= LIKELY_FROM, labels, shipped)
    line(f"as shown to the user: to the letter from {SUPPORTED_FROM}", strict, labels)
    print(f"precision of what is shown as supported: {labels[strict].mean():.3f} of {strict.sum()}", flush=True)


def remembering(embedder: Embedder) -> Callable[[str], np.ndarray]:
    """Embeds a text once."""
    return lru_cache(maxsize=None)(lambda text: embedder.embed_documents([text])[0])


def measure(row: dict[str, Any], embed: Callable[[str], np.ndarray], embedder: Embedder) -> Any:
    """The features of a row, as the program takes them."""
    held = sentences_of(passage("\n\n".join(row["evidence"]), "w"), "en")
    return features(facts(row["claim"], "en"), held, lambda texts: np.stack([embed(t) for t in texts]), embedder.card)


def word_overlap(row: dict[str, Any]) -> float:
    """Share of the claim's content words, by stem, that stand in the evidence."""
    said, held = set(terms(row["claim"], "en")), set(terms(" ".join(row["evidence"]), "en"))
    return len(said & held) / len(said) if said else 0.0


def similarity(row: dict[str, Any], embed: Callable[[str], np.ndarray]) -> float:
    """The cosine of the claim and the nearest sentence of the evidence."""
    return max(float(embed(row["claim"]) @ embed(text)) for text in row["evidence"])


def balanced(decided: np.ndarray, labels: np.ndarray) -> float:
    """Mean of the two classes' recalls."""
    return float((decided[labels].mean() + (~decided)[~labels].mean()) / 2)


def best_threshold(scores: np.ndarray, labels: np.ndarray) -> float:
    """The threshold of the best balanced accuracy, smoothed over its neighbours."""
    steps = np.linspace(0.02, 0.98, 97)
    reached = np.array([balanced(scores >= step, labels) for step in steps])
    smooth = np.convolve(np.pad(reached, 3, mode="edge"), np.ones(7) / 7, "valid")
    return float(steps[int(np.argmax(smooth))])


def folds(groups: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Train and test rows, of all shuffles one after the other."""
    from sklearn.model_selection import GroupKFold

    every = np.zeros(len(groups))
    return [
        split
        for seed in range(SHUFFLES)
        for split in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(every, every, groups)
    ]


def crossed(scores: np.ndarray, labels: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Decisions by a threshold that was chosen on the other folds."""
    decided = np.zeros((SHUFFLES, len(labels)), bool)
    for i, (train, test) in enumerate(folds(groups)):
        decided[i // FOLDS, test] = scores[test] >= best_threshold(scores[train], labels[train])
    return decided


def regression(rows: Sequence[Any], labels: np.ndarray, with_meaning: bool) -> Any:
    """A logistic regression over the rows that have features."""
    from sklearn.linear_model import LogisticRegression

    kept = [i for i, row in enumerate(rows) if row is not None]
    return LogisticRegression(C=10.0, max_iter=2000).fit(matrix([rows[i] for i in kept], with_meaning), labels[kept])


def matrix(rows: Sequence[Any], with_meaning: bool) -> np.ndarray:
    """Features as columns."""
    columns = [(row.three, row.missing, row.related) for row in rows]
    return np.array([row if with_meaning else row[:2] for row in columns], float)


def refitted(
    rows: Sequence[Any], labels: np.ndarray, groups: Sequence[str], with_meaning: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and decisions, weights and threshold from the other folds."""
    scores, decided = np.zeros((SHUFFLES, len(labels))), np.zeros((SHUFFLES, len(labels)), bool)

    def predict(model: Any, which: np.ndarray) -> np.ndarray:
        got = np.zeros(len(which))
        kept = [at for at, i in enumerate(which) if rows[i] is not None]
        got[kept] = model.predict_proba(matrix([rows[which[at]] for at in kept], with_meaning))[:, 1]
        return got

    for i, (train, test) in enumerate(folds(groups)):
        model = regression([rows[at] for at in train], labels[train], with_meaning)
        threshold = best_threshold(predict(model, train), labels[train])
        scores[i // FOLDS, test] = predict(model, test)
        decided[i // FOLDS, test] = scores[i // FOLDS, test] >= threshold
    return scores, decided


def fitted(rows: Sequence[Any], labels: np.ndarray) -> None:
    """Print what ground.py holds."""
    for name, with_meaning in (("_WORDS_ALONE", False), ("_WITH_MEANING", True)):
        model = regression(rows, labels, with_meaning)
        weights = (float(model.intercept_[0]), *map(float, model.coef_[0]))
        print(name, "=", tuple(round(w, 2) for w in weights))
        kept = [i for i, row in enumerate(rows) if row is not None]
        scores = np.zeros(len(labels))
        scores[kept] = model.predict_proba(matrix([rows[i] for i in kept], with_meaning))[:, 1]
        print("  LIKELY_FROM", round(best_threshold(scores, labels), 2))


def line(name: str, decided: np.ndarray, labels: np.ndarray, scores: np.ndarray | None = None) -> None:
    """One row of the table; several shuffles are averaged."""
    decided = np.atleast_2d(decided)
    area = ""
    if scores is not None:
        from sklearn.metrics import roc_auc_score

        area = f"{np.mean([roc_auc_score(labels, row) for row in np.atleast_2d(scores)]):.3f}"
    kept, caught = decided[:, labels].mean(), (~decided)[:, ~labels].mean()
    print(f"| {name} | {(kept + caught) / 2:.3f} | {kept:.3f} | {caught:.3f} | {area} |", flush=True)


# -- CLAPnq


def clapnq(folder: Path, show: int) -> None:
    """Gold answers, sentence by sentence, against the passages of all questions: whether the passage cited is the
    question's own."""
    from rag.text.sentences import sentences

    rows = [*read(folder / "answerable.jsonl"), *read(folder / "unanswerable.jsonl")]
    pool = [passage(row["passages"][0]["text"], row["id"], "en", (row["passages"][0]["title"],)) for row in rows]
    claims = right = cited = found = 0
    gold = rows[: len(read(folder / "answerable.jsonl"))]
    for row in gold:
        answer = row["output"][0]["answer"]
        own = False
        for start, end in sentences(answer, "en"):
            judged = claim(answer[start:end], pool, "en", question=row["input"])
            claims += 1
            cited += len(judged.citations)
            right += sum(citation.document_id == row["id"] for citation in judged.citations)
            own = own or any(citation.document_id == row["id"] for citation in judged.citations)
            if show and not judged.supported:
                print("  not bound:", answer[start:end])
                show -= 1
        found += own
    print(
        f"CLAPnq: {claims} sentences of {len(gold)} gold answers against {len(pool)} passages: "
        f"citation precision {right / max(1, cited):.3f}, answers that cite their passage {found / len(gold):.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
