"""A library in Python: what a data scientist writes, and what it says where it cannot."""

from __future__ import annotations

import asyncio
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import oaken
from rag.conversation.chats.store import ChatStore
from rag.errors import LibraryNotFoundError, UsageError
from rag.types import Outcome
from tests.copies import share_prepared
from tests.ui.conftest import Command
from ui.python.library import LibrarySession, filter_of

pytestmark = pytest.mark.real
TOUR = Path(__file__).with_name("tour.py")


@pytest.fixture
def home(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = share_prepared(tmp_path / "python", models)
    monkeypatch.setenv("OAKEN_HOME", str(home))
    return home


@pytest.fixture
def lib(real: Command, monkeypatch: pytest.MonkeyPatch) -> Iterator[LibrarySession]:
    monkeypatch.setenv("OAKEN_HOME", str(real.home))
    with oaken.open(prose=False) as opened:
        yield opened


def test_twenty_lines_of_a_data_scientist(home: Path, documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = runpy.run_path(str(TOUR), {"FOLDER": str(documents)})
    assert len(found["report"]) == 4 and found["failed"].empty
    assert {"en", "es", "ru"} <= set(found["per_language"].index)
    assert found["best"].source.endswith("mill.txt") and "twenty-four paddles" in found["best"].text
    output = capsys.readouterr()
    assert "twenty-four paddles" in output.out and "done" in output.err
    assert found["proof"].text in found["view"].quote and found["view"].before + found["view"].after
    assert "Tobias Wren" in found["follow_up"].text
    assert "Tuesdays" in "".join(found["pieces"])
    assert "tres coronas" in found["both"].text
    assert "Quoted: " in str(found["why"])
    with ChatStore.open(home / "libraries" / "papers") as chats:
        [chat] = chats.list()  # both answers in one conversation, each once
        first, second = chats.path(chat.id)
        assert [(each.vote, each.labels) for each in (*first.replies, *second.replies)] == [
            (1, ()), (-1, ("incomplete",)),
        ]  # fmt: skip
        assert first.replies[0].answer == found["answer"].answer
    assert found["figures"]["quoted"] == 1.0 and found["figures"]["source3"] == 1.0
    assert found["vectors"].shape == (len(found["vectors"].chunk_ids), 384)
    assert np.asarray(found["vectors"]).dtype == np.float32
    with pytest.raises(UsageError, match="is closed"):
        found["lib"].ask("Who was the miller?")


def test_a_vote_is_taken_back_and_what_is_none_is_refused(lib: LibrarySession) -> None:
    answer = lib.ask("How many documents are there?")
    for vote, labels, said in ((2, (), "2 is not a vote"), (1, ["nice"], "'nice' is not a label")):
        with pytest.raises(UsageError, match=said):
            answer.vote(vote, labels=labels)
    folder = lib.assistant.library.folder
    with ChatStore.open(folder) as chats:
        before = chats.ids()  # what was refused stored nothing
        answer.vote(-1, labels=["unclear"])
        answer.vote(0)
        [chat] = set(chats.ids()) - set(before)
        [reply] = chats.path(chat)[0].replies
        assert (reply.vote, reply.labels) == (0, ("unclear",))
        chats.delete(chat)
        answer.vote(1)  # the conversation was deleted meanwhile: it is stored again
        [chat] = set(chats.ids()) - set(before)
        assert chats.path(chat)[0].replies[0].vote == 1
        chats.delete(chat)


def test_a_library_says_what_it_holds(lib: LibrarySession) -> None:
    assert len(lib) == 4 and {record.outcome for record in lib} == {Outcome.INDEXED}
    assert repr(lib) == f"<oaken library 'default': 4 documents, {sum(r.chunks for r in lib)} passages; en, es, ru>"
    assert "mill.txt" in lib._repr_html_() and oaken.libraries() == ["default"]
    assert lib.documents(languages="ru").frame().source.str.endswith("mayak.txt").all()
    answer = lib.ask("How many documents are there?")
    assert "4 documents" in str(answer) and answer.status == "told" and len(answer.quotes) == 0
    assert "4 documents" in "".join(lib.stream("How many documents are there?"))


def test_an_answer_is_text_markdown_data_and_proof(lib: LibrarySession) -> None:
    answer = lib.ask("What was the miller's name?", types="txt")
    quote = answer.quotes[0]
    assert answer.short == "Tobias Wren" and "Tobias Wren" in quote.text and quote.source.endswith("mill.txt")
    assert "**Tobias Wren**" in answer.markdown and "**" not in answer.text
    assert quote.page is None and 0 < quote.score <= 1 and "mill.txt" in repr(quote)
    held = answer.to_dict()
    assert held["quotes"][0]["quote"] == answer.answer.quotes[0].quote and held["quotes"][0]["place"] == quote.source
    assert answer.quotes.frame().start[0] == quote.citation.start
    later = lib.ask("Thank you", after=answer)
    assert later.conversation[0] is answer and [turn.role for turn in later.turns] == ["user", "assistant"]
    assert asyncio.run(lib.aask("When is flour sold?")).question == "When is flour sold?"


def test_what_cannot_be_asked_is_refused_in_words(lib: LibrarySession) -> None:
    for ask, said in (
        (lambda: lib.ask(""), "The question is empty"),
        (lambda: lib.ask("Who?", colour="red"), "There is no option 'colour'"),
        (lambda: lib.search("Who?", colour="red"), "There is no filter 'colour'"),
        (lambda: lib.search("Who?", since="soon"), "'soon' is not a date"),
        (lambda: lib.documents(types=["pdf"]), "No document is of type pdf"),
        (lambda: lib.ingest(), "A path is missing"),
        (lambda: lib.ingest("no-such-folder"), "no-such-folder"),
        (lambda: lib.remove("no-such-file"), "no-such-file"),
        (lambda: lib.evaluate([{"answers": ["x"]}]), "question"),
    ):
        with pytest.raises(UsageError, match=said):
            ask()
    with pytest.raises(LibraryNotFoundError):
        oaken.open("nowhere")


def test_documents_come_and_go(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "kiln.txt").write_text("The kiln was lit in May.")
    (tmp_path / "a" / "empty.txt").write_text("")
    with oaken.open("small", create=True, prose=False) as lib:
        table = lib.ingest(tmp_path / "a", progress=False)
        assert table.frame().set_index("source").outcome.to_dict() == {"a/empty.txt": "empty", "a/kiln.txt": "indexed"}
        assert repr(table).startswith("2 files: 1 empty, 1 indexed")
        quote = lib.ask("When was the kiln lit?").quotes[0]
        assert lib.remove("kiln.txt") == 1 and len(lib) == 1 and bool(lib)
        with pytest.raises(UsageError, match="no longer in the library"):
            quote.open()
        assert (tmp_path / "a" / "kiln.txt").exists()
    assert repr(lib) == "<oaken library 'small': closed>" == lib._repr_html_()


def test_filters_take_one_value_or_several() -> None:
    assert filter_of({"types": "pdf"}).types == ("pdf",) == filter_of({"types": ["pdf"]}).types
    assert filter_of({"since": 2024}).since == "2024"


def test_importing_oaken_is_light() -> None:
    code = "import oaken, sys; print(sorted({'numpy', 'pandas', 'onnxruntime', 'chromadb'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_several_libraries_are_asked_at_once(home: Path, documents: Path, tmp_path: Path) -> None:
    (tmp_path / "tram.txt").write_text("The tram line to the old harbour opened in 1911.")
    for name, folder in (("papers", documents), ("archive", tmp_path / "tram.txt")):
        with oaken.open(name, create=True, prose=False) as each:
            each.ingest(folder, progress=False)
    with oaken.open(["papers", "archive"], prose=False) as both:
        for question, words in (("When did the tram line open?", "1911"), ("Who was the miller?", "Tobias Wren")):
            answer = both.ask(question)
            assert words in answer.quotes[0].text and words in answer.quotes[0].open().quote
        assert answer.quotes[0].source.startswith("papers: ") and len(both.documents()) == len(both) == 5
        with pytest.raises(UsageError, match="not changed"):
            both.ingest(documents, progress=False)
