"""Measure grounding: ``python -m benchmarks.quality.grounding FOLDER [wice] [perturbed] [clapnq]``.

FOLDER is the evaluation folder. ``wice`` (FOLDER/wice/claims_dev.jsonl: label, claim, evidence): claims that their
evidence supports, against those that it does not. ``perturbed`` (FOLDER/xquad/paragraphs.<language>.jsonl): real
sentences made untrue in one place, and true ones reworded. ``clapnq`` (FOLDER/clapnq/answerable.jsonl): gold answers
bound to passages. ``--fit`` prints the weights and the threshold that rag/grounding/calibration.py holds.
``--show N`` prints cases that went wrong.
"""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared import perturbations
from benchmarks.shared.corpora import Row, read_jsonl
from rag import factory
from rag.grounding.calibration import MIN_LIKELY_SUPPORT, features, probability
from rag.grounding.entailment import read_sentences
from rag.grounding.ground import MIN_SUPPORT, check_claim
from rag.grounding.sentence_facts import facts
from rag.interfaces import Embedder
from rag.settings import load
from rag.text.analyzer import terms
from rag.text.sentences import sentences
from rag.types import Passage

FOLDS, SHUFFLES = 10, 5
PARTS = ("wice", "perturbed", "clapnq")
WICE = {
    "decided by": "",
    "balanced accuracy": ".3f",
    "supported kept": ".3f",
    "not supported caught": ".3f",
    "AUC": ".3f",
}
PERTURBED = {
    "language": "",
    "made untrue": "",
    "caught": ".3f",
    "least of the kinds": ".3f",
    "true": "",
    "unchanged: supported": ".3f",
    "reworded, unchanged included: supported": ".3f",
}
CLAPNQ = {
    "answers": "",
    "sentences": "",
    "passages": "",
    "citation precision": ".3f",
    "answers that cite their passage": ".3f",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables of the parts asked for."""
    parser = benchmark_parser("benchmarks.quality.grounding", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("part", nargs="*", default=PARTS, help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--fit", action="store_true", help="fit on the whole of WiCE and print the weights")
    parser.add_argument("--cases", type=int, default=500, help="perturbed sentences of each language")
    parser.add_argument("--show", type=int, default=0)
    options = parse_options(parser, arguments)
    if unknown := set(options.part) - {*PARTS}:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    if "wice" in options.part:
        wice(options, factory.open_embedder(load()))
    if "perturbed" in options.part:
        rows = [perturbed(options, language) for language in ("en", "es", "ru")]
        publish(options, "grounding_perturbed", "Grounding: perturbed and reworded sentences", PERTURBED, rows)
    if "clapnq" in options.part:
        clapnq(options)


def passage(text: str, ident: str, language: str = "en", section: tuple[str, ...] = ()) -> Passage:
    """Return a text as a passage of a document of its own."""
    return Passage(ident, ident, text, 0, len(text), None, section, language, 1.0, (ident,))


# -- WiCE


def wice(options: Namespace, embedder: Embedder) -> None:
    """Supported against not (partly or not at all): ten folds, all rows of one claim in one fold, five shuffles."""
    rows = read_jsonl(options.folder / "wice" / "claims_dev.jsonl")
    labels = np.array([row["label"] == "supported" for row in rows])
    embed = remembering(embedder)
    measured = [measure(row, embed, embedder) for row in rows]
    if options.fit:
        fitted(measured, labels)
    table = list(decisions(rows, measured, labels, embed))
    note = f"{len(rows)} claims, {labels.mean():.1%} of them supported."
    publish(options, "grounding_wice", "Grounding: WiCE dev, ten folds", WICE, table, note)


def decisions(
    rows: Sequence[Row], measured: Sequence[Any], labels: np.ndarray, embed: Callable[[str], np.ndarray]
) -> Iterator[dict[str, Cell]]:
    """Yield a row for each way to decide; weights and thresholds come from the other folds unless they are shipped."""
    groups = [row["meta"]["id"] for row in rows]
    overlap = np.array([word_overlap(row) for row in rows])
    similar = np.array([similarity(row, embed) for row in rows])
    yield decision("word overlap", crossed(overlap, labels, groups), labels, overlap)
    yield decision("vector similarity (best sentence)", crossed(similar, labels, groups), labels, similar)
    yield decision(
        "names and numbers alone", np.array([row is not None and not row.missing for row in measured]), labels
    )
    for name, with_meaning in (("words only", False), ("words and vectors", True)):
        scores, decided = refitted(measured, labels, groups, with_meaning)
        yield decision(f"score, {name}, refitted", decided, labels, scores)
    shipped = np.array([probability(row) for row in measured])
    yield decision(f"score as shipped, from {MIN_LIKELY_SUPPORT}", shipped >= MIN_LIKELY_SUPPORT, labels, shipped)
    evidence = [passage("\n\n".join(row["evidence"]), "w") for row in rows]
    strict = np.array(
        [check_claim(row["claim"], [held], "en").supported for row, held in zip(rows, evidence, strict=True)]
    )
    yield decision(f"as shown to the user: to the letter, from {MIN_SUPPORT}", strict, labels)


def decision(name: str, decided: np.ndarray, labels: np.ndarray, scores: np.ndarray | None = None) -> dict[str, Cell]:
    """Return one row of the table, averaged over shuffles."""
    decided = np.atleast_2d(decided)
    area = None
    if scores is not None:
        from sklearn.metrics import roc_auc_score

        area = float(np.mean([roc_auc_score(labels, row) for row in np.atleast_2d(scores)]))
    kept, caught = float(decided[:, labels].mean()), float((~decided)[:, ~labels].mean())
    return dict(zip(WICE, (name, (kept + caught) / 2, kept, caught, area), strict=True))


def remembering(embedder: Embedder) -> Callable[[str], np.ndarray]:
    """Return a function that embeds each text once."""
    return lru_cache(maxsize=None)(lambda text: embedder.embed_documents([text])[0])


def measure(row: dict[str, Any], embed: Callable[[str], np.ndarray], embedder: Embedder) -> Any:
    """Return the features of a row, as the program takes them."""
    held = read_sentences(passage("\n\n".join(row["evidence"]), "w"), "en")
    return features(facts(row["claim"], "en"), held, lambda texts: np.stack([embed(t) for t in texts]), embedder.card)


def word_overlap(row: dict[str, Any]) -> float:
    """Return the share of the claim's content words, by stem, that are in the evidence."""
    said, held = set(terms(row["claim"], "en")), set(terms(" ".join(row["evidence"]), "en"))
    return len(said & held) / len(said) if said else 0.0


def similarity(row: dict[str, Any], embed: Callable[[str], np.ndarray]) -> float:
    """Return the cosine of the claim and the nearest sentence of the evidence."""
    return max(float(embed(row["claim"]) @ embed(text)) for text in row["evidence"])


def balanced(decided: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of the two classes' recalls."""
    return float((decided[labels].mean() + (~decided)[~labels].mean()) / 2)


def best_threshold(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the threshold of the best balanced accuracy, smoothed over its neighbours."""
    steps = np.linspace(0.02, 0.98, 97)
    reached = np.array([balanced(scores >= step, labels) for step in steps])
    smooth = np.convolve(np.pad(reached, 3, mode="edge"), np.ones(7) / 7, "valid")
    return float(steps[int(np.argmax(smooth))])


def folds(groups: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return train and test rows, of all shuffles one after the other."""
    from sklearn.model_selection import GroupKFold

    every = np.zeros(len(groups))
    return [
        split
        for seed in range(SHUFFLES)
        for split in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(every, every, groups)
    ]


def crossed(scores: np.ndarray, labels: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Return decisions by a threshold that was chosen on the other folds."""
    decided = np.zeros((SHUFFLES, len(labels)), bool)
    for i, (train, test) in enumerate(folds(groups)):
        decided[i // FOLDS, test] = scores[test] >= best_threshold(scores[train], labels[train])
    return decided


def regression(rows: Sequence[Any], labels: np.ndarray, with_meaning: bool) -> Any:
    """Return a logistic regression over the rows that have features."""
    from sklearn.linear_model import LogisticRegression

    kept = [i for i, row in enumerate(rows) if row is not None]
    return LogisticRegression(C=10.0, max_iter=2000).fit(matrix([rows[i] for i in kept], with_meaning), labels[kept])


def matrix(rows: Sequence[Any], with_meaning: bool) -> np.ndarray:
    """Return features as columns."""
    columns = [(row.best_three, row.missing, row.relatedness) for row in rows]
    return np.array([row if with_meaning else row[:2] for row in columns], float)


def refitted(
    rows: Sequence[Any], labels: np.ndarray, groups: Sequence[str], with_meaning: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and decisions, weights and threshold from the other folds."""
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
    """Print what rag/grounding/calibration.py holds."""
    for name, with_meaning in (("_WEIGHTS_OF_WORDS", False), ("_WEIGHTS_WITH_MEANING", True)):
        model = regression(rows, labels, with_meaning)
        weights = (float(model.intercept_[0]), *map(float, model.coef_[0]))
        print(name, "=", tuple(round(w, 2) for w in weights))
        kept = [i for i, row in enumerate(rows) if row is not None]
        scores = np.zeros(len(labels))
        scores[kept] = model.predict_proba(matrix([rows[i] for i in kept], with_meaning))[:, 1]
        print("  MIN_LIKELY_SUPPORT", round(best_threshold(scores, labels), 2))


# -- perturbed sentences


def perturbed(options: Namespace, language: str) -> dict[str, Cell]:
    """Return the row of one language: perturbed sentences should be caught, reworded ones supported."""
    paragraphs = [row["text"] for row in read_jsonl(options.folder / "xquad" / f"paragraphs.{language}.jsonl")]
    cases = perturbations.draw(language, paragraphs, options.cases)
    same = sorted({(case.paragraph, case.sentence) for case in cases})
    true = [perturbations.Case("unchanged", paragraph, sentence, sentence) for paragraph, sentence in same]
    for paragraph, sentence in same:
        reworded = perturbations.paraphrases(sentence)
        true += [perturbations.Case(kind, paragraph, sentence, text) for kind, text in reworded]
    caught = judged(cases, language, False, options.show)
    kept = judged(true, language, True, options.show)
    for kind, results in [*sorted(caught.items()), *sorted(kept.items())]:
        print(f"{language}, {kind}: {sum(results)} of {len(results)} right")
    least = min(share(results) for results in caught.values())
    cells = (language, len(cases), share(every(caught)), least, len(true), share(kept["unchanged"]), share(every(kept)))
    return dict(zip(PERTURBED, cells, strict=True))


def judged(cases: Sequence[perturbations.Case], language: str, supported: bool, show: int) -> dict[str, list[bool]]:
    """Return, by kind, whether each case is supported or not as it should be."""
    found: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        got = check_claim(case.changed, [passage(case.paragraph, "d", language)], language).supported
        found[case.kind].append(got == supported)
        if got != supported and show:
            print(f"    {case.kind}: {case.changed}\n      from: {case.sentence}")
            show -= 1
    return found


def every(found: dict[str, list[bool]]) -> list[bool]:
    """Return the results of all kinds."""
    return [result for results in found.values() for result in results]


def share(results: Sequence[bool]) -> float:
    """Return the share that is right."""
    return sum(results) / len(results)


# -- CLAPnq


def clapnq(options: Namespace) -> None:
    """Bind gold answers, sentence by sentence, to the passages of all questions: is the question's own one cited."""
    folder = options.folder / "clapnq"
    gold, others = (read_jsonl(folder / f"{side}.jsonl") for side in ("answerable", "unanswerable"))
    firsts = [(row["id"], row["passages"][0]) for row in [*gold, *others]]
    pool = [passage(held["text"], ident, "en", (held["title"],)) for ident, held in firsts]
    claims, cited, answers = 0, list[bool](), list[bool]()
    for row in gold:
        answer, own = row["output"][0]["answer"], list[bool]()
        for start, end in sentences(answer, "en"):
            judgement = check_claim(answer[start:end], pool, "en", question=row["input"])
            claims += 1
            own += [citation.document_id == row["id"] for citation in judgement.citations]
            if options.show and not judgement.supported:
                print("  not bound:", answer[start:end])
        cited += own
        answers.append(any(own))
    cells = (len(gold), claims, len(pool), sum(cited) / max(1, len(cited)), sum(answers) / len(answers))
    row_of_all = dict(zip(CLAPNQ, cells, strict=True))
    publish(options, "grounding_clapnq", "Grounding: gold answers of CLAPnq", CLAPNQ, [row_of_all])


if __name__ == "__main__":
    main()
