"""Conversations: what is kept of them, what is shown, and what becomes of a file that is damaged."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.conversation.chats.store import LABELS, AnswerPreferences, ChatStore
from rag.errors import LibraryError, UsageError
from rag.messages import Message, parts_of
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.settings import CHATS_FILE
from rag.types import Answer, AnswerStatus, Citation, Claim
from tests.postgres import linked

QUOTE = Citation("d", "tram.md", 2, ("The town",), 0, 31, "The tram line opened in 1911.", 0.9)
ANSWER = Answer(
    "When did the tram open?",
    AnswerStatus.ANSWERED,
    0.9,
    quotes=(QUOTE,),
    claims=(Claim("The tram began in 1911.", True, 0.8, (QUOTE,)),),
    timings={"retrieve": 0.1},
)


in_a_file = pytest.mark.parametrize("folder", ["sqlite"], indirect=True)


@pytest.fixture(params=["sqlite", "postgres"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The folder of a library whose conversations are in each database that they may be in."""
    folder = tmp_path / "libraries" / "town"
    return linked(folder, request.getfixturevalue("database")) if request.param == "postgres" else folder


@pytest.fixture
def chats(folder: Path) -> Iterator[ChatStore]:
    with ChatStore.open(folder) as held:
        yield held


def shown(chats: ChatStore, chat: str) -> list[str]:
    return [each.question.text for each in chats.path(chat)]


def test_what_was_said_is_there_when_opened_again(chats: ChatStore, folder: Path) -> None:
    chat = chats.new()
    asked = chats.ask(chat.id, "When did the tram open?", None)
    kept = chats.keep(asked.id, ANSWER, model="small.gguf", preset="precise", insist=True, seconds=1.5)
    chats.close()
    with ChatStore.open(folder) as again:
        [exchange] = again.path(chat.id)
    assert exchange.question == asked
    assert exchange.siblings == (asked.id,)
    assert exchange.replies == (kept,)
    assert exchange.shown == 0
    assert kept.answer == ANSWER
    assert (kept.model, kept.preset, kept.insist, kept.seconds) == ("small.gguf", "precise", True, 1.5)


@in_a_file
def test_only_their_owner_can_read_them(chats: ChatStore, folder: Path) -> None:
    chats.new()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_question_waits_for_its_answer(chats: ChatStore) -> None:
    chat = chats.new().id
    chats.ask(chat, "Why?", None)
    [exchange] = chats.path(chat)
    assert (exchange.replies, exchange.shown) == ((), -1)


def test_an_edited_question_is_another_branch_and_the_first_stays(chats: ChatStore) -> None:
    chat = chats.new().id
    first = chats.ask(chat, "first", None)
    reply = chats.keep(first.id, ANSWER)
    second = chats.ask(chat, "second", reply.id)
    chats.keep(second.id, ANSWER)
    edited = chats.ask(chat, "edited", reply.id)
    assert shown(chats, chat) == ["first", "edited"]
    assert chats.path(chat)[1].siblings == (second.id, edited.id)
    chats.show_question(second.id)
    assert shown(chats, chat) == ["first", "second"]
    other = chats.ask(chat, "another beginning", None)
    assert shown(chats, chat) == ["another beginning"]
    assert chats.path(chat)[0].siblings == (first.id, other.id)
    chats.show_question(edited.id)
    assert shown(chats, chat) == ["first", "edited"]


def test_a_regenerated_answer_is_shown_and_the_first_can_be_shown_again(chats: ChatStore) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    one = chats.keep(asked.id, ANSWER)
    chats.ask(chat, "after the first answer", one.id)
    two = chats.keep(asked.id, replace(ANSWER, note="again"))
    [exchange] = chats.path(chat)
    assert ([each.id for each in exchange.replies], exchange.shown) == ([one.id, two.id], 1)
    chats.show_reply(one.id)
    assert [each.shown for each in chats.path(chat)] == [0, -1]


def test_an_answer_that_comes_late_does_not_pull_the_page_to_its_branch(chats: ChatStore) -> None:
    chat = chats.new().id
    slow = chats.ask(chat, "slow", None)
    chats.ask(chat, "quick", None)
    chats.keep(slow.id, ANSWER)
    assert shown(chats, chat) == ["quick"]


def test_a_problem_is_kept_in_the_answers_place(chats: ChatStore) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    chats.keep(asked.id, None, problem="The model ended.", hint="oaken doctor")
    [reply] = chats.path(chat)[0].replies
    assert (reply.answer, reply.problem, reply.hint) == (None, "The model ended.", "oaken doctor")


