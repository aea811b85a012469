"""Measure prose: ``python -m benchmarks.quality.prose FOLDER [--sample 60] [--seed 7]``.

FOLDER holds XQuAD (paragraphs.<language>.jsonl, questions.<language>.jsonl). Questions over all its paragraphs, one
file each. Prints in how many answers a gold answer is in the prose, in a supported claim and in the quotes, and the
length of the prompts; with ``--show`` the claims beside the words they cite, to be read. With ``--turns 3`` the first
three questions about each paragraph are a conversation, with one row for each turn. ``--language es --model FILE.gguf``
asks in another language, and has another model write.

``--clapnq``: FOLDER holds CLAPnq instead; all its passages, the answerable questions, how many citations of supported
claims are from the question's own passage (precision), and for how many questions one is (recall).
"""

from __future__ import annotations

import random
import statistics
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.shared.corpora import Row, read_jsonl
from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.conversation.history import history_turns
from rag.evaluation.metrics import plain
from rag.settings import Settings, load
from rag.types import Answer, Claim

COLUMNS = {
    "language": "",
    "turn": "",
    "questions": "",
    "answer in the prose": ".3f",
    "in a supported claim": ".3f",
    "in the quotes": ".3f",
    "claims": "",
    "supported": "",
    "prompt tokens": ".0f",
}
CITED = {"questions": "", "with a supported claim": "", "citations": "", "precision": ".3f", "recall": ".3f"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, print."""
    parser = benchmark_parser("benchmarks.quality.prose", __doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=60, help="questions (0: all)")
    parser.add_argument("--seed", type=int, default=7, help="another draws other questions")
    parser.add_argument("--language", default="en")
    parser.add_argument("--model", default="", help="a GGUF file that writes, or the name of one that is held")
    parser.add_argument("--turns", type=int, default=1, help="questions about one paragraph asked as a conversation")
    parser.add_argument("--show", action="store_true", help="print the claims and what they cite")
    parser.add_argument("--home", type=Path, help="keep the library here between runs")
    parser.add_argument("--clapnq", action="store_true", help="FOLDER holds answerable.jsonl and unanswerable.jsonl")
    options = parse_options(parser, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        held = load()
        settings = replace(held, home=options.home or Path(scratch) / "home", model=options.model or held.model)
        if options.clapnq:
            clapnq(options, settings)
        else:
            xquad(options, settings)


def xquad(options: Namespace, settings: Settings) -> None:
    """Ask the questions of one language, alone or as conversations."""
    questions = read_jsonl(options.folder / f"questions.{options.language}.jsonl")
    if options.turns > 1:
        talks = conversations(questions, options.turns)[: options.sample or None]
    else:
        size = min(options.sample or len(questions), len(questions))
        talks = [[question] for question in random.Random(options.seed).sample(questions, size)]
    name = f"prose-{options.language}"
    if not (settings.home / "libraries" / name).exists():
        add_files(name, read_jsonl(options.folder / f"paragraphs.{options.language}.jsonl"), settings)
    turns: list[list[tuple[Row, Answer]]] = [[] for _ in range(options.turns)]
    with Assistant.open(name, settings) as assistant:
        for talk in talks:
            said: list[tuple[str, Answer | None]] = []
            for turn, question in enumerate(talk):
                answer = assistant.ask(question["question"], history=history_turns(said), insist=True)
                said.append((question["question"], answer))
                turns[turn].append((question, answer))
                if options.show:
                    show(question["question"], question["answers"], answer)
    rows = [row(options.language, turn, asked) for turn, asked in enumerate(turns, 1)]
    publish(options, f"prose_{options.language}", "Prose: gold answers in it", COLUMNS, rows)


def clapnq(options: Namespace, settings: Settings) -> None:
    """Ask the answerable questions over the passages of both files."""
    sides = [read_jsonl(options.folder / f"{name}.jsonl") for name in ("answerable", "unanswerable")]
    passages = [{"id": row["id"], "text": row["passages"][0]["text"]} for side in sides for row in side]
    add_files("clapnq", passages, settings)
    cited: list[list[bool]] = []
    with Assistant.open("clapnq", settings) as assistant:
        for row in sides[0][: options.sample or None]:
            answer = assistant.ask(row["input"])
            supported = [claim for claim in answer.claims if claim.supported]
            own = f"{row['id']}.txt"
            cited.append([Path(each.source).name == own for claim in supported for each in claim.citations])
            if options.show:
                show(row["input"], [], answer)
    every = [right for one in cited for right in one]
    precision = statistics.mean(every) if every else None
    cells = (len(cited), sum(map(bool, cited)), len(every), precision, statistics.mean(map(any, cited)))
    title = "Prose: citations of supported claims from the question's own passage, CLAPnq"
    publish(options, "prose_clapnq", title, CITED, [dict(zip(CITED, cells, strict=True))])


def conversations(questions: Sequence[Row], length: int) -> list[list[Row]]:
    """Return the first questions of each paragraph that has as many."""
    of_paragraph: dict[str, list[Row]] = {}
    for question in questions:
        of_paragraph.setdefault(question["paragraph"], []).append(question)
    return [asked[:length] for asked in of_paragraph.values() if len(asked) >= length]


def add_files(name: str, paragraphs: Sequence[Row], settings: Settings) -> None:
    """Make a library of the paragraphs, a text file each."""
    with tempfile.TemporaryDirectory() as folder, factory.open_library(settings, name, create=True) as library:
        for row in paragraphs:
            Path(folder, f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
        ingest([Path(folder)], library, factory.open_embedder(settings))


def row(language: str, turn: int, asked: Sequence[tuple[Row, Answer]]) -> dict[str, Cell]:
    """Return the figures of the questions of one turn."""

    def share(texts_of: Sequence[Sequence[str]]) -> float:
        pairs = zip(texts_of, asked, strict=True)
        return statistics.mean(holds(texts, question["answers"]) for texts, (question, _) in pairs)

    claims = [answer.claims for _, answer in asked]
    tokens = [answer.prompt_tokens for _, answer in asked if answer.prompt_tokens]
    cells = (
        language,
        turn,
        len(asked),
        share([[claim.text for claim in some] for some in claims]),
        share([[claim.text for claim in supported(some)] for some in claims]),
        share([[quote.quote for quote in answer.quotes] for _, answer in asked]),
        sum(map(len, claims)),
        sum(len(supported(some)) for some in claims),
        statistics.mean(tokens) if tokens else None,
    )
    return dict(zip(COLUMNS, cells, strict=True))


def supported(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims that a source supports."""
    return [claim for claim in claims if claim.supported]


def holds(texts: Sequence[str], answers: Sequence[str]) -> bool:
    """Tell whether the texts, joined, hold one of the answers."""
    joined = plain(" ".join(texts))
    return any(plain(answer) in joined for answer in answers)


def show(question: str, answers: Sequence[str], answer: Answer) -> None:
    """Print the claims of one answer with what they cite."""
    print(f"\nQ {question}  [{' | '.join(answers)}]")
    for claim in answer.claims:
        print(f"  {'+' if claim.supported else '-'} {claim.score:.2f} {claim.text}")
        for citation in claim.citations[:1]:
            print(f"      {' '.join(citation.quote.split())}")
        for citation in claim.conflict:
            print(f"      otherwise: {' '.join(citation.quote.split())}")


if __name__ == "__main__":
    main()
