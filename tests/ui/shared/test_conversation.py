"""A conversation with a model: its turns, its presets, its transcript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import LibraryNotFoundError, ModelError, UsageError
from rag.model.prompting.sampling_presets import PRESETS
from rag.settings import Settings
from rag.types import Answer, AnswerStatus, Citation, Claim, Turn
from tests.model.chat_server import Server, chunk, serving
from ui.shared.conversation import Conversation, Exchange, save

pytestmark = pytest.mark.real


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(answer=[chunk("The miller's name was Tobias Wren. ").encode(),
                                chunk("He lived on the moon.", "stop").encode()])) as running:  # fmt: skip
        yield running


@pytest.fixture
def alone(server: Server, tmp_path: Path) -> Iterator[Conversation]:
    with Conversation(Settings(tmp_path, model_url=server.root, context=300), None) as conversation:
        yield conversation


def test_old_turns_make_room(alone: Conversation, server: Server) -> None:
    for number in range(6):
        assert "".join(alone.talk(f"question {number} " + "x" * 30)).startswith("The miller")
    sent = server.seen[-1][2]["messages"]
    assert sent[-1]["content"].startswith("question 5") and len(sent) < 11 and sent[0]["role"] == "user"
    with pytest.raises(ModelError, match=r"window holds"):
        list(alone.talk("x" * 400))
    assert "".join(alone.talk("short"))


def test_presets_set_how_tokens_are_drawn(alone: Conversation, server: Server) -> None:
    assert alone.preset.name == "k50"
    for name in PRESETS:
        alone.use_preset(name)
        list(alone.talk("Hi"))
        assert server.seen[-1][2]["temperature"] == pytest.approx(PRESETS[name].sampling.temperature)
    with pytest.raises(UsageError):
        alone.use_preset("nonsense")
    assert alone.preset.name == "article"


def test_a_change_that_fails_changes_nothing(alone: Conversation, server: Server) -> None:
    with pytest.raises(LibraryNotFoundError):
        alone.use_library("nope")
    with pytest.raises(ModelError):
        alone.use_model("/nowhere.gguf")
    assert alone.library is None and "".join(alone.talk("Hi"))


def test_another_model_in_the_same_conversation(alone: Conversation) -> None:
    list(alone.talk("Say one word."))
    assert alone.use_model("embedded").startswith("SmolLM2")
    alone.use_preset("k50-Precise")
    stream = alone.talk("What is the capital of France?")
    next(stream)
    stream.close()
    assert alone.exchanges[-1].stopped and alone.exchanges[-1].text
    assert alone.model().card.family == "chatml"


def test_a_transcript_tells_what_oaken_said_itself_and_each_quote_with_its_source(alone: Conversation) -> None:
    quote = Citation("d", "/town/rules *a*.md", 3, ("Hours",), 0, 9, "It opens.")
    told = Answer("What can you do?", AnswerStatus.TOLD, 1.0, reply="I answer from <b>your</b> files.")
    found = Answer(
        "When?", AnswerStatus.STOPPED, 1.0, quotes=(quote,), claims=(Claim("It opens at dawn.", False, 0.1),)
    )
    alone.exchanges += [Exchange("What can you do?", told), Exchange("When?", found, stopped=True)]
    said = alone.transcript()
    assert r"I answer from \<b\>your\</b\> files." in said
    assert "It opens at dawn." in said and "not in your documents" in said and "Stopped." in said
    assert r"rules \*a\*.md, page 3, Hours" in said and "“It opens.”" in said


def test_a_transcript_marks_nothing_up_and_overwrites_nothing(
    alone: Conversation, server: Server, tmp_path: Path
) -> None:
    server.answer = [chunk("# Title\n\x1b[31m<b>x</b>", "stop").encode()]
    list(alone.talk("Hi\n# there"))
    text = save(alone, tmp_path / "talk.md").read_text()
    assert "## Hi # there" in text and "\n    # Title" in text and "\x1b" not in text
    with pytest.raises(UsageError, match="already"):
        save(alone, tmp_path / "talk.md")
    with pytest.raises(UsageError, match="cannot be written"):
        save(alone, tmp_path / "none" / "talk.md")


def test_history_of_an_answer_without_turns() -> None:
    from rag.conversation.history import history_turns

    assert history_turns([("never answered", None)]) == []
    assert all(isinstance(turn, Turn) for turn in history_turns([]))