def test_a_problem_and_a_note_keep_their_templates(chats: ChatStore) -> None:
    """So that a conversation is shown in the language of whoever reads it later."""
    chat, why = chats.new().id, Message("{number} questions are already waiting for the model.", number=64)
    asked = chats.ask(chat, "first", None)
    chats.keep(asked.id, Answer("first", AnswerStatus.ANSWERED, 0.5, note=why), problem=why, hint=why)
    [reply] = chats.path(chat)[0].replies
    assert reply.answer is not None
    for said in (reply.problem, reply.hint, reply.answer.note):
        assert [part.params for part in parts_of(said)] == [{"number": 64}]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("When did the tram open?", "When did the tram open?"),
        ("  When\n did it  open? ", "When did it open?"),
        ("word " * 30, " ".join(["word"] * 11) + " …"),
        ("x" * 90, "x" * 58 + " …"),
        ("Сколько стоит паром? " * 5, "Сколько стоит паром? Сколько стоит паром? Сколько стоит …"),
    ],
)
def test_the_first_question_names_the_chat(chats: ChatStore, question: str, title: str) -> None:
    chat = chats.new()
    assert chat.title == ""
    chats.ask(chat.id, question, None)
    assert chats.get(chat.id).title == title
    assert len(title) <= 60
    chats.ask(chat.id, "Another one", None)
    assert chats.get(chat.id).title == title


def test_a_chat_can_be_renamed_at_any_time(chats: ChatStore) -> None:
    chat = chats.new().id
    chats.rename(chat, "  My\n tram ")
    chats.ask(chat, "When?", None)
    assert chats.get(chat).title == "My tram"
    with pytest.raises(UsageError):
        chats.rename(chat, " \n")
    chats.rename(chat, "x" * 500)
    assert len(chats.get(chat).title) == 200


def test_the_last_that_was_spoken_in_comes_first(chats: ChatStore) -> None:
    one, two = chats.new().id, chats.new().id
    assert [each.id for each in chats.list()] == [two, one]
    asked = chats.ask(one, "first", None)
    assert [each.id for each in chats.list()] == [one, two]
    chats.ask(two, "first", None)
    chats.keep(asked.id, ANSWER)
    chats.rename(two, "a name moves nothing")
    assert [each.id for each in chats.list()] == [one, two]
    assert [each.questions for each in chats.list()] == [1, 1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["tram", "ferry"]),
        ("TRAM", ["tram"]),
        ("opened 1911", ["tram"]),  # of the quote
        ("began open?", ["tram"]),  # of the prose and the question
        ("паром стоит", ["ferry"]),
        ("ПАРОМ", ["ferry"]),
        ("%", []),
        ("_", []),
        ("tram паром", []),
        ("strasse", ["ferry"]),
        ("null", []),
    ],
)
def test_the_search_looks_for_all_words_in_titles_questions_and_answers(
    chats: ChatStore, search: str, found: list[str]
) -> None:
    ferry = chats.new().id
    asked = chats.ask(ferry, "Сколько стоит паром?", None)
    chats.keep(asked.id, Answer("", AnswerStatus.TOLD, 1.0, reply="At the STRAẞE\0 ..."))
    chats.rename(ferry, "ferry")
    tram = chats.new().id
    asked = chats.ask(tram, "When did the tram open?", None)
    chats.keep(asked.id, ANSWER)
    chats.keep(asked.id, None, problem="null")
    chats.rename(tram, "tram")
    assert [each.title for each in chats.list(search)] == found


@in_a_file
def test_deleting_leaves_nothing_behind(chats: ChatStore, folder: Path) -> None:
    kept, gone = chats.new().id, chats.new().id
    for chat, word in ((kept, "harbour"), (gone, "lighthouse")):
        asked = chats.ask(chat, f"Where is the {word}?", None)
        reply = chats.keep(asked.id, replace(ANSWER, reply=f"The {word} is there."))
        chats.rank(asked.id, [reply.id])
        chats.ask(chat, "And then?", reply.id)
    chats.delete(gone)
    chats.delete(gone)
    assert [each.id for each in chats.list()] == [kept]
    assert len(chats.path(kept)) == 2
    # While it is open, and its log not yet written back by closing it.
    assert not any(b"lighthouse" in path.read_bytes() for path in folder.iterdir())
    chats.close()
    with closing(sqlite3.connect(folder / CHATS_FILE)) as db:
        tables = ("questions", "replies", "rankings")
        rows = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    assert rows == {"questions": 2, "replies": 1, "rankings": 1}
    held = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"harbour" in held
    assert b"lighthouse" not in held


@in_a_file
def test_all_are_deleted_and_how_answers_are_written_stays(chats: ChatStore, folder: Path) -> None:
    chats.set_profile(AnswerPreferences("Briefly.", "", False))
    for word in ("harbour", "lighthouse"):
        chats.keep(chats.ask(chats.new().id, f"Where is the {word}?", None).id, ANSWER)
    chats.delete_all()
    chats.delete_all()
    assert not any(b"lighthouse" in path.read_bytes() for path in folder.iterdir())
    assert chats.list() == [] and chats.profile.instructions == "Briefly."
    chats.close()
    assert b"lighthouse" not in (folder / CHATS_FILE).read_bytes()


