"""Measure claims translated from their source: ``python -m benchmarks.quality.translated_claims FOLDER [--fit]``.

FOLDER holds XQuAD (paragraphs.<language>.jsonl: id, text; one id is one paragraph in each language). A claim is a
sentence of a paragraph, its source the sentence in the same place of the paragraph's translation, where both have as
many sentences; it is searched for among all paragraphs of its article in that language. Measured are translations kept,
claims whose own paragraph is not there, and claims made untrue in one place (benchmarks/shared/perturbations.py; and a
name replaced by the one nearest to it by meaning, which is the hardest). The thresholds were chosen on every other
article (``--fit`` prints the tables of those); the tables are of the rest. ``--show N`` prints cases that went wrong.
"""

from __future__ import annotations

import random
import re
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared import perturbations
from benchmarks.shared.corpora import article, read_jsonl
from benchmarks.shared.language_patterns import PATTERNS
from rag import factory
from rag.grounding.alignment import letters_shared
from rag.grounding.translated import translation
from rag.interfaces import Embedder
from rag.retrieval.sentence_vectors import vectors_of
from rag.settings import load
from rag.text.sentences import sentences
from rag.types import Passage

WAYS = (("es", "en"), ("ru", "en"), ("en", "es"), ("en", "ru"), ("es", "ru"), ("ru", "es"))
_OTHER_LETTERS = 0.7  # share of letters from which on two names may be forms of one
_NOT = {language: re.compile(pattern) for language, pattern in PATTERNS["negation"].items()}

COLUMNS = {
    "claim → source": "",
    "claims": "",
    "kept": ".3f",
    "cite another sentence": "",
    "own paragraph left out: no citation": ".3f",
    "numbers, dates caught": ".3f",
    "names caught": ".3f",
    "nearest names caught": ".3f",
    "negation caught": ".3f",
}
_GROUPS = {  # kinds of perturbation, as they begin
    "numbers, dates caught": ("number", "date"),
    "names caught": ("name, invented", "name, moved"),
    "nearest names caught": ("name, nearest",),
    "negation caught": ("negation",),
}


