"""What the core says in English, in the page's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import reasons, tongue
from ui.reasons import sentence

ROOT = Path(reasons.__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def spanish() -> Iterator[None]:
    tongue.follow(lambda: "es")
    yield
    tongue.follow(lambda: "en")


def test_a_known_sentence_is_said_with_its_names_and_numbers() -> None:
    assert sentence("There is no file or folder '/a. b/{x}'.") == "No existe el archivo o la carpeta '/a. b/{x}'."
    assert sentence("The model's process ended unexpectedly (signal 9).").endswith("inesperada (signal 9).")
    tongue.follow(lambda: "ru")
    assert sentence("No server answers at http://localhost:1.").startswith("По адресу http://localhost:1 ")


def test_what_follows_a_known_sentence_is_kept() -> None:
    said = sentence("Something went wrong inside Oaken. The terminal it was started from tells more.")
    assert said == "Algo ha fallado dentro de Oaken. El terminal desde el que se inició dice más."
    assert sentence("Something went wrong inside Oaken. Try: oaken doctor").endswith("de Oaken. Try: oaken doctor")


def test_what_is_not_known_is_left_to_the_caller() -> None:
    assert sentence("The moon is full.") == sentence("") == sentence("The moon is full. It shines.") == ""
    tongue.follow(lambda: "en")
    assert sentence("The moon is full.") == "The moon is full."


def test_the_core_still_says_what_is_translated() -> None:
    """Else a translation would be dead, and the page English again, as soon as somebody mends a sentence."""
    code = " ".join(
        path.read_text(encoding="utf-8") for room in ("rag", "ingest", "ui") for path in (ROOT / room).rglob("*.py")
        if path.name != "reasons.py"
    )  # fmt: skip
    code = re.sub(r'"\s+f?"', "", code)  # a sentence over two lines
    for english in reasons._SENTENCES:
        longest = max(re.split(r"\{\w+\}", english), key=len)
        assert longest.strip(" ().:") in code, english
