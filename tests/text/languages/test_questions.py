"""Every known language reads its own questions; a language without a folder is read by no rule.

A language's questions lie in a folder of its code beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import chunk
from rag.answer.few_shot import FEW_SHOT_PROMPTS, MIXED_PROMPT, fixed_examples, prompt_form
from rag.answer.prompt import fit_prompt
from rag.errors import UsageError
from rag.evaluation.phrasing import PHRASING
from rag.evaluation.synthetic_questions import SYNTHETIC_KINDS, synthetic_questions
from rag.library.library import Library
from rag.retrieval.answer_type import ANSWER_TYPES, answer_type_match, answer_type_of, is_brief
from rag.retrieval.decompose import split_question
from rag.retrieval.decompose_comparison import comparison_parts
from rag.retrieval.filters import apply_filter
from rag.retrieval.followup import depends_on_previous, resolve_followup, stands_alone
from rag.retrieval.short_answer import asks_for_something, asks_whether
from rag.text.languages import known_languages, rules_for
from rag.types import Document, Element, FileRecord, FileStamp, Outcome, Turn, document_id
from tests.doubles import BagEmbedder, ScriptedModel
from tests.text.languages.question_examples import Comparison, FollowUp, QuestionExamples

SECTIONS = ("answer_types", "questions", "prompts", "phrasing")
MAY_BE_EMPTY = {
    *("count.offers", "person.offers", "counted", "after_year"),
    *("asking_here", "accents", "comparison.stand_in", "follow_up.article"),
    *("about", "articles", "indefinite", "gerund", "infinitive", "second_action", "adjective", "is_latin"),
}
UNKNOWN = ("fr", "ja", "xx", "")


def examples(code: str) -> QuestionExamples:
    found: QuestionExamples = import_module(f"tests.text.languages.{code}.questions").EXAMPLES
    return found


def held(code: str) -> bool:
    return (Path(__file__).parent / code / "questions.py").is_file()


CODES = [code for code in known_languages() if held(code)]
every_language = pytest.mark.parametrize("code", CODES)


def told(*texts: str) -> list[Turn]:
    return [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(texts)]


def leaves(words: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield each field of a section with its path, those of its parts too."""
    if is_dataclass(words):
        for field in fields(words):
            yield from leaves(getattr(words, field.name), f"{path}.{field.name}".lstrip("."))
    else:
        yield path, words


def test_every_known_language_has_examples() -> None:
    assert [code for code in known_languages() if not held(code)] == []


@every_language
@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_is_filled(code: str, section: str) -> None:
    found = dict(leaves(getattr(known_languages()[code], section)))
    assert found and [path for path, value in found.items() if not value and path not in MAY_BE_EMPTY] == []


@every_language
@pytest.mark.parametrize("section", ["answer_types", "questions"])
def test_every_piece_is_a_pattern_without_a_group_of_its_own_name(code: str, section: str) -> None:
    for path, value in leaves(getattr(known_languages()[code], section)):
        for piece in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
            named = set(re.compile(piece).groupindex)
            patterns = path in ("comparison.patterns", "comparison.version_patterns")
            assert named <= ({"before", "after"} if patterns else set()), path


@every_language
def test_the_examples_have_every_answer_type(code: str) -> None:
    names = {answer_type.name for answer_type in ANSWER_TYPES}
    assert set(examples(code).answer_types) == set(examples(code).offers) == names


@every_language
def test_a_question_asks_for_its_type(code: str) -> None:
    for name, questions in examples(code).answer_types.items():
        for question in questions:
            found = answer_type_of(question, code)
            assert found is not None and found.name == name, question
    assert [question for question in examples(code).no_type if answer_type_of(question, code)] == []


@every_language
def test_a_sentence_offers_its_type_or_not(code: str) -> None:
    types = {answer_type.name: answer_type for answer_type in ANSWER_TYPES}
    for name, (good, poor) in examples(code).offers.items():
        assert answer_type_match(types[name], good, frozenset(), code) == 1.0, good
        assert answer_type_match(types[name], poor, frozenset(), code) == 0.0, poor
    assert answer_type_match(types["count"], examples(code).no_count, frozenset(), code) == 0.0


