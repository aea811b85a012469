"""Streamlit's own words on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit

from ui.shared import i18n
from ui.web import streamlit_strings


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


def test_in_english_streamlit_says_its_own_words_save_of_itself() -> None:
    said = streamlit_strings.words()
    assert "Search" not in said and "Remove {}" not in said
    assert said["streamlit run yourscript.py"] == "oaken ui"
    assert not [each for each in said.values() if "streamlit" in each.lower()]


@pytest.mark.parametrize("held", ["es", "ru"])
def test_all_are_said_in_the_pages_language_with_their_gaps(held: str) -> None:
    i18n.set_language_source(lambda: held)
    said = streamlit_strings.words()
    assert set(said) == set(streamlit_strings.streamlit_words())
    assert all(theirs.count("{}") == ours.count("{}") for theirs, ours in said.items())


def test_streamlit_still_says_them() -> None:
    """Else they are English on the page again: look at what the new version says instead."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    code = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.js")))
    gone = []
    for each in streamlit_strings.streamlit_words():
        whole = each.removeprefix("stMultiSelectDropdown: ")  # there alone
        whole = re.sub(r"^Press (Ctrl|⌘)\+Enter to (.*)$", r"+Enter to ", whole)
        whole = re.sub(r"^Press Enter to .*$", "Press Enter to ", whole)
        whole = re.sub(r"^(Upload.*) files$", r"\1 ", whole)
        whole = re.sub(r"(?<=status )\d+\.$", "", whole)
        longest = max(re.split(r"{}|: {}|(?<=exist)\. ", whole), key=len)
        if longest not in code:
            gone.append(each)
    assert gone == []
