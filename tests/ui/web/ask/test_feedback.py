"""What is thought of answers: votes, labels, comparisons, on Streamlit's own test bench."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rag.conversation.chats.store import ChatStore
from rag.types import Answer, AnswerStatus
from tests.ui.web.ask.conversations import ANSWER, asked, has, opened, run, text
from ui.web.ask.feedback import ranked


def comparing(folder: str, chat: str) -> None:
    """What the dialog holds, without it: the bench knows no dialogs."""
    from pathlib import Path

    from rag.conversation.chats.store import ChatStore
    from ui.web.ask import feedback

    with ChatStore.open(Path(folder)) as chats:
        feedback.comparison(chats, chats.path(chat)[0])


def compared(folder: Path, chat: str) -> AppTest:
    return run(AppTest.from_function(comparing, kwargs={"folder": str(folder), "chat": chat}, default_timeout=30))


def test_a_vote_is_given_changed_and_taken_back(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")

    def vote() -> int:
        return chats.path(chat)[0].replies[0].vote

    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"vote-good-{reply}").click())
    assert vote() == 1
    assert page.button(key=f"vote-good-{reply}").label == "Remove rating: good"
    run(page.button(key=f"vote-bad-{reply}").click())
    assert vote() == -1
    run(page.button(key=f"vote-bad-{reply}").click())
    assert vote() == 0


def test_labels_are_given_and_another_windows_are_not_written_over(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")

    def labels() -> tuple[str, ...]:
        return chats.path(chat)[0].replies[0].labels

    page = opened(tmp_path, chat=chat)
    run(page.button_group(key=f"pills-{reply}").set_value(["wrong_citation", "helpful"]))
    assert labels() == ("helpful", "wrong_citation")
    chats.label(reply, ["correct"])
    run(page)
    assert labels() == ("correct",)
    run(page.button_group(key=f"pills-{reply}").set_value([]))
    assert labels() == ()


def test_two_answers_are_compared(chats: ChatStore, tmp_path: Path) -> None:
    chat, question, [one, two] = asked(chats, "first", answers=2)
    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"compare-{two}").click())
    assert "It opened in <" in text(page)
    page = compared(tmp_path, chat)
    run(page.button(key="better-one").click())
    assert chats.ranking(question) == (one, two)
    assert chats.path(chat)[0].shown == 0
    assert "So far, best first: Answer 1, Answer 2" in text(page)
    run(page.button(key="better-two").click())
    assert chats.ranking(question) == (two, one)
    run(page.button(key="better-none").click())
    assert chats.ranking(question) == ()


def test_of_several_answers_any_two_are_compared(chats: ChatStore, tmp_path: Path) -> None:
    chat, question, [one, two, three] = asked(chats, "first", answers=3)
    chats.keep(question, Answer("", AnswerStatus.NOT_FOUND, 0.0))
    told = chats.keep(question, Answer("", AnswerStatus.TOLD, 0.0, reply="Hello."))
    chats.keep(question, None, problem="The model ended.")
    page = compared(tmp_path, chat)
    assert "Hello." in text(page)
    assert "Your documents do not say." in text(page)
    page.selectbox(key=f"compared-0-{question}").set_value(three)
    run(page.selectbox(key=f"compared-1-{question}").set_value(three))
    assert page.button(key="better-one").disabled
    run(page.selectbox(key=f"compared-1-{question}").set_value(one))
    run(page.button(key="better-two").click())
    assert chats.ranking(question) == (one, three)
    assert {two, told.id}.isdisjoint(chats.ranking(question))


def test_what_can_no_longer_be_ranked_is_reported(chats: ChatStore, tmp_path: Path) -> None:
    chat, *_ = asked(chats, "first", answers=2)
    page = AppTest.from_function(vanishing, kwargs={"folder": str(tmp_path), "chat": chat}, default_timeout=30)
    run(run(page).button(key="better-one").click())
    assert "no longer there" in page.error[0].value


def vanishing(folder: str, chat: str) -> None:
    from pathlib import Path

    import streamlit as st

    from rag.conversation.chats.store import ChatStore
    from ui.web.ask import feedback

    chats = st.session_state.setdefault("store", None) or ChatStore.open(Path(folder))
    exchange = st.session_state.setdefault("exchange", None) or chats.path(chat)[0]
    st.session_state.update({"store": chats, "exchange": exchange})
    feedback.comparison(chats, exchange)
    chats.delete(chat)  # in another window, while the dialog is open


def test_a_single_answer_is_compared_with_nothing(chats: ChatStore, tmp_path: Path) -> None:
    chat, question, [reply] = asked(chats, "first")
    chats.keep(question, None, problem="The model ended.")
    chats.show_reply(reply)
    assert not has(opened(tmp_path, chat=chat), f"compare-{reply}")


def test_several_opinions_stand_on_one_page(chats: ChatStore, tmp_path: Path) -> None:
    chat, _, [reply] = asked(chats, "first")
    second = chats.keep(chats.ask(chat, "second", reply).id, ANSWER).id
    page = opened(tmp_path, chat=chat)
    run(page.button(key=f"vote-good-{second}").click())
    assert [each.replies[0].vote for each in chats.path(chat)] == [0, 1]


orders = st.permutations("abcdef").flatmap(lambda every: st.integers(0, 6).map(lambda end: tuple(every[:end])))


@given(orders, st.permutations("abcdef"))
def test_one_comparison_changes_an_order_only_where_it_must(order: tuple[str, ...], every: list[str]) -> None:
    better, worse = every[:2]
    now = ranked(order, better, worse)
    assert now.index(better) < now.index(worse)
    assert set(now) == {*order, better, worse}
    assert len(set(now)) == len(now)
    rest = [each for each in order if each != better]
    assert [each for each in now if each in rest] == rest  # the others stay in their order
    equal = ranked(order, better, worse, equal=True)
    assert not {better, worse} & set(equal)
    assert len(equal) != 1