def test_what_comes_of_a_chat_deleted_meanwhile_is_dropped(chats: ChatStore) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    chats.delete(chat)
    assert chats.keep(asked.id, ANSWER).answer == ANSWER
    assert chats.list() == []


def test_whatever_is_done_to_what_is_gone_says_so(chats: ChatStore) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    reply = chats.keep(asked.id, ANSWER)
    chats.delete(chat)
    for act in (
        lambda: chats.get(chat),
        lambda: chats.path(chat),
        lambda: chats.tree(chat),
        lambda: chats.rename(chat, "other"),
        lambda: chats.ask(chat, "second", None),
        lambda: chats.show_question(asked.id),
        lambda: chats.show_reply(reply.id),
        lambda: chats.vote(reply.id, 1),
        lambda: chats.label(reply.id, []),
        lambda: chats.rank(asked.id, []),
    ):
        with pytest.raises(UsageError, match="no longer there") as caught:
            act()
        assert caught.value.hint


def test_a_question_follows_a_reply_of_its_own_chat_only(chats: ChatStore) -> None:
    one, two = chats.new().id, chats.new().id
    reply = chats.keep(chats.ask(one, "first", None).id, ANSWER)
    for parent in (reply.id, "none such"):
        with pytest.raises(UsageError, match="no longer there"):
            chats.ask(two, "second", parent)
    assert chats.get(two).questions == 0
    assert chats.get(two).title == ""


def test_votes_and_labels_are_changed_and_taken_back(chats: ChatStore) -> None:
    chat = chats.new().id
    reply = chats.keep(chats.ask(chat, "first", None).id, ANSWER)
    assert (reply.vote, reply.labels) == (0, ())
    chats.vote(reply.id, -1)
    chats.label(reply.id, ["unclear", "wrong_answer", "unclear"])
    [judged] = chats.path(chat)[0].replies
    assert (judged.vote, judged.labels) == (-1, ("wrong_answer", "unclear"))
    chats.vote(reply.id, 0)
    chats.label(reply.id, ())
    assert chats.path(chat)[0].replies == (reply,)
    chats.label(reply.id, LABELS)
    with pytest.raises(UsageError, match="'mad' is not a label"):
        chats.label(reply.id, ["helpful", "mad"])
    with pytest.raises(UsageError, match="2 is not a vote"):
        chats.vote(reply.id, 2)
    assert chats.path(chat)[0].replies[0].labels == LABELS


def test_the_last_ranking_counts(chats: ChatStore) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    a, b, c = (chats.keep(asked.id, ANSWER).id for _ in range(3))
    other = chats.keep(chats.ask(chat, "second", a).id, ANSWER).id
    assert chats.ranking(asked.id) == ()
    chats.rank(asked.id, [b, a])
    chats.rank(asked.id, [c, a, b])
    for strange in ([a, other], [a, "none such"], [a, a]):
        with pytest.raises(UsageError, match="answers to the same question"):
            chats.rank(asked.id, strange)
    assert chats.ranking(asked.id) == (c, a, b)
    chats.rank(asked.id, [])
    assert chats.ranking(asked.id) == ()


def test_the_profile_is_remembered(chats: ChatStore, folder: Path) -> None:
    assert chats.profile == AnswerPreferences()
    chats.set_profile(AnswerPreferences("Коротко.", "k50", strict=True))
    with ChatStore.open(folder) as again:
        assert again.profile == AnswerPreferences("Коротко.", "k50", strict=True)


def test_halves_of_characters_do_no_harm(chats: ChatStore) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "a\ud800\0b", None)
    strange = replace(ANSWER, quotes=(replace(QUOTE, source="caf\udce9.txt"),), reply="\udce9")
    chats.keep(asked.id, strange, problem="\udce9", model="caf\udce9.gguf")
    [exchange] = chats.path(chat)
    assert exchange.question.text == "a?\0b"
    assert exchange.replies[0].answer == strange
    chats.rename(chat, "\udce9")
    assert chats.list("\udce9") != []


@in_a_file
def test_an_answer_that_cannot_be_read_does_not_take_the_others_with_it(chats: ChatStore, folder: Path) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    broken = chats.keep(asked.id, ANSWER)
    chats.keep(asked.id, ANSWER)
    with closing(sqlite3.connect(folder / CHATS_FILE)) as db:
        db.execute("UPDATE replies SET answer = '{' WHERE id = ?", (broken.id,))
        db.commit()
    one, two = chats.path(chat)[0].replies
    assert (one.answer, two.answer) == (None, ANSWER)
    assert "cannot be read" in one.problem
    assert one.hint


