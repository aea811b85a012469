"""Whatever is asked, answered, edited, shown and deleted, in whatever order and through whichever opening of the file:
the branch shown goes from a beginning to an end, and it is the one that a plain tree would show. And several processes
and threads at once lose nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from rag.conversation.chats.store import ChatStore, StoredExchange
from rag.types import Answer, AnswerStatus
from tests.postgres import linked

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass
class Node:
    """A chat, a question or a reply, as plain as can be; ``shown`` is the child that is shown."""

    id: str
    above: Node | None
    below: list[Node] = field(default_factory=list)
    shown: Node | None = None

    def add(self, identity: str) -> Node:
        made = Node(identity, self)
        self.below.append(made)
        self.shown = made
        return made

    def reveal(self) -> None:
        at = self
        while at.above is not None:
            at.above.shown = at
            at = at.above

    def root(self) -> Node:
        return self if self.above is None else self.above.root()

    def everything(self) -> int:
        return 1 + sum(each.everything() for each in self.below)


class Machine(RuleBasedStateMachine):
    url = ""  # of a database that the conversations are in; "": a file
    chats = Bundle("chats")
    questions = Bundle("questions")
    replies = Bundle("replies")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oaken-"))
        if self.url:
            linked(self.folder, self.url)
        self.open_twice = [ChatStore.open(self.folder), ChatStore.open(self.folder)]
        self.alive: dict[str, Node] = {}

    @property
    def store(self) -> ChatStore:
        self.open_twice.reverse()
        return self.open_twice[0]

    @rule(target=chats)
    def new(self) -> Node:
        node = Node(self.store.new().id, None)
        self.alive[node.id] = node
        return node

    @rule(target=questions, chat=chats)
    def begin(self, chat: Node) -> Node:
        return self._ask(chat, None)

    @rule(target=questions, reply=replies)
    def follow(self, reply: Node) -> object:
        if reply.root().id not in self.alive:
            return multiple()
        return self._ask(reply.root(), reply)

    def _ask(self, chat: Node, after: Node | None) -> Node:
        asked = self.store.ask(chat.id, "why", after.id if after else None)
        node = (after or chat).add(asked.id)
        node.reveal()
        return node

    @rule(target=replies, question=questions, works=st.booleans())
    def answer(self, question: Node, works: bool) -> object:
        kept = self.store.keep(question.id, Answer("why", AnswerStatus.QUOTED, 0.5) if works else None, problem="none")
        return question.add(kept.id) if question.root().id in self.alive else multiple()

    @rule(node=questions)
    def show_question(self, node: Node) -> None:
        if node.root().id in self.alive:
            self.store.show_question(node.id)
            node.reveal()

    @rule(node=replies)
    def show_reply(self, node: Node) -> None:
        if node.root().id in self.alive:
            self.store.show_reply(node.id)
            node.reveal()

    @rule(chat=consumes(chats))
    def delete(self, chat: Node) -> None:
        self.store.delete(chat.id)
        del self.alive[chat.id]

    @invariant()
    def the_branch_shown_is_that_of_a_plain_tree(self) -> None:
        for chat in self.alive.values():
            at = chat.shown
            path = self.store.path(chat.id)
            for exchange in path:
                assert at is not None
                assert at.above is not None
                self._same(exchange, at)
                at = at.shown.shown if at.shown else None
            assert at is None

    def _same(self, exchange: StoredExchange, node: Node) -> None:
        assert node.above is not None
        assert exchange.question.id == node.id
        assert exchange.question.parent == (node.above.id if node.above.above else None)
        assert exchange.siblings == tuple(each.id for each in node.above.below)
        assert [each.id for each in exchange.replies] == [each.id for each in node.below]
        assert exchange.shown == (node.below.index(node.shown) if node.shown else -1)

    @invariant()
    def nothing_is_lost_and_nothing_stays(self) -> None:
        assert {each.id for each in self.store.list()} == self.alive.keys()
        for chat in self.alive.values():
            tree = self.store.tree(chat.id)
            assert len(tree) + sum(len(replies) for _, replies, _ in tree) == chat.everything() - 1
            assert self.store.get(chat.id).questions == len(tree)

    def teardown(self) -> None:
        for each in self.open_twice:
            each.close()
        shutil.rmtree(self.folder)


TestMachine = pytest.mark.slow(Machine.TestCase)
TestMachine.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
def test_conversations_in_a_database_are_no_others(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class DatabaseMachine(Machine):
        url = database

    some = settings(max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(DatabaseMachine, settings=some)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def town(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a library, in each database that its conversations may be in."""
    if request.param == "postgres":
        url = request.getfixturevalue("database")
        monkeypatch.setenv("OAKEN_LEDGER_URL", url)  # for the processes
        linked(tmp_path / "town", url)
    return tmp_path / "town"


SPEAK = """
import sys
from pathlib import Path
from rag.conversation.chats.store import ChatStore
with ChatStore.open(Path(sys.argv[1])) as chats:
    print("ready", flush=True)
    sys.stdin.readline()
    reply = None
    for turn in range(20):
        asked = chats.ask(sys.argv[2] or chats.new().id, f"{sys.argv[3]} {turn}", reply)
        reply = chats.keep(asked.id, None, problem="none").id if sys.argv[2] else None
"""


@pytest.mark.parametrize("shared", [True, False], ids=["in one chat", "each its own chats"])
def test_two_processes_and_two_threads_write_at_once(town: Path, shared: bool) -> None:
    folder = town
    chat = ""
    if shared:
        with ChatStore.open(folder) as chats:
            chat = chats.new().id
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SPEAK, str(folder), chat, name],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    with ChatStore.open(folder) as chats:

        def speak(name: str) -> None:
            for turn in range(20):
                chats.ask(chat or chats.new().id, f"{name} {turn}", None)
                chats.list(name)

        threads = [threading.Thread(target=speak, args=(name,)) for name in ("three", "four")]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for process in processes:
            process.communicate(timeout=60)
            assert process.returncode == 0
        asked = [question for each in chats.list() for question, _, _ in chats.tree(each.id)]
        assert {question.text for question in asked} == {
            f"{name} {turn}" for name in ("one", "two", "three", "four") for turn in range(20)
        }
        for each in chats.list():
            assert chats.path(each.id)
        if shared:
            [whole] = chats.list()
            assert whole.questions == 80


def test_several_that_begin_at_once_begin_one_file(town: Path) -> None:
    folder = town
    made: list[str] = []

    def begin() -> None:
        with ChatStore.open(folder) as chats:
            made.append(chats.new().id)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ChatStore.open(folder) as chats:
        assert {each.id for each in chats.list()} == set(made)
        assert len(made) == 6