@every_language
def test_a_question_is_brief_or_long(code: str) -> None:
    assert [question for question in examples(code).brief if not is_brief(question, code)] == []
    assert [question for question in examples(code).long if is_brief(question, code)] == []


@every_language
def test_a_yes_or_no_question_asks_for_nothing_else(code: str) -> None:
    known = examples(code)
    assert all(asks_whether(question, code) for question in known.whether)
    asking = [question for questions in known.answer_types.values() for question in questions]
    assert [question for question in asking if asks_whether(question, code)] == []
    assert not asks_for_something(known.about, code)


@every_language
def test_a_question_that_asks_two_things_is_split(code: str) -> None:
    for question, first, second in examples(code).two:
        assert split_question(question, code) == (first, second)
    assert [question for question in examples(code).one if len(split_question(question, code)) > 1] == []


@every_language
def test_a_comparison_asks_for_either_side(code: str) -> None:
    for each in examples(code).comparisons:
        check_comparison(each, code)
    assert [question for question in examples(code).no_comparison if comparison_parts(question, code)] == []


def check_comparison(each: Comparison, code: str) -> None:
    found = comparison_parts(each.question, code)
    assert found is not None and found.names == each.sides, each.question
    assert found.question(found.names[0]) == each.asked
    assert bool(found.degrees) is found.of_both  # what is asked of either is how it compares


@every_language
def test_a_follow_up_takes_the_words_before_it_but_for_those_it_replaces(code: str) -> None:
    for each in examples(code).follow_ups:
        check_follow_up(each, code)


@every_language
def test_a_first_word_or_one_that_points_back_makes_a_question_lean(code: str) -> None:
    assert [question for question in examples(code).leaning if stands_alone(question, code)] == []


def check_follow_up(each: FollowUp, code: str) -> None:
    assert depends_on_previous(each.question, code) and not stands_alone(each.question, code), each.question
    whole = resolve_followup(each.question, told(each.before, "."), code)
    assert each.replaced in each.before
    assert whole.split() == f"{each.before.replace(each.replaced, '')} {each.question}".split()


@every_language
def test_a_pointing_word_is_whom_the_answer_named(code: str) -> None:
    before, answer, question, name = examples(code).who
    assert name in resolve_followup(question, told(before, answer), code)


@every_language
def test_a_question_that_stands_alone_is_left_alone(code: str) -> None:
    for question in examples(code).alone:
        assert stands_alone(question, code)
        assert resolve_followup(question, told(examples(code).follow_ups[0].before, "."), code) == question


@every_language
def test_a_file_is_named_in_the_language(code: str) -> None:
    question, scope = apply_filter(examples(code).file)
    assert scope.files == ("minutes.txt",) and ":" not in question


@every_language
def test_a_model_is_spoken_to_in_the_language(code: str) -> None:
    prompts = known_languages()[code].prompts
    model = ScriptedModel("x", window=4000)
    prompt = fit_prompt("Who?", code, [], [], model, 60)
    asked = f"{prompts.example.text}\n\n{prompts.example.question}"
    assert [turn.text for turn in prompt.turns] == [prompts.short, asked, prompts.example.answer, "Who?"]
    copied = fit_prompt("Who?", code, [], [], model, 60, copy=True)
    assert copied.turns[0].text == prompts.copy
    assert copied.turns[1].text == prompts.copying.replace("{question}", "Who?").replace("{text}", "")


@every_language
def test_an_example_is_answered_in_its_texts_words(code: str) -> None:
    prompts = known_languages()[code].prompts
    assert prompts.copying.count("{question}") == prompts.copying.count("{text}") == 1
    for each in (prompts.example, *prompts.examples):
        assert "\n" not in each.text + each.question + each.answer and each.question.endswith("?")
    assert (
        prompt_form(code) is FEW_SHOT_PROMPTS[code]
        and len(fixed_examples(FEW_SHOT_PROMPTS[code])) == 2 * len(prompts.examples) > 2
    )


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", BagEmbedder().card) as opened:
        yield opened


