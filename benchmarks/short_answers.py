"""Short answers: ``python -m benchmarks.short_answers FOLDER [--side test] [--quotes]``.

FOLDER holds ``xquad`` and ``squad2`` (see ``benchmarks.xquad``). Of articles that the reader never saw: exact match and
F1 (SQuAD's; articles of Spanish and Russian as MLQA has it) of the words it takes from the gold sentence, then what is
shown of them and how much of that is right. ``--quotes`` asks the library of all paragraphs instead, XQuAD's of three
languages in one, and reads Oaken's own quotes. ``--cross`` asks in one language of sentences in another.
"""

from __future__ import annotations

import argparse
import random
import statistics
import string
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.cached import CachedEmbedder, file_texts, read
from benchmarks.span_data import LANGUAGES, Asked, of_side, squads
from rag import Assistant, factory
from rag.embedding.span_reader import OnnxSpanReader
from rag.library.library import Library
from rag.retrieval.short_answer import CONFIDENT, AnswerSpan, best_span, short_answer, short_citation
from rag.settings import load
from rag.types import Citation

_ARTICLES = {"en": {"a", "an", "the"}, "es": {"un", "una", "unos", "unas", "el", "la", "los", "las"}}
RIGHT = 0.5  # F1 from which on a short answer counts as right


def main() -> None:
    """Print a line for each set and language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", default="test", choices=("train", "dev", "test"))
    parser.add_argument("--quotes", action="store_true")
    parser.add_argument("--cross", action="store_true")
    parser.add_argument("--sample", type=int, default=0, help="questions a set (0: all)")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "oaken-benchmarks")
    options = parser.parse_args()
    reader = OnnxSpanReader.open(load().home / "models", threads=1)
    rows = of_side(squads(options.folder), options.side)
    groups = [
        [r for r in rows if (r.source, r.language, r.asked_in) == (source, language, asked_in)]
        for source, language, asked_in in [
            *(("xquad", one, other) for one in LANGUAGES for other in LANGUAGES if (one != other) == options.cross),
            *([] if options.cross else [("squad2", "en", "en")]),
        ]
    ]
    groups = [random.Random(2).sample(group, min(len(group), options.sample or len(group))) for group in groups]
    if options.quotes:
        from_quotes(options.folder, groups, reader, options.cache)
    else:
        from_sentences(groups, reader)


def from_sentences(groups: Sequence[list[Asked]], reader: OnnxSpanReader) -> None:
    """The gold sentence is given; also one that does not answer."""
    for group in groups:
        there, seconds = [row for row in group if row.spans], []
        spans = []
        for row in there:
            started = time.process_time()
            spans.append(best_span(row.question, [row.sentence], reader))
            seconds.append(time.process_time() - started)
        print(f"{_name(group[0])}: {_scores(there, [_words(s, r) for s, r in zip(spans, there, strict=True)])}")
        shown = [short_answer(row.question, row.asked_in, [row.sentence], reader) for row in there]
        print(f"  {_shown(there, [_words(s, r) for s, r in zip(shown, there, strict=True)])}")
        absent = [row for row in group if not row.spans]
        wrongly = [short_answer(row.question, row.asked_in, [row.sentence], reader) is not None for row in absent]
        if absent:
            print(f"  shown of {len(absent)} sentences that do not answer: {statistics.mean(wrongly):.3f}")
        print(f"  processor seconds a sentence, median: {statistics.median(seconds):.4f}", flush=True)


def from_quotes(folder: Path, groups: Sequence[list[Asked]], reader: OnnxSpanReader, cache: Path) -> None:
    """Oaken's own quotes, of all paragraphs of a set."""
    embedder = CachedEmbedder(factory.open_embedder(load()), cache / "vectors.sqlite")
    for source in sorted({row.source for group in groups for row in group}):
        texts = [
            (f"{language}-{row['id']}", row["text"], language)
            for language in (LANGUAGES if source == "xquad" else ("en",))
            for row in read(folder / source / f"paragraphs.{language}.jsonl")
        ]
        with tempfile.TemporaryDirectory() as home, Library.open(Path(home) / "library", embedder.card) as library:
            file_texts(library, texts, embedder)
            assistant = Assistant(library, embedder)
            for group in [each for each in groups if each[0].source == source]:
                there = [row for row in group if row.spans]
                quotes = [assistant.ask(row.question).quotes for row in there]
                pairs = list(zip(there, quotes, strict=True))
                best = [_first(row, held, reader) for row, held in pairs]
                print(f"{_name(group[0])}, first quote: {_scores(there, best)}")
                held_in = [any(a in held[0].quote for a in row.answers) if held else False for row, held in pairs]
                print(f"  gold answer in the first quote: {statistics.mean(held_in):.3f}")
                found = [(short_citation(row.question, row.asked_in, held, reader), held) for row, held in pairs]
                assert all(short is None or _stands(short, held) for short, held in found)
                print(f"  {_shown(there, [short.quote if short else None for short, _ in found])}", flush=True)


