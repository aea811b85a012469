"""Measure short answers: ``python -m benchmarks.quality.short_answers FOLDER [--side test] [--quotes]``.

FOLDER holds ``xquad`` and ``squad2`` (see ``benchmarks.quality.quotes``). Only articles that the span reader never saw:
exact match and F1 (as SQuAD, and MLQA for Spanish, count them) of the words it takes from the gold sentence, then what
is shown of them and how much of that is right. ``--quotes`` asks a library of all paragraphs instead, XQuAD's of three
languages in one, and reads Oaken's own first quotes. ``--cross`` asks in one language about sentences in another.
"""

from __future__ import annotations

import random
import statistics
import string
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.cached_embedder import CACHE, cached_embedder
from benchmarks.shared.corpora import library_of, read_jsonl
from benchmarks.shared.span_data import LANGUAGES, Asked, of_side, squads
from rag import Assistant
from rag.embedding.span_reader import OnnxSpanReader
from rag.retrieval.short_answer import (
    MAX_SENTENCES_READ,
    MIN_SHORT_ANSWER_CONFIDENCE,
    AnswerSpan,
    best_span,
    quoted_sentences,
    short_answer,
    short_citation,
)
from rag.settings import load
from rag.types import Citation

_ARTICLES = {"en": {"a", "an", "the"}, "es": {"un", "una", "unos", "unas", "el", "la", "los", "las"}}
RIGHT = 0.5  # F1 from which on a short answer counts as right
COLUMNS = {
    "set": "",
    "questions": "",
    "F1": ".3f",
    "exact match": ".3f",
    "shown": ".3f",
    "shown, right": ".3f",
    "shown, F1": ".3f",
    "shown, exact match": ".3f",
}
SENTENCE = COLUMNS | {"shown of sentences that do not answer": ".3f", "ms a sentence": ".0f"}
QUOTE = COLUMNS | {"answer in the first quote": ".3f"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one row for each set and language."""
    parser = benchmark_parser("benchmarks.quality.short_answers", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", default="test", choices=("train", "dev", "test"))
    parser.add_argument("--quotes", action="store_true")
    parser.add_argument("--cross", action="store_true")
    parser.add_argument("--sample", type=int, default=0, help="questions of each set (0: all)")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parse_options(parser, arguments)
    reader = OnnxSpanReader.open(load().home / "models", threads=1)
    groups = grouped(of_side(squads(options.folder), options.side), options.sample, cross=options.cross)
    suffix = "_cross" if options.cross else ""
    note = f"Shown from a confidence of {MIN_SHORT_ANSWER_CONFIDENCE}; right from an F1 of {RIGHT}."
    if options.quotes:
        rows = list(from_quotes(options.folder, groups, reader, options.cache))
        publish(options, f"short_answers_quotes{suffix}", "Short answers from Oaken's own quotes", QUOTE, rows, note)
    else:
        rows = [from_sentences(group, reader) for group in groups]
        publish(options, f"short_answers{suffix}", "Short answers from the gold sentence", SENTENCE, rows, note)


def grouped(rows: Sequence[Asked], sample: int, *, cross: bool) -> list[list[Asked]]:
    """Return the rows by set, language and language of the question, each a sample that is the same each time."""
    pairs = [(one, other) for one in LANGUAGES for other in LANGUAGES if (one != other) == cross]
    wanted = [("xquad", *pair) for pair in pairs] + ([] if cross else [("squad2", "en", "en")])
    groups = [[row for row in rows if (row.source, row.language, row.asked_in) == each] for each in wanted]
    return [random.Random(2).sample(group, min(len(group), sample or len(group))) for group in groups if group]


def from_sentences(group: Sequence[Asked], reader: OnnxSpanReader) -> dict[str, Cell]:
    """Return the row of one set: read from the gold sentence, and from one that does not answer."""
    answered, spans, seconds = [row for row in group if row.spans], [], []
    for row in answered:
        started = time.process_time()
        spans.append(best_span(row.question, [row.sentence], reader))
        seconds.append(time.process_time() - started)
    absent = [row for row in group if not row.spans]
    wrongly = [short_answer(row.question, row.asked_in, [row.sentence], reader) is not None for row in absent]
    shown = [short_answer(row.question, row.asked_in, [row.sentence], reader) for row in answered]
    best, confident = ([_words(span, row) for span, row in zip(some, answered, strict=True)] for some in (spans, shown))
    return scores_row(answered, best, confident) | {
        "shown of sentences that do not answer": statistics.mean(wrongly) if wrongly else None,
        "ms a sentence": 1000 * statistics.median(seconds),
    }


def from_quotes(
    folder: Path, groups: Sequence[list[Asked]], reader: OnnxSpanReader, cache: Path
) -> Iterator[dict[str, Cell]]:
    """Yield the row of each set: read from Oaken's own quotes, over all paragraphs of the set."""
    embedder = cached_embedder(cache)
    for source in sorted({row.source for group in groups for row in group}):
        texts = [
            (f"{language}-{row['id']}", row["text"], language)
            for language in (LANGUAGES if source == "xquad" else ("en",))
            for row in read_jsonl(folder / source / f"paragraphs.{language}.jsonl")
        ]
        with library_of(texts, embedder) as library:
            assistant = Assistant(library, embedder)
            for group in [each for each in groups if each[0].source == source]:
                answered = [row for row in group if row.spans]
                yield quotes_row(answered, [assistant.ask(row.question).quotes for row in answered], reader)


def quotes_row(
    answered: Sequence[Asked], quotes: Sequence[Sequence[Citation]], reader: OnnxSpanReader
) -> dict[str, Cell]:
    """Return the row of questions with the quotes shown for each."""
    pairs = list(zip(answered, quotes, strict=True))
    shown = [(short_citation(row.question, row.asked_in, held, reader), held) for row, held in pairs]
    assert all(short is None or _stands(short, held) for short, held in shown)
    in_first = [any(answer in held[0].quote for answer in row.answers) if held else False for row, held in pairs]
    best = [_first(row, held, reader) for row, held in pairs]
    return scores_row(answered, best, [short.quote if short else None for short, _ in shown]) | {
        "answer in the first quote": statistics.mean(in_first)
    }


def _first(row: Asked, quotes: Sequence[Citation], reader: OnnxSpanReader) -> str:
    texts = [quote.quote[a:b] for quote, a, b in quoted_sentences(quotes[:1], row.asked_in)][:MAX_SENTENCES_READ]
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
    name = {"xquad": "XQuAD", "squad2": "SQuAD 2"}.get(row.source, row.source)
    return f"{name} {row.language}" + (f", asked in {row.asked_in}" if row.asked_in != row.language else "")


def scores_row(rows: Sequence[Asked], best: Sequence[str | None], shown: Sequence[str | None]) -> dict[str, Cell]:
    """Return the scores of the likeliest words of each question, and of those confident enough to be shown."""
    f1s, exact = _means([best_score(words or "", row) for words, row in zip(best, rows, strict=True)])
    scores = [best_score(words, row) for words, row in zip(shown, rows, strict=True) if words is not None]
    right = statistics.mean(f1 >= RIGHT for f1, _ in scores) if scores else None
    cells = (_name(rows[0]), len(rows), f1s, exact, len(scores) / len(rows), right, *_means(scores))
    return dict(zip(COLUMNS, cells, strict=True))


def _means(scores: Sequence[tuple[float, float]]) -> tuple[Cell, Cell]:
    if not scores:
        return None, None
    f1s, exact = (statistics.mean(side) for side in zip(*scores, strict=True))
    return f1s, exact


def best_score(words: str, row: Asked) -> tuple[float, float]:
    """Return F1 and exact match with the gold answer that is nearest."""
    made = normal(words, row.language)
    golds = [normal(answer, row.language) for answer in row.answers]
    return max(f1(made, gold) for gold in golds), float(made in golds)


def normal(text: str, language: str) -> list[str]:
    """Return the words in lower case without punctuation and articles, as SQuAD's and MLQA's scorers compare them."""
    plain = "".join(
        letter
        for letter in text.lower()
        if letter not in string.punctuation and not unicodedata.category(letter).startswith("P")
    )
    return [word for word in plain.split() if word not in _ARTICLES.get(language, ())]


def f1(made: list[str], gold: list[str]) -> float:
    """Return the F1 of two lists of words."""
    if not made or not gold:
        return float(made == gold)
    common = sum((Counter(made) & Counter(gold)).values())
    return 2 * common / (len(made) + len(gold))


if __name__ == "__main__":
    main()
