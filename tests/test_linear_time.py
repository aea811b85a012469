"""No text makes a function slow: processor time grows with the length of the text, whatever the text is.

The functions are found by their annotations (tests/linear_cases.py): those of a module of rag/ or ingest/ that take a
text in any form, and the readers of text files. Every text is tried up to 10,000 characters, and up to a million where
that takes little; of the others those that cost most and whose cost grew most are, as far as some seconds go
(tests/linear_time.py). What a question alone is given to is tried up to twice the length that a question may have.
Those that were slow once are tried each time, all others with ``make test-bench``.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import chunk
from rag.grounding.sentence_facts import facts
from rag.grounding.splicing import is_spliced
from rag.types import MAX_QUESTION_CHARS, Document, Element
from tests.linear_cases import Case, functions, readers
from tests.linear_seeds import ELEMENTS, SEEDS
from tests.linear_time import LONGEST, excess, slow_texts

# Parameters that are no text of a document or a person, but a word of the program's own or of its maker's.
NO_TEXT = {
    "code": "a language's code",
    "day": "a date that a pattern has matched",
    "file": "the name of a model's file",
    "folder": "a folder of this machine",
    "key": "a password of the settings",
    "listed": "a list in a language's folder",
    "module": "a module's name",
    "package": "a package's name",
    "pattern": "a pattern in a language's folder",
    "program": "a program's name",
    "repo": "the name of a repository of models",
    "sha256": "a checksum",
    "template": "a message of the program",
    "url": "an address of the settings",
    "why": "a message of the program",
    "what": "a message of the program",
    "reason": "a message of the program",
}
# Functions whose texts are short by where they come from.
SHORT = {
    "ingest.readers.mail.eml._parsed_structure": "a header of a mail, cut to the 2,000 characters that a name may take",
    "ingest.readers.office.number_format._sections": "a number's format, of 500 characters at most",
    "rag.text.detect._by_letters": "the beginning of a text, as much as its language is told from",
    "rag.__getattr__": "a name that Python looks up",
    "rag.answer.notebook_html._conflict_note": "numbers of citations",
    "rag.embedding.registry.weights_of": "the name of a built-in model",
    "rag.evaluation.metrics.contained": "the answers that a question of an evaluation accepts",
    "rag.evaluation.metrics.holds": "the answers that a question of an evaluation accepts",
    "rag.library.maintenance.archive._entry": "the name of a file of a library",
    "rag.model.files.download.resolve_name": "the name of a model",
    "rag.model.files.known_models.known": "the name of a model",
    "rag.model.prompting.families.family": "the name of a family",
    "rag.model.prompting.sampling_presets.preset": "the name of a preset",
    "rag.retrieval.answer_type._kind": "the name of a kind of answer",
    "rag.conversation.about_library.word_classes._corrected": "a word of a question",
    "rag.conversation.about_library.word_classes.one_error": "two words of a question",
    "rag.grounding.alignment.letters_shared": "two words",
    "rag.retrieval.spelling._edits": "two words of a question",
}
QUESTION_MODULES = (
    "rag.conversation.",
    "rag.retrieval.",
    "rag.text.keyboards.",
)  # they read questions, and names in them
# They take names and addresses that a person or this program gives, not the text of a document.
NAME_MODULES = (
    "ingest.discover.",
    "ingest.readers.shared.external_programs.",
    "ingest.source_file.",
    "rag.embedding.add.",
    "rag.embedding.export_onnx.",
    "rag.embedding.hub.",
    "rag.library.",
    "rag.model.files.",
)
PAGE_MODULES = ("ingest.readers.markup.html",)
LATER_LANGUAGES = (", es", ", de")  # tried with the others only
# Once slow, or read for every sentence: these are tried each time.
FAST = (
    "ingest.readers.markup.latex._blocks",
    "ingest.readers.markup.org._blocks",
    "ingest.readers.markup.wiki_syntax.plain_markdown",
    "ingest.readers.plain_text.paragraphs",
    "ingest.readers.source_code.read",
    "rag.conversation.about_library.word_classes._pieces",
    "rag.grounding.sentence_facts._initials",
    "rag.grounding.sentence_facts.facts",
    "rag.grounding.sentence_facts.name_runs",
    "rag.model.worker.constrained._edges",
    "rag.quote_blocks.blocks",
    "rag.retrieval.decompose.split_question",
    "rag.retrieval.filters.apply_filter",
    "rag.text.quantities.quantities",
    "rag.text.sentences.fenced",
    "rag.text.sentences.sentences",
)
FAST_SEEDS = (
    "a word of A", "bullets", "capitalised words", "code", "curly quotes", "dashes", "figures", "fractions",
    "full stops", "images", "indented empty lines", "lone digits", "months", "properties", "question words", "spaces",
    "starred words", "straight quotes", "tildes",
)  # fmt: skip
SIZES, QUESTION_SIZES = (10_000, 40_000), (MAX_QUESTION_CHARS // 2, 2 * MAX_QUESTION_CHARS)
SCREENED = (2_500, 10_000)  # characters that every text is tried with before some are tried with more
# Source files of over 32 kB are parsed twice, in pieces and as a whole: shorter ones tell nothing about them.
PARSED_TWICE = {"ingest.readers.source_code.read": (40_000, 160_000)}
EVERY = [*readers(), *functions()]


def _name(case: Case) -> str:
    return case.name.partition(",")[0]


TRIED = [
    each
    for each in EVERY
    if not NO_TEXT.keys() & {*each.parameters} and _name(each) not in SHORT and not _name(each).startswith(NAME_MODULES)
]
QUICK = [each for each in TRIED if _name(each) in FAST and not each.name.endswith(LATER_LANGUAGES)]


def _sizes(case: Case) -> tuple[int, int]:
    asked = case.parameters == ("question",) or case.name.startswith(QUESTION_MODULES)
    return QUESTION_SIZES if asked else SIZES


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_what_was_slow_once_takes_time_in_proportion(case: Case) -> None:
    sizes = _sizes(case)
    assert not slow_texts(case, {name: SEEDS[name] for name in FAST_SEEDS}, sizes, sizes[1])


@pytest.mark.bench
@pytest.mark.parametrize("case", TRIED, ids=str)
def test_every_function_of_a_text_takes_time_in_proportion(case: Case) -> None:
    sizes = _sizes(case)
    seeds = SEEDS | ELEMENTS if case.name.startswith(PAGE_MODULES) else SEEDS
    found = slow_texts(case, seeds, SCREENED, LONGEST) if sizes == SIZES else slow_texts(case, seeds, sizes, sizes[1])
    assert not found


_ATOMS = st.sampled_from(list('aA1 \n.,-_/“”"~`|[(é中'))


@pytest.mark.bench
@pytest.mark.parametrize("case", QUICK, ids=str)
@settings(max_examples=30, deadline=None)
@given(seed=st.lists(_ATOMS, min_size=1, max_size=5).map("".join))
def test_no_repetition_of_any_letters_is_slow(case: Case, seed: str) -> None:
    sizes = PARSED_TWICE.get(_name(case)) or _sizes(case)
    assert not slow_texts(case, {seed: ("", seed)}, sizes, sizes[1])


def test_the_functions_that_are_found_and_left_out_are_known() -> None:
    assert set(FAST) <= {_name(each) for each in TRIED}
    assert set(SHORT) <= {_name(each) for each in EVERY} and len(TRIED) > 400
    assert set(NO_TEXT) <= {name for each in EVERY for name in each.parameters}


def test_a_claim_is_compared_in_proportion_with_a_sentence_that_repeats_its_words() -> None:
    claim = facts("The file and a file, then a file of that file.", "en")
    assert not excess(lambda text: is_spliced(claim, facts(text, "en")), "The ", "file then ", (5_000, 20_000))


def test_sentences_without_a_token_are_packed_into_chunks_in_proportion() -> None:
    def chunks(text: str) -> None:
        chunk(
            Document(text, (Element("text", 0, len(text)),), "text/plain", "en"), "d", lambda each: len(each) // 5, 30
        )

    assert not excess(chunks, "", "![", SIZES)


def test_a_function_that_is_slow_is_found_out() -> None:
    def square(text: str) -> int:
        return sum(text.count("a", at) for at in range(len(text)))

    sizes = 12_000, 48_000
    assert excess(square, "", "a", sizes) and not excess(len, "", "a", sizes)
