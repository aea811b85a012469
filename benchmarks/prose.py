"""What the prose of the embedded model is worth: ``python -m benchmarks.prose FOLDER [--sample 60] [--seed 7]``.

FOLDER is that of benchmarks.xquad. Questions over all its paragraphs, one file each. Prints in how many answers a gold
answer stands in the prose, in a supported claim, in the quotes, the tokens of the prompts, and with ``--show N`` claims
marked as supported beside the words they cite, to be read. With ``--turns 3`` the first three questions of each
paragraph are a conversation, and the figures are told by turn. ``--language es --model FILE.gguf`` asks in another
language, and has another model write.

``--clapnq``: FOLDER holds CLAPnq instead; all its passages, the answerable questions, how many citations of supported
claims are from the question's own passage (precision), and of how many questions one is (recall).
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.xquad import read
from ingest.pipeline import ingest
from rag import Assistant, factory
from rag.conversation.history import history_turns
from rag.evaluation.metrics import plain
from rag.settings import load
from rag.types import Answer


def main() -> None:
    """Ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=60, help="questions (0: all)")
    parser.add_argument("--seed", type=int, default=7, help="another draws other questions")
    parser.add_argument("--language", default="en")
    parser.add_argument("--model", default="", help="a GGUF file that writes, or the name of one that is held")
    parser.add_argument("--turns", type=int, default=1, help="questions of one paragraph asked as a conversation")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--home", type=Path, help="keep the library here between runs")
    parser.add_argument("--clapnq", action="store_true", help="FOLDER holds answerable.jsonl and unanswerable.jsonl")
    options = parser.parse_args()
    if options.clapnq:
        clapnq(options.folder, options.show)
        return
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch) / "home"
        held = load()
        settings = replace(held, home=home, model=options.model or held.model)
        paragraphs = read(options.folder / f"paragraphs.{options.language}.jsonl")
        questions = read(options.folder / f"questions.{options.language}.jsonl")
        talks = [[question] for question in questions]
        if options.turns > 1:
            talks = conversations(questions, options.turns)[: options.sample or None]
        elif options.sample:
            talks = [
                [question]
                for question in random.Random(options.seed).sample(questions, min(options.sample, len(questions)))
            ]
        name = f"prose-{options.language}"
        if not (home / "libraries" / name).exists():
            file_away(Path(scratch), name, paragraphs, settings)
        rows: list[list[tuple[dict[str, str], Answer]]] = [[] for _ in range(options.turns)]
        with Assistant.open(name, settings) as assistant:
            for talk in talks:
                said: list[tuple[str, Answer | None]] = []
                for turn, question in enumerate(talk):
                    answer = assistant.ask(question["question"], history=history_turns(said), insist=True)
                    said.append((question["question"], answer))
                    rows[turn].append((question, answer))
                    if options.show:
                        show(question, answer)
        for turn, asked in enumerate(rows, 1):
            if options.turns > 1:
                print(f"turn {turn}")
            report(asked)


def clapnq(folder: Path, number: int) -> None:
    """Ask the answerable questions over the passages of both files."""
    sides = [read(folder / f"{name}.jsonl") for name in ("answerable", "unanswerable")]
    passages = [{"id": row["id"], "text": row["passages"][0]["text"]} for side in sides for row in side]
    with tempfile.TemporaryDirectory() as scratch:
        settings = replace(load(), home=Path(scratch) / "home")
        file_away(Path(scratch), "clapnq", passages, settings)
        cited: list[list[bool]] = []
        with Assistant.open("clapnq", settings) as assistant:
            for row in sides[0]:
                answer = assistant.ask(row["input"])
                supported = [claim for claim in answer.claims if claim.supported]
                own = f"{row['id']}.txt"
                cited.append([Path(each.source).name == own for claim in supported for each in claim.citations])
                if number:
                    show({"question": row["input"], "answers": []}, answer)  # type: ignore[dict-item]
    every = [right for one in cited for right in one]
    print(f"{len(cited)} questions, {sum(map(bool, cited))} with a supported claim, {len(every)} citations")
    print(f"citations of supported claims from the question's own passage: precision {statistics.mean(every):.3f}")
    print(f"questions with one: recall {statistics.mean(map(any, cited)):.3f}")


def conversations(questions: list[dict[str, str]], length: int) -> list[list[dict[str, str]]]:
    """The first questions of each paragraph that has as many."""
    of_paragraph: dict[str, list[dict[str, str]]] = {}
    for question in questions:
        of_paragraph.setdefault(question["paragraph"], []).append(question)
    return [asked[:length] for asked in of_paragraph.values() if len(asked) >= length]


def file_away(scratch: Path, name: str, paragraphs: list[dict[str, str]], settings: object) -> None:
    """Each paragraph as a text file of its own."""
    files = scratch / "paragraphs"
    files.mkdir()
    for row in paragraphs:
        (files / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
    with factory.open_library(settings, name, create=True) as library:  # type: ignore[arg-type]
        ingest([files], library, factory.open_embedder(settings))  # type: ignore[arg-type]


def report(rows: list[tuple[dict[str, str], Answer]]) -> None:
    """The figures."""

    def holds(texts: list[str], question: dict[str, str]) -> bool:
        said = plain(" ".join(texts))
        return any(plain(gold) in said for gold in question["answers"])

    claims = [claim for _, answer in rows for claim in answer.claims]
    supported = [claim for claim in claims if claim.supported]
    print(f"{len(rows)} questions")
    print(f"gold answer in the prose: {statistics.mean(holds([c.text for c in a.claims], q) for q, a in rows):.3f}")
    told = [holds([c.text for c in a.claims if c.supported], q) for q, a in rows]
    print(f"gold answer in a supported claim: {statistics.mean(told):.3f}")
    print(f"gold answer in the quotes: {statistics.mean(holds([c.quote for c in a.quotes], q) for q, a in rows):.3f}")
    print(f"claims: {len(claims)}, supported {len(supported)}; words in a supported one, median "
          f"{statistics.median([len(c.text.split()) for c in supported] or [0]):.0f}")  # fmt: skip
    tokens = [a.prompt_tokens for _, a in rows if a.prompt_tokens]
    print(f"prompt tokens: mean {statistics.mean(tokens or [0]):.0f}; seconds of prose, mean "
          f"{statistics.mean(a.timings.get('prose', 0.0) for _, a in rows):.2f}")  # fmt: skip


def show(question: dict[str, str], answer: Answer) -> None:
    """The claims of one answer with what they cite."""
    print(f"\nQ {question['question']}  [{' | '.join(question['answers'])}]")
    for claim in answer.claims:
        print(f"  {'+' if claim.supported else '-'} {claim.score:.2f} {claim.text}")
        for citation in claim.citations[:1]:
            print(f"      {' '.join(citation.quote.split())}")
        for citation in claim.conflict:
            print(f"      otherwise: {' '.join(citation.quote.split())}")


if __name__ == "__main__":
    main()