@dataclass(frozen=True)
class Case:
    """A claim, its kind, and the sentence it was before it was changed."""

    kind: str
    text: str
    paragraph: str  # id
    source: str  # the sentence that it translates; "" where there is none


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table: some rows for each pair of languages."""
    parser = benchmark_parser("benchmarks.quality.translated_claims", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    options = parse_options(parser, arguments)
    embedder = factory.open_embedder(load(), options.embedder)
    texts = {
        language: {row["id"]: row["text"] for row in read_jsonl(options.folder / f"paragraphs.{language}.jsonl")}
        for language in ("en", "es", "ru")
    }
    rows = [measured(texts, way, embedder, options) for way in WAYS]
    note = "Caught: perturbed claims that lose the citation which their unchanged sentence has."
    publish(options, "translated_claims", "Translated claims", COLUMNS, rows, note)


def halves(idents: Sequence[str]) -> set[str]:
    """Return every other article: those that are fitted on."""
    return set(sorted({article(each) for each in idents})[::2])


class Names:
    """The names of some texts, and which of them is nearest to another by meaning."""

    def __init__(self, texts: Iterable[str], embedder: Embedder) -> None:
        self.every = sorted({name for text in texts for name in perturbations.NAME.findall(text)})
        vectors = vectors_of(self.every, embedder)
        vectors = vectors - vectors.mean(axis=0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self._order = np.argsort(-(vectors @ vectors.T), axis=1)

    def alike(self, name: str, paragraph: str) -> str:
        """Return the name nearest to this one by meaning that is no form of it and is not in the paragraph."""
        for at in self._order[self.every.index(name)]:
            other = self.every[at]
            if other[:4] not in paragraph and letters_shared(other.lower(), name.lower()) < _OTHER_LETTERS:
                return other
        return ""


def cases(texts: dict[str, dict[str, str]], way: tuple[str, str], among: set[str], names: Names) -> Iterator[Case]:
    """Yield translations, and each of them changed in every way there is."""
    claimed, held = way
    rng = random.Random(7)
    for ident, text in texts[claimed].items():
        ours, theirs = sentences_of(text, claimed), sentences_of(texts[held][ident], held)
        if article(ident) not in among or len(ours) != len(theirs):
            continue
        for sentence, source in zip(ours, theirs, strict=True):
            if not 6 <= len(sentence.split()) <= 45:
                continue
            yield Case("translation", sentence, ident, source)
            for kind, text_changed in perturbations.changes(sentence, text, claimed, names.every, rng):
                yield Case(kind.replace("negation", "negation, put in"), text_changed, ident, source)
            if named := list(perturbations.NAME.finditer(sentence)):
                match = rng.choice(named)
                if other := names.alike(match.group(), text):
                    yield Case("name, nearest", perturbations.put(sentence, match, other), ident, source)
            bare = _NOT[claimed].sub("", sentence, count=1)
            if bare != sentence:
                yield Case("negation, removed", bare, ident, source)


def sentences_of(text: str, language: str) -> list[str]:
    """Return the sentences of a paragraph."""
    return [text[start:end] for start, end in sentences(text, language)]


def passages(texts: dict[str, str], ident: str, language: str, *, own: bool) -> list[Passage]:
    """Return the paragraphs of an article, with or without the one of that id."""
    return [
        Passage(each, each, text, 0, len(text), None, (), language, 1.0, (each,))
        for each, text in texts.items()
        if article(each) == article(ident) and (own or each != ident)
    ]


def measured(
    texts: dict[str, dict[str, str]], way: tuple[str, str], embedder: Embedder, options: Namespace
) -> dict[str, Cell]:
    """Return the row of one pair of languages, and print how often each kind of case is right."""
    claimed, held = way
    fit_on = halves(list(texts["en"]))
    among = fit_on if options.fit else {article(each) for each in texts["en"]} - fit_on
    found: dict[str, list[bool]] = defaultdict(list)
    unchanged: dict[tuple[str, str], bool] = {}
    show = options.show
    for case in cases(texts, way, among, Names(texts[claimed].values(), embedder)):
        got = cited(case.text, claimed, passages(texts[held], case.paragraph, held, own=True), embedder)
        if case.kind == "translation":
            unchanged[case.paragraph, case.source] = right = got == case.source
            found["kept"].append(right)
            found["cite another sentence"].append(got not in ("", case.source))
            apart = passages(texts[held], case.paragraph, held, own=False)
            found["own paragraph left out: no citation"].append(cited(case.text, claimed, apart, embedder) == "")
        elif unchanged[case.paragraph, case.source]:  # only what was kept can be caught
            found[case.kind].append(got == "")
            if show and got:
                print(f"    {case.kind}: {case.text}\n      {case.source}")
                show -= 1
    for kind, results in sorted(found.items()):
        print(f"{claimed} → {held}, {kind}: {sum(results)} of {len(results)}", flush=True)
    return row(f"{claimed} → {held}", found)


def row(name: str, found: dict[str, list[bool]]) -> dict[str, Cell]:
    """Return the row of one pair of languages."""

    def share(results: list[bool]) -> float | None:
        return sum(results) / len(results) if results else None

    cells: dict[str, Cell] = {"claim → source": name, "claims": len(found["kept"]), "kept": share(found["kept"])}
    cells["cite another sentence"] = sum(found["cite another sentence"])
    cells["own paragraph left out: no citation"] = share(found["own paragraph left out: no citation"])
    for column, kinds in _GROUPS.items():
        cells[column] = share([right for kind in found if kind.startswith(kinds) for right in found[kind]])
    return cells


def cited(sentence: str, language: str, held: Sequence[Passage], embedder: Embedder) -> str:
    """Return the sentence that is cited; "" for none."""
    got = translation(sentence, language, held, lambda texts: vectors_of(texts, embedder), embedder.card)
    return str(got.evidence.facts.text) if got else ""


if __name__ == "__main__":
    main()