def _first(row: Asked, quotes: Sequence[Citation], reader: OnnxSpanReader) -> str:
    from rag.retrieval.short_answer import SENTENCES, quoted_sentences

    texts = [quote.quote[a:b] for quote, a, b in quoted_sentences(quotes[:1], row.asked_in)][:SENTENCES]
    span = best_span(row.question, texts, reader)
    return texts[span.sentence][span.start : span.end] if span else ""


def _stands(short: Citation, quotes: Iterable[Citation]) -> bool:
    return any(
        quote.document_id == short.document_id
        and quote.quote[short.start - quote.start : short.end - quote.start] == short.quote
        for quote in quotes
    )


def _words(span: AnswerSpan | None, row: Asked) -> str | None:
    return row.sentence[span.start : span.end] if span else None


def _name(row: Asked) -> str:
    return f"{row.source} {row.language}" + (f" asked in {row.asked_in}" if row.asked_in != row.language else "")


def _scores(rows: Sequence[Asked], found: Sequence[str | None]) -> str:
    scores = [best_score(words or "", row) for words, row in zip(found, rows, strict=True)]
    f1, exact = (statistics.mean(side) for side in zip(*scores, strict=True))
    return f"F1 {f1:.3f}, exact {exact:.3f} of {len(rows)}"


def _shown(rows: Sequence[Asked], found: Sequence[str | None]) -> str:
    scores = [best_score(words, row) for words, row in zip(found, rows, strict=True) if words is not None]
    if not scores:
        return "nothing shown"
    f1, exact = zip(*scores, strict=True)
    right = statistics.mean(value >= RIGHT for value in f1)
    return (
        f"shown from {CONFIDENT}: {len(scores) / len(rows):.3f}; of these right {right:.3f}, "
        f"F1 {statistics.mean(f1):.3f}, exact {statistics.mean(exact):.3f}"
    )


def best_score(words: str, row: Asked) -> tuple[float, float]:
    """F1 and exact match with the gold answer that is nearest."""
    made = normal(words, row.language)
    golds = [normal(answer, row.language) for answer in row.answers]
    return max(f1(made, gold) for gold in golds), float(made in golds)


def normal(text: str, language: str) -> list[str]:
    """Words in lower case without punctuation and articles, as SQuAD's and MLQA's scorers compare them."""
    plain = "".join(
        letter
        for letter in text.lower()
        if letter not in string.punctuation and not unicodedata.category(letter).startswith("P")
    )
    return [word for word in plain.split() if word not in _ARTICLES.get(language, ())]


def f1(made: list[str], gold: list[str]) -> float:
    """Of two lists of words."""
    if not made or not gold:
        return float(made == gold)
    common = sum((Counter(made) & Counter(gold)).values())
    return 2 * common / (len(made) + len(gold))


if __name__ == "__main__":
    main()
