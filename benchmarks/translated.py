"""How well a claim in another language finds its source: ``python -m benchmarks.translated FOLDER [--fit]``.

FOLDER holds XQuAD (paragraphs.<language>.jsonl: id, text; one id is one paragraph in each language). A claim is a
sentence of a paragraph, its source the sentence in the same place of the paragraph's translation, where both have as
many sentences; it is looked for among all paragraphs of its article in that language. Measured are translations kept,
claims whose own paragraph is not there, and claims made untrue in one place (benchmarks/changed.py; and a name
exchanged for the one nearest to it by meaning, which is the hardest). The thresholds were chosen on every other article
(``--fit`` prints the tables of those); the tables are of the rest. ``--show N`` prints cases that went wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import changed
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
_WORDS_OF = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
_NOT = {language: re.compile(pattern) for language, pattern in _WORDS_OF["negation"].items()}


@dataclass(frozen=True)
class Case:
    """A claim, its kind, and the sentence it was before it was changed."""

    kind: str
    text: str
    paragraph: str  # id
    source: str  # the sentence that it translates; "" where there is none


def main() -> None:
    """Print one table a way, of the articles that nothing was fitted on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    embedder = factory.open_embedder(load(), options.embedder)
    texts = {
        language: {row["id"]: row["text"] for row in rows(options.folder / f"paragraphs.{language}.jsonl")}
        for language in ("en", "es", "ru")
    }
    for way in WAYS:
        table(texts, way, embedder, fitted=options.fit, show=options.show)


def rows(path: Path) -> list[dict[str, str]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def article(ident: str) -> str:
    """The article of a paragraph."""
    return ident.rsplit("-", 1)[0]


def halves(idents: Sequence[str]) -> set[str]:
    """Every other article: those that are fitted on."""
    return set(sorted({article(each) for each in idents})[::2])


class Names:
    """The names of some texts, and which of them another one is most alike."""

    def __init__(self, texts: Iterable[str], embedder: Embedder) -> None:
        self.every = sorted({name for text in texts for name in changed._NAME.findall(text)})
        vectors = vectors_of(self.every, embedder)
        vectors = vectors - vectors.mean(axis=0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self._order = np.argsort(-(vectors @ vectors.T), axis=1)

    def alike(self, name: str, paragraph: str) -> str:
        """The name nearest to this one by meaning that is no form of it and does not stand in the paragraph."""
        for at in self._order[self.every.index(name)]:
            other = self.every[at]
            if other[:4] not in paragraph and letters_shared(other.lower(), name.lower()) < _OTHER_LETTERS:
                return other
        return ""


def cases(texts: dict[str, dict[str, str]], way: tuple[str, str], among: set[str], names: Names) -> Iterator[Case]:
    """Translations, and each of them changed in every way there is."""
    claimed, held = way
    dice = random.Random(7)
    for ident, text in texts[claimed].items():
        ours, theirs = spoken(text, claimed), spoken(texts[held][ident], held)
        if article(ident) not in among or len(ours) != len(theirs):
            continue
        for sentence, source in zip(ours, theirs, strict=True):
            if not 6 <= len(sentence.split()) <= 45:
                continue
            yield Case("translation", sentence, ident, source)
            for kind, text_changed in changed.changes(sentence, text, claimed, names.every, dice):
                yield Case(kind.replace("negation", "negation, put in"), text_changed, ident, source)
            if named := list(changed._NAME.finditer(sentence)):
                match = dice.choice(named)
                if other := names.alike(match.group(), text):
                    yield Case("name, alike", changed.put(sentence, match, other), ident, source)
            bare = _NOT[claimed].sub("", sentence, count=1)
            if bare != sentence:
                yield Case("negation, taken out", bare, ident, source)


def spoken(text: str, language: str) -> list[str]:
    """The sentences of a paragraph."""
    return [text[start:end] for start, end in sentences(text, language)]


def passages(texts: dict[str, str], ident: str, language: str, *, own: bool) -> list[Passage]:
    """The paragraphs of an article, with or without the one of that id."""
    return [
        Passage(each, each, text, 0, len(text), None, (), language, 1.0, (each,))
        for each, text in texts.items()
        if article(each) == article(ident) and (own or each != ident)
    ]


def table(
    texts: dict[str, dict[str, str]], way: tuple[str, str], embedder: Embedder, *, fitted: bool, show: int
) -> None:
    """One way's figures."""
    claimed, held = way
    fit_on = halves(list(texts["en"]))
    among = fit_on if fitted else {article(each) for each in texts["en"]} - fit_on
    found: dict[str, list[bool]] = defaultdict(list)
    unchanged: dict[tuple[str, str], bool] = {}
    every = list(cases(texts, way, among, Names(texts[claimed].values(), embedder)))
    for case in every:
        own = passages(texts[held], case.paragraph, held, own=True)
        got = told(case.text, claimed, own, embedder)
        if case.kind == "translation":
            unchanged[case.paragraph, case.source] = right = got == case.source
            found["wrong sentence"].append(got not in ("", case.source))
            apart = passages(texts[held], case.paragraph, held, own=False)
            found["own paragraph not there"].append(told(case.text, claimed, apart, embedder) == "")
            found[case.kind].append(right)
            continue
        right = got == ""
        found[case.kind].append(right)
        if unchanged[case.paragraph, case.source]:
            found[f"{case.kind} (of those kept)"].append(right)
        if show and not right:
            print(f"    {case.kind}: {case.text}\n      {case.source}")
            show -= 1
    print(f"{claimed} -> {held}")
    for kind, results in sorted(found.items()):
        print(f"  {kind}: {sum(results)} of {len(results)} ({np.mean(results):.3f})", flush=True)


def told(sentence: str, language: str, held: Sequence[Passage], embedder: Embedder) -> str:
    """The sentence that is cited; "" for none."""
    got = translation(sentence, language, held, lambda texts: vectors_of(texts, embedder), embedder.card)
    return got.held.facts.text if got else ""


if __name__ == "__main__":
    main()
