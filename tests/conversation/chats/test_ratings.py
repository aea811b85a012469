"""What a vote and labels say of quotes; it is read from the conversations, and gone when they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.chats.ratings import StoredRatings, opinion_on_quotes
from rag.conversation.chats.store import ChatStore
from rag.library.db.chat_schema import RESTORED, RESTORED_HINT
from rag.library.library import Library
from rag.settings import CHATS_FILE
from tests.conversation.chats.told import ANSWER, QUOTE
from tests.doubles import BagEmbedder
from tests.town import TEXTS, filed


@pytest.mark.parametrize(
    ("vote", "labels", "opinion"),
    [
        (1, [], 1),
        (-1, [], -1),
        (0, [], 0),
        (0, ["correct"], 1),
        (0, ["helpful"], 1),
        (1, ["wrong_citation"], -1),
        (0, ["wrong_answer"], -1),
        (-1, ["unclear"], 0),
        (-1, ["incomplete", "correct"], 0),
        (1, ["incomplete"], 1),
        (0, ["unclear"], 0),
    ],
)
def test_labels_say_what_a_vote_is_for(vote: int, labels: list[str], opinion: int) -> None:
    assert opinion_on_quotes(vote, labels) == opinion


def test_ratings_are_those_of_the_conversations_there_are(chats: ChatStore, tmp_path: Path) -> None:
    ratings = StoredRatings([tmp_path / "library", tmp_path / "none"])
    chat = chats.new().id
    first = chats.keep(chats.ask(chat, "When did it open?", None).id, ANSWER)
    second = chats.keep(chats.ask(chat, "And there?", first.id).id, ANSWER)
    third = chats.keep(chats.ask(chat, "Who is the director of the tram?", first.id).id, None, problem="It ended.")
    assert ratings.questions() == []
    for reply in (first, second, third):
        chats.vote(reply.id, 1)
    told = [(each.text, each.opinion) for each in ratings.questions()]
    assert told == [("Who is the director of the tram?", 1), ("When did it open?", 1)]  # not the follow-up
    assert ratings.quotes([first.id, third.id]) == {first.id: (QUOTE,)} and ratings.quotes([]) == {}
    chats.vote(first.id, 0)  # taken back
    assert [each.reply for each in ratings.questions()] == [third.id]
    chats.delete(chat)
    assert ratings.questions() == [] and not (tmp_path / "none").exists()


def test_votes_that_came_with_a_backup_do_not_count(chats: ChatStore, tmp_path: Path) -> None:
    question = chats.ask(chats.new().id, "When did it open?", None).id
    reply = chats.keep(question, ANSWER, problem=RESTORED, hint=RESTORED_HINT)
    chats.vote(reply.id, 1)
    assert StoredRatings([tmp_path / "library"]).questions() == []


def test_conversations_that_cannot_be_read_rate_nothing(chats: ChatStore, tmp_path: Path) -> None:
    reply = chats.keep(chats.ask(chats.new().id, "When did it open?", None).id, ANSWER)
    chats.vote(reply.id, 1)
    with chats._tables.writing() as db:
        db.exec_driver_sql("UPDATE replies SET answer = '{'")
    assert StoredRatings([tmp_path / "library"]).quotes([reply.id]) == {reply.id: ()}
    chats.close()
    (tmp_path / "library" / CHATS_FILE).write_bytes(b"no database at all" * 100)
    assert StoredRatings([tmp_path / "library"]).questions() == []


def test_a_vote_moves_the_next_answer_until_it_is_taken_back(tmp_path: Path) -> None:
    embedder, asked = BagEmbedder(), "When did the tram line open?"

    def first(office: Assistant) -> str:
        return office.ask(f"{asked[:-1]}, please?", prose=False).quotes[0].source

    texts = TEXTS | {"memories.txt": ("en", "The tram line opened in 1913.")}
    with filed(tmp_path, embedder, texts) as library, ChatStore.open(library.folder) as chats:
        office = Assistant(library, embedder)
        answer = office.ask(asked, prose=False)
        wrong = replace(answer, quotes=answer.quotes[:1])
        reply = chats.keep(chats.ask(chats.new().id, asked, None).id, wrong)
        assert first(office) == "memories.txt"
        chats.label(reply.id, ["wrong_citation"])
        assert first(office) == "tram.md"
        assert first(Assistant(library, embedder, feedback=False)) == "memories.txt"
        assert isinstance(office.reader, Library)
        chats.label(reply.id, [])
        assert first(office) == "memories.txt"
