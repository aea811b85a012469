"""Synthesise questions from the library itself, phrased as a person would: a smoke test that needs no question set.

A heading that is a question, a how-to heading, a definition, a number with its unit and subject, a value of a table:
each becomes a question for what is there, in its own language, if that is a known one. No sentence is asked for by its
own words out of context, and no question is made that several places or no document would answer.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

import regex

from rag.errors import UsageError
from rag.evaluation.metrics import normalized
from rag.evaluation.phrasing import PHRASING, QuestionPatterns, SentencePattern
from rag.evaluation.questions import LabelledQuestion, numbered
from rag.library.library import Library
from rag.messages import Message
from rag.text.analyzer import stem
from rag.text.languages import known_languages
from rag.text.patterns import in_any_language
from rag.text.sentences import sentences
from rag.types import Document, Element, FileRecord, Outcome

MADE = (
    "These questions were made from the library's own headings, sentences and tables. That makes a smoke test of this "
    "library: such questions share words with what answers them, so they are easier than a person's, and every one of "
    "them has an answer. The figures say whether something is broken, and whether a change made it better or worse; "
    "they do not say how well people's questions are answered, nor which of two libraries is the better one."
)
SYNTHETIC_KINDS = ("heading", "how_to", "definition", "number", "table")
_MAX_DOCUMENTS_READ = 400  # read at most, drawn at random
_MIN_SUBJECT_MENTIONS = 3  # times that a document names what it is about
_QUESTIONS_PER_DOCUMENT = 3  # questions from one document, where others have some
_ANSWER_WORDS = 10  # of a definition: enough to tell it from others
_SECTION_SENTENCES = 40  # sentences of a section that answer its heading
_HEADING, _SUBJECT, _LABEL, _VALUE = 12, 6, 4, 12  # words at most
_LETTER_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_CAPITAL_WITHIN_SENTENCE = regex.compile(r"(?<=[\p{Ll},] )\p{Lu}\w*")  # a capital where no sentence begins
_LIST_MARKER = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[§#]+)\s+")
_CELL = re.compile(r"^([^:|]+): (.+)$", re.DOTALL)
_YES_NO = in_any_language(lambda known: known.phrasing.yes_no)
_NO_VALUE = re.compile(rf"^(?:[-–—x✓✔✗]|n/?a|{_YES_NO}|true|false|->)$", re.IGNORECASE)
_VAGUE_WORDS = in_any_language(lambda known: known.phrasing.too_vague)
_VAGUE = re.compile(
    rf"[:;(){{}}\[\]<>|=\"“”*_`/]|\.\.|…|--|\.$|\b(?:{_VAGUE_WORDS}|faq|todo)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _SyntheticQuestion:
    kind: str
    question: str
    answers: tuple[str, ...]
    document: str
    language: str


def synthetic_questions(
    library: Library, n: int, *, kinds: Collection[str] = (), seed: int = 0
) -> list[LabelledQuestion]:
    """Return up to ``n`` questions, the same ones for the same seed.

    Raises UsageError where none can be made, or for an unknown kind.
    """
    for kind in kinds:
        if kind not in SYNTHETIC_KINDS:
            raise UsageError(
                Message("Oaken makes no questions of the kind {kind!r}.", kind=kind),
                Message("Available kinds: --only {names}", names=",".join(SYNTHETIC_KINDS)),
            )
    draw = random.Random(seed)
    records = [r for r in library.records() if r.chunks and r.outcome is not Outcome.DUPLICATE]
    records = [record for record in records if record.language in PHRASING]
    records = draw.sample(records, min(len(records), _MAX_DOCUMENTS_READ))
    documents = [(record, each) for record in records if (each := library.document(record.id)) is not None]
    words = {language: _count_words(documents, language) for language in PHRASING}
    made = [
        question
        for record, document in documents
        for question in _QuestionMaker(record, document, words[record.language]).questions()
        if not kinds or question.kind in kinds
    ]
    by_id = {record.id: record for record in records}
    chosen = _spread(_unambiguous(made), n, draw)
    if not chosen:
        raise UsageError(
            Message("The library has no heading, definition, number or table row to make a question from."),
            Message(
                "Questions are made in {listed}. Write some yourself: oaken eval QUESTIONS.jsonl", listed=_listed()
            ),
        )
    return numbered([_question(each, by_id[each.document]) for each in chosen])


def _listed() -> str:
    *others, last = (known.name for known in known_languages().values())
    return f"{', '.join(others)} and {last}" if others else last


def _question(made: _SyntheticQuestion, record: FileRecord) -> LabelledQuestion:
    return LabelledQuestion(
        "", record.language, made.question, made.answers, PurePosixPath(record.path).as_posix(), made.kind
    )


@dataclass(frozen=True, slots=True)
class _WordCounts:
    """How often each word is written, in small and in large letters; and how often in large ones within a sentence."""

    all: Counter[str]
    names: Counter[str]


def _count_words(documents: Sequence[tuple[FileRecord, Document]], language: str) -> _WordCounts:
    texts = [document.text for record, document in documents if record.language == language]
    return _WordCounts(
        Counter(word for text in texts for word in _LETTER_WORD.findall(text)),
        Counter(word for text in texts for word in _CAPITAL_WITHIN_SENTENCE.findall(text)),
    )


def _unambiguous(made: Sequence[_SyntheticQuestion]) -> list[_SyntheticQuestion]:
    """Return the questions that no other place in the library answers too."""
    times = Counter(normalized(each.question) for each in made)
    return [each for each in made if times[normalized(each.question)] == 1]


def _spread(made: Sequence[_SyntheticQuestion], n: int, draw: random.Random) -> list[_SyntheticQuestion]:
    """Return up to n questions, by language and kind in turn, few from one document while others are left."""
    groups: dict[tuple[str, str], list[_SyntheticQuestion]] = defaultdict(list)
    for each in draw.sample(made, len(made)):
        groups[each.language, each.kind].append(each)
    in_turn = [each for row in zip_longest(*(groups[key] for key in sorted(groups))) for each in row if each]
    times: Counter[str] = Counter()
    first: list[_SyntheticQuestion] = []
    later: list[_SyntheticQuestion] = []
    for each in in_turn:
        (first if times[each.document] < _QUESTIONS_PER_DOCUMENT else later).append(each)
        times[each.document] += 1
    return [*first, *later][:n]


class _QuestionMaker:
    """The questions of one document."""

    def __init__(self, record: FileRecord, document: Document, words: _WordCounts) -> None:
        self._record = record
        self._document = document
        self._words = words.all
        self._names = words.names
        self._phrasing: QuestionPatterns = PHRASING[record.language]
        titles = [self._text(each) for each in document.elements if each.kind == "title"]
        name = PurePosixPath(record.path).stem.replace("-", " ").replace("_", " ")
        self._titles = self._stems(word for title in [*titles, name] for word in _LETTER_WORD.findall(title))
        self._lower = document.text.lower()

    def questions(self) -> Iterator[_SyntheticQuestion]:
        """Yield all questions that can be made, in reading order."""
        elements = self._document.elements
        for at, element in enumerate(elements):
            text = self._text(element)
            if element.kind == "title":
                yield from self._of_heading(_NUMBERING.sub("", text), self._body(elements[at + 1 :]))
            elif element.kind == "row":
                yield from self._of_row(text)
            elif element.kind == "text":
                yield from self._of_paragraph(text)

    def _stems(self, words: Iterable[str]) -> set[str]:
        return {stem(word.lower(), self._record.language) for word in words}

    def _text(self, element: Element) -> str:
        return self._document.text[element.start : element.end].strip()

    def _body(self, after: Sequence[Element]) -> tuple[str, ...]:
        """Return the sentences under a heading, up to the next heading."""
        found: list[str] = []
        for element in after:
            if element.kind == "title" or len(found) >= _SECTION_SENTENCES:
                break
            text = self._text(element)
            spans = sentences(text, self._record.language) if element.kind != "code" else [(0, len(text))]
            found.extend(_LIST_MARKER.sub("", text[a:b]) for a, b in spans if b - a > 20)
        return tuple(found[:_SECTION_SENTENCES])

    def _make(self, kind: str, question: str, *answers: str) -> _SyntheticQuestion:
        return _SyntheticQuestion(kind, " ".join(question.split()), answers, self._record.id, self._record.language)

    # -- headings

    def _of_heading(self, heading: str, body: tuple[str, ...]) -> Iterator[_SyntheticQuestion]:
        if not body or len(heading.split()) > _HEADING:
            return
        if self._phrasing.asks.match(heading):
            if self._says_enough(heading):
                yield self._make("heading", heading, *body)
            return
        if _VAGUE.search(heading) or heading.endswith((".", "!", "?")):
            return
        for form in self._phrasing.how_to:
            if (match := form.pattern.match(heading)) and (question := self._how_to(form, match)):
                yield self._make("how_to", question, *body)
                return

    def _how_to(self, form: SentencePattern, match: re.Match[str]) -> str:
        """Return the question for a heading that names an action; "" where it names none."""
        groups = match.groupdict()
        words = [word.lower() for word in _LETTER_WORD.findall(match[0])]
        if not self._says_enough(match[0]) or {words[0], words[1], words[-1]} & self._phrasing.vague:
            return ""
        groups["x"] = self._sentence_case(groups["x"])
        if "gerund" in groups:
            groups["gerund"] = self._infinitive(groups["gerund"].lower())
            if not groups["gerund"] or self._phrasing.second_action.search(groups["x"]):
                return ""
        if "verb" in groups:
            groups["verb"] = groups["verb"].lower()
        return form.question.format(**groups)

    def _infinitive(self, gerund: str) -> str:
        """Return the infinitive of a gerund, in the spelling that the library itself uses; "" where it uses none."""
        stem = gerund.removesuffix(self._phrasing.gerund)
        forms = [stem + ending for ending in self._phrasing.infinitive]
        forms.append(stem[:-1] if stem[-1:] == stem[-2:-1] else "")  # "running"
        best = max(forms, key=lambda form: self._words[form])
        return best if self._words[best] >= 2 and len(best) > 2 else ""

    # -- sentences

    def _of_paragraph(self, text: str) -> Iterator[_SyntheticQuestion]:
        for at, (start, end) in enumerate(sentences(text, self._record.language)):
            sentence = " ".join(text[start:end].split())
            if at == 0:
                yield from self._of_sentence("definition", sentence, self._phrasing.definitions)
            yield from self._of_sentence("number", sentence, self._phrasing.facts)

    def _of_sentence(self, kind: str, sentence: str, forms: Sequence[SentencePattern]) -> Iterator[_SyntheticQuestion]:
        for form in forms:
            match = form.pattern.match(sentence)
            if match is None:
                continue
            groups = {name: value for name, value in match.groupdict().items() if value is not None}
            if not self._names_something(groups["x"], any_article=kind == "definition"):
                return
            groups["x"] = self._sentence_case(groups["x"])
            if "y" in groups:
                groups["y"] = self._within_sentence(groups["y"])
            if "p" in groups:
                groups["p"] = groups["p"].lower()
            answer = " ".join(groups["answer"].split()[:_ANSWER_WORDS])
            yield self._make(kind, form.question.format(**groups), answer)
            return

    # -- tables

    def _of_row(self, text: str) -> Iterator[_SyntheticQuestion]:
        cells = [match.groups() for cell in text.split(" | ") if (match := _CELL.match(cell.strip()))]
        if len(cells) < 2:
            return
        (_, x), *rest = cells
        words = {word.lower() for word in _LETTER_WORD.findall(x)}
        if not re.search(r"[^\W\d_]{3}", x) or len(x.split()) > _SUBJECT or _VAGUE.search(x):
            return
        closed = self._phrasing.vague | self._phrasing.pointing | self._phrasing.function_words
        if words & closed or "," in x or self._phrasing.adjective.search(x):
            return
        for label, value in rest:
            if question := self._of_cell(x, label, value):
                yield self._make("table", question, f"{label}: {value}")

    def _of_cell(self, x: str, label: str, value: str) -> str:
        """Return the question for a table's value; "" where label or value say too little."""
        words = {word.lower() for word in _LETTER_WORD.findall(label)}
        closed = (
            self._phrasing.function_words | self._phrasing.articles | self._phrasing.vague | self._phrasing.pointing
        )
        if not words or words & closed or len(label.split()) > _LABEL or _VAGUE.search(label):
            return ""
        if _NO_VALUE.match(value) or len(value.split()) > _VALUE:
            return ""
        for cell in self._phrasing.cells:
            if cell.label.search(label) and cell.value.search(value):
                return cell.question.format(label=self._sentence_case(label, label=True), x=x)
        return ""

    # -- what reads well

    def _says_enough(self, text: str) -> bool:
        """Tell whether it can be understood anywhere: no reference to its context, and two content words."""
        words = [word.lower() for word in _LETTER_WORD.findall(text)]
        empty = self._phrasing.function_words | self._phrasing.articles
        return not self._phrasing.pointing & set(words) and sum(len(w) > 2 and w not in empty for w in words) >= 2

    def _names_something(self, x: str, *, any_article: bool) -> bool:
        """Tell whether it names a thing that the document is about: its headings have it, or it occurs often.

        "The club" names a thing only within its document; so does "a ticket", unless the question is what it is
        (``any_article``).
        """
        words = [word.lower() for word in _LETTER_WORD.findall(x)]
        article = words[:1] and words[0] in self._phrasing.articles
        core = words[1:] if article else words
        closed = self._phrasing.pointing | self._phrasing.function_words
        if not core or len(core) > _SUBJECT or closed & set(core) or {core[0], core[-1]} & self._phrasing.vague:
            return False
        if article and len(core) == 1 and not (any_article and words[0] in self._phrasing.indefinite):
            return False
        return self._stems(core) <= self._titles or self._lower.count(" ".join(core)) >= _MIN_SUBJECT_MENTIONS

    def _within_sentence(self, text: str) -> str:
        return self._sentence_case(text) if self._phrasing.capital_nouns else text.lower()

    def _sentence_case(self, text: str, *, label: bool = False) -> str:
        """Return the words as written within a sentence: lower case, except for names and abbreviations.

        In a table's ``label``, only what the library capitalises elsewhere is a name.
        """
        return _LETTER_WORD.sub(lambda match: self._as_written(match[0], label), text)

    def _as_written(self, word: str, label: bool) -> str:
        small = word.lower()
        if word == small or word[1:] != small[1:] or self._names[word] > self._words[small]:
            return word
        if word.isascii() and not self._phrasing.is_latin:
            return word
        label = label and not self._phrasing.capital_nouns
        return small if label or self._words[small] or small in self._phrasing.articles else word
