"""The page's words: each sentence of the code in three languages, with the same gaps to fill."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.shared import i18n
from ui.shared.i18n import catalogue, nearest_language, tr, trn, words_of

UI = Path(i18n.__file__).parents[1]
GAP = re.compile(r"{\w+}")


def said(name: str) -> Iterator[ast.Call]:
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def english() -> dict[str, bool]:
    """Every sentence of the code -> whether it is counted. Marked with ``word(…)`` where it is looked up later."""
    found: dict[str, bool] = {}
    for name in ("tr", "word"):
        for call in said(name):
            if isinstance(call.args[0], ast.Constant):
                found[str(call.args[0].value)] = False
    for call in said("trn"):
        assert isinstance(call.args[2], ast.Constant), ast.unparse(call)
        found[str(call.args[2].value)] = True
    return found


def test_every_sentence_of_the_code_is_there_in_each_language() -> None:
    missing = [
        (sentence, held)
        for sentence in english()
        for held in ("es", "ru")
        if not catalogue().get(sentence, {}).get(held)
    ]
    assert missing == []


def test_no_translation_is_left_over_and_all_have_the_same_gaps() -> None:
    code, core = english(), words_of("said") | words_of("reasons")  # test_messages.py holds that the core says those
    assert len(catalogue()) == sum(
        len(json.loads(path.read_text())) for path in (UI / "shared" / "words").glob("*.json")
    )
    for sentence, others in catalogue().items():
        assert sentence in code or sentence in core, sentence
        for held, words in others.items():
            if code.get(sentence):
                assert isinstance(words, list) and len(words) == {"es": 2, "ru": 3}[held], sentence
            for form in words if isinstance(words, list) else [words]:
                wanted, got = set(GAP.findall(sentence)), set(GAP.findall(form))
                assert got == wanted or got == wanted - {"{n}"}, (sentence, form)


@pytest.fixture
def speak() -> Iterator[None]:
    yield
    i18n.follow(lambda: "en")


@pytest.mark.usefixtures("speak")
def test_counted_things_take_the_form_of_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {"es": ["{n} archivo", "{n} archivos"], "ru": ["{n} файл", "{n} файла", "{n} файлов"]}
    monkeypatch.setattr(i18n, "catalogue", lambda: {"{n} files": forms})
    assert [trn(n, "{n} file", "{n} files") for n in (1, 2)] == ["1 file", "2 files"]
    i18n.follow(lambda: "es")
    assert [trn(n, "{n} file", "{n} files") for n in (1, 2, 1200)] == ["1 archivo", "2 archivos", "1,200 archivos"]
    i18n.follow(lambda: "ru")
    said = [trn(n, "{n} file", "{n} files").split()[1] for n in (1, 2, 5, 11, 12, 21, 22, 111)]
    assert said == ["файл", "файла", "файлов", "файлов", "файлов", "файл", "файла", "файлов"]


@pytest.mark.usefixtures("speak")
def test_what_is_not_translated_is_said_in_english() -> None:
    i18n.follow(lambda: "ru")
    assert tr("No such sentence {a}", a=1) == "No such sentence 1"
    i18n.follow(lambda: "xx")
    assert i18n.language() == "en"
    assert [nearest_language(each) for each in ("es-MX", "ru", "EN_us", "de-DE", None, "")] == [
        "es",
        "ru",
        "en",
        "en",
        "en",
        "en",
    ]