def store(library: Library, text: str, code: str) -> None:
    embedder, name = BagEmbedder(), f"a{len(library.records())}.md"
    elements, at, section = [], 0, ()
    for block in text.split("\n\n"):
        kind, start = ("title", at + 2) if block.startswith("# ") else ("row" if " | " in block else "text", at)
        section = (block[2:],) if kind == "title" else section
        elements.append(Element(kind, start, at + len(block), None, section))
        at += len(block) + 2
    document, identity = Document(text, tuple(elements), "text/markdown", code), document_id("/town", name)
    chunks = chunk(document, identity, embedder.count, embedder.card.max_tokens)
    vectors = embedder.embed_documents([piece.embedding_text for piece in chunks])
    stamp = FileStamp(len(text), 1, name)
    record = FileRecord(
        identity, f"/town/{name}", "/town", name, stamp, Outcome.INDEXED, language=code, chunks=len(chunks)
    )
    library.replace(record, document, chunks, vectors)


@every_language
def test_questions_are_made_in_the_language(code: str, library: Library) -> None:
    for text, _ in examples(code).documents:
        store(library, text, code)
    made = synthetic_questions(library, 50)
    assert {question.question for question in made} >= {question for _, question in examples(code).documents}
    assert {question.kind for question in made} <= set(SYNTHETIC_KINDS)


@every_language
def test_what_points_elsewhere_or_says_too_little_makes_no_question(code: str, library: Library) -> None:
    for text in examples(code).nothing_to_ask:
        store(library, text, code)
    with pytest.raises(UsageError, match="no heading"):
        synthetic_questions(library, 50)


@pytest.mark.parametrize("code", UNKNOWN)
def test_no_rule_fires_in_a_language_without_a_folder(code: str, library: Library) -> None:
    assert rules_for(code) is None and code not in PHRASING
    for known in map(examples, CODES):
        asking = [question for questions in known.answer_types.values() for question in questions]
        two = [question for question, *_ in known.two]
        for question in (*asking, *known.long, *known.whether, *two, *(each.question for each in known.comparisons)):
            assert answer_type_of(question, code) is None and is_brief(question, code)
            assert split_question(question, code) == (question,) and comparison_parts(question, code) is None
            assert not asks_whether(question, code) and not stands_alone(question, code)
        for answer_type in ANSWER_TYPES:
            good, poor = known.offers[answer_type.name]
            assert answer_type_match(answer_type, good, frozenset(), code) == 1.0
            assert answer_type_match(answer_type, poor, frozenset(), code) == 0.5  # never refused
        for text, _ in known.documents:
            store(library, text, code)
    with pytest.raises(UsageError, match="no heading"):
        synthetic_questions(library, 50)


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_model_is_spoken_to_in_english_where_there_is_no_folder(code: str) -> None:
    model = ScriptedModel("x", window=4000)
    for copy in (False, True):
        unknown, english = (fit_prompt("¿?", each, [], [], model, 60, copy=copy) for each in (code, "en"))
        assert unknown.turns == english.turns
    assert prompt_form(code) is MIXED_PROMPT


@given(st.text(max_size=80), st.text(max_size=40), st.sampled_from([*known_languages(), *UNKNOWN]))
def test_any_text_is_read(question: str, before: str, code: str) -> None:
    parts = split_question(question, code)
    assert len(parts) in (1, 2)
    assert resolve_followup(question, told(before, before), code).endswith(question)
    compared = comparison_parts(question, code)
    assert compared is None or all(side in compared.question(side) for side in compared.names)
    for answer_type in ANSWER_TYPES:
        assert 0.0 <= answer_type_match(answer_type, question, frozenset(), code) <= 1.0