@in_a_file
@pytest.mark.parametrize("damage", [b"", b"no database, and long enough to look like one" * 30])
def test_a_damaged_file_is_moved_aside_by_the_command_it_names(chats: ChatStore, folder: Path, damage: bytes) -> None:
    chat = chats.new().id
    asked = chats.ask(chat, "first", None)
    chats.keep(asked.id, ANSWER)
    chats.close()
    path = folder / CHATS_FILE
    path.write_bytes(damage + path.read_bytes()[len(damage) : 5000])
    before = path.read_bytes()
    with pytest.raises(LibraryError, match=r"conversations .* cannot be") as caught, ChatStore.open(folder) as opened:
        opened.path(chat)
    assert path.read_bytes() == before
    *_, command = caught.value.hint.partition(": ")
    subprocess.run(["/bin/sh", "-c", command], check=True)
    with ChatStore.open(folder) as again:
        assert again.list() == []
    [aside] = folder.glob("chats.damaged-*")
    assert (aside / CHATS_FILE).read_bytes() == before


@in_a_file
def test_a_file_damaged_while_it_is_open_says_so(chats: ChatStore, folder: Path) -> None:
    chats.new()
    chats.close()  # its connections; the next one is made when it is needed
    (folder / CHATS_FILE).write_bytes(b"no database, and long enough to look like one" * 30)
    with pytest.raises(LibraryError, match=r"conversations .* cannot be read") as caught:
        chats.list()
    assert "Move it aside" in caught.value.hint


def test_a_question_keeps_where_it_was_asked(chats: ChatStore, folder: Path) -> None:
    scope = SearchFilter(within=("/town/tram.md", "/town/old\udcff"), types=("pdf",), since="2024")
    chat = chats.new().id
    asked = chats.ask(chat, "When?", None, scope)
    assert asked.scope == scope and chats.ask(chat, "Who?", None).scope == EVERYWHERE
    chats.show_question(asked.id)
    with ChatStore.open(folder) as again:
        assert again.path(chat)[0].question.scope == scope


@in_a_file
def test_a_file_of_the_format_before_is_taken_over(chats: ChatStore, folder: Path) -> None:
    chat = chats.new().id
    chats.keep(chats.ask(chat, "When?", None).id, ANSWER)
    chats.close()
    with closing(sqlite3.connect(folder / CHATS_FILE)) as db:
        for table, column in (("questions", "scope"), ("questions", "imported"), ("replies", "imported")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("UPDATE meta SET value = '1' WHERE key = 'format'")
        db.commit()
    for _ in range(2):
        with ChatStore.open(folder) as again:
            [before] = again.path(chat)
            assert before.question.scope == EVERYWHERE
            assert before.question.imported == before.replies[0].imported == ""
    with ChatStore.open(folder) as again:
        again.ask(chat, "And there?", before.replies[0].id, SearchFilter(types=("md",)))
        assert [each.question.scope.types for each in again.path(chat)] == [(), ("md",)]


@in_a_file
@pytest.mark.parametrize("stored", ["{", "[]", '{"since": "x"}', '{"within": "a"}', '{"types": [1]}', '{"folder": 3}'])
def test_a_damaged_scope_hides_no_question(chats: ChatStore, folder: Path, stored: str) -> None:
    chat = chats.new().id
    chats.ask(chat, "When?", None, SearchFilter(types=("md",)))
    with closing(sqlite3.connect(folder / CHATS_FILE)) as db:
        db.execute("UPDATE questions SET scope = ?", (stored,))
        db.commit()
    assert chats.path(chat)[0].question.scope == EVERYWHERE


@in_a_file
def test_a_file_of_another_program_is_left_alone(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / CHATS_FILE)) as db:
        db.execute("CREATE TABLE songs (name)")
        db.commit()
    with pytest.raises(LibraryError, match="it holds something else"):
        ChatStore.open(folder)


@in_a_file
@pytest.mark.parametrize(
    ("held", "said"),
    [("4", "another version of Oaken"), ("0", "another version of Oaken"), ("x", "does not say its format")],
)
def test_a_file_of_another_format_is_left_alone(chats: ChatStore, folder: Path, held: str, said: str) -> None:
    chats.new()
    chats.close()
    with closing(sqlite3.connect(folder / CHATS_FILE)) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (held,))
        db.commit()
    with pytest.raises(LibraryError, match=said) as caught:
        ChatStore.open(folder)
    assert caught.value.hint


def test_a_place_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        ChatStore.open(tmp_path / "file" / "town")


@in_a_file
def test_a_folder_that_went_away_says_so(chats: ChatStore, folder: Path) -> None:
    chats.close()
    shutil.rmtree(folder)
    with pytest.raises(LibraryError, match="cannot be"):
        chats.list()
