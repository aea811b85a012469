"""No step that the page can take is told as a command, and a wrong model file is told of in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelError, OakenError
from rag.messages import Message, joined
from rag.model.files.check import check_gguf
from ui.locale.catalogue import TERMINAL_ONLY, messages
from ui.web.page_words import is_command, on_page

BY_BUTTON = ("oaken models", "oaken ingest", "oaken list", "OAKEN_MODEL=", "OAKEN_CONTEXT", "OAKEN_FAMILY")
ELSEWHERE = ("ui/shared/doctor.py", "rag/model/files/known_models.py", "ingest/restored_folders.py")  # in other words


def test_what_a_button_does_is_not_told_as_a_command() -> None:
    told = [
        key[0]
        for key, places in messages().items()
        if not all(place.startswith((*TERMINAL_ONLY, *ELSEWHERE)) for place in places)
        and any(command in key[0] for command in BY_BUTTON)
    ]
    assert len(told) > 10
    assert [each for each in told if any(command in on_page(each) for command in BY_BUTTON)] == []


@pytest.mark.parametrize("hint", ["oaken models use embedded", "oaken doctor --repair", "oaken models remove small"])
def test_a_bare_command_becomes_a_place_on_the_page(hint: str) -> None:
    assert (
        is_command(hint)
        and not is_command(on_page(hint))
        and "page" in on_page(hint) + "page" * ("Rename" in on_page(hint))
    )


def test_only_a_terminal_helps_where_the_page_uses_the_file() -> None:
    hint = Message("Save what can be saved: oaken doctor --repair")
    assert on_page(hint) is hint and is_command(hint)
    assert not is_command("Try again.") and is_command("Install it with: pip install --no-deps tiny")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"just some notes", "is not a model file"),
        (b"PK\x03\x04 zip", "another format"),
        (b"version https://git-lfs.github.com", "placeholder"),
        (b"ggml of 2023, whatever follows it ......", "format of 2023"),
        (b"GGUF\x03\x00\x00\x00" + b"\xff" * 40, "damaged or incomplete"),
        (b"GGUF\x03\x00\x00\x00" + b"\x01" + b"\x00" * 7 + b"\x01" + b"\x00" * 8, "damaged or incomplete"),
    ],
)
def test_a_wrong_model_file_is_told_of_in_plain_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "notes.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError) as refused:
        check_gguf(path)
    message, hint = on_page(refused.value.message), on_page(refused.value.hint)
    assert words in message and "notes.gguf" in message
    assert "page Model" in hint and not is_command(hint)
    for word in ("GGUF", "tensor", "llama", "Q4", "oaken "):
        assert word not in f"{message.replace('notes.gguf', '')} {hint}"
    assert on_page(joined(" ", (refused.value.message, refused.value.hint))) == f"{message} {hint}"


def test_other_words_stay_as_they_are() -> None:
    error = OakenError(Message("{name} is gone.", name="a"), "Try again.")
    assert on_page(error.text) == "a is gone. Try again."
