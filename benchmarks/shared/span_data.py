"""Read questions with the sentence that answers them and the words in it: XQuAD, SQuAD 2 and SQuAD-shifts.

Articles, not questions, are split into train, dev (where thresholds are set) and test (where figures are reported).
Two articles are in XQuAD and in SQuAD 2: they are on one side.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.corpora import read_jsonl
from rag.text.sentences import sentences

LANGUAGES = ("en", "es", "ru")
TEST = frozenset(f"xquad-{number}" for number in ("03", "08", "14", "21", "34", "42")) | {
    "squad2-Geology", "squad2-Normans",
}  # fmt: skip
DEV = frozenset(("xquad-07", "xquad-13", "xquad-39", "squad2-Black_Death", "Andes", "Istanbul", "Lens"))
_STEM = 5  # letters of a word that count where words are compared
_ALSO_NOT = 0.25  # share of SQuAD-shifts' questions that also come with a sentence that does not answer


@dataclass(frozen=True)
class Asked:
    """A question, a sentence, and the words of it that answer, as characters; none where it does not answer."""

    id: str
    source: str  # xquad, squad2 or shifts
    article: str
    language: str  # of the sentence
    asked_in: str  # language of the question
    question: str
    sentence: str
    spans: tuple[tuple[int, int], ...]  # what most people marked first
    answers: tuple[str, ...]

    @property
    def side(self) -> str:
        """train, dev or test."""
        return "test" if self.article in TEST else "dev" if self.article in DEV else "train"


def squads(folder: Path) -> list[Asked]:
    """Return XQuAD and SQuAD 2, laid out as for ``benchmarks.quality.quotes``.

    XQuAD also comes with question and sentence in two languages, and both with the sentence of their paragraph that
    seems most to answer and does not.
    """
    made: list[Asked] = []
    for language in LANGUAGES:
        made += _of_set(folder, "xquad", language)
    questions = {(each.id, each.language): each.question for each in made}
    for each in list(made):
        for other in LANGUAGES:
            if each.spans and other != each.language and (each.id, other) in questions:
                asked = questions[each.id, other]
                made.append(Asked(**{**vars(each), "asked_in": other, "question": asked}))
    return [*made, *_of_set(folder, "squad2", "en")]


def _of_set(folder: Path, name: str, language: str) -> Iterator[Asked]:
    paragraphs = {row["id"]: row["text"] for row in read_jsonl(folder / name / f"paragraphs.{language}.jsonl")}
    for row in read_jsonl(folder / name / f"questions.{language}.jsonl"):
        text, question, answers = paragraphs[row["paragraph"]], row["question"], row["answers"]
        cut = [text[a:b] for a, b in sentences(text, language)]
        likely = sorted(range(len(cut)), key=lambda i: -shared(question, cut[i]))
        marked = {i: spans for i in likely if (spans := [span for a in answers for span in occurrences(cut[i], a)])}
        rest: tuple[str, str, str, str, str, str] = (
            row["id"],
            name,
            row["paragraph"].rsplit("-", 1)[0],
            language,
            language,
            question,
        )
        for i in list(marked)[:1]:
            yield Asked(*rest, cut[i], tuple(marked[i]), tuple(answers))
        for i in [i for i in likely if not any(answer in cut[i] for answer in answers)][:1]:
            if marked or not answers:
                yield Asked(*rest, cut[i], (), tuple(answers))


def shifts(path: Path) -> Iterator[Asked]:
    """Yield SQuAD-shifts' new Wikipedia articles (Miller et al. 2020), none of which SQuAD has."""
    draw = random.Random(0)
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            cut = sentences(text, "en")
            for row in paragraph["qas"]:
                marked = Counter((a["answer_start"], a["answer_start"] + len(a["text"])) for a in row["answers"])
                held = [(i, span) for span, _ in marked.most_common() for i, at in enumerate(cut) if _in(span, at)]
                if not held:
                    continue
                where = held[0][0]
                begin = cut[where][0]
                spans = tuple((a - begin, b - begin) for i, (a, b) in held if i == where)
                answers = tuple(each["text"] for each in row["answers"])
                rest = (row["id"], "shifts", article["title"], "en", "en", row["question"])
                yield Asked(*rest, text[slice(*cut[where])], spans, answers)
                others = [text[slice(*cut[i])] for i in range(len(cut)) if i != where]
                others = [other for other in others if not any(answer in other for answer in answers)]
                if others and draw.random() < _ALSO_NOT:
                    yield Asked(*rest, max(others, key=lambda other: shared(row["question"], other)), (), answers)


def _in(span: tuple[int, int], sentence: tuple[int, int]) -> bool:
    return sentence[0] <= span[0] and span[1] <= sentence[1]


def occurrences(text: str, answer: str) -> list[tuple[int, int]]:
    """Return where the answer is in the text, not within words."""
    pattern = (
        rf"(?<!\w){re.escape(answer)}(?!\w)" if answer[:1].isalnum() and answer[-1:].isalnum() else re.escape(answer)
    )
    return [match.span() for match in re.finditer(pattern, text)]


def shared(question: str, text: str) -> int:
    """Return how many of the question's longer words are in the text."""
    asked = {word[:_STEM] for word in re.findall(r"\w+", question.lower()) if len(word) > 3}
    return len(asked & {word[:_STEM] for word in re.findall(r"\w+", text.lower())})


def of_side(rows: Sequence[Asked], side: str) -> list[Asked]:
    """Return the rows of train, dev or test."""
    return [each for each in rows if each.side == side]
