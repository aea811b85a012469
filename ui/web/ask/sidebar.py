"""The sidebar's conversations: begin, find, name, export and delete them; and how answers are written.

Feedback on answers is in feedback.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import streamlit as st

from rag.conversation.chats.export import to_json
from rag.conversation.chats.oasst_export import to_oasst
from rag.conversation.chats.store import AnswerPreferences, Chat, ChatStore
from rag.messages import marked
from rag.model.prompting.sampling_presets import PRESETS
from ui.shared.export import markdown
from ui.shared.formatting import one_line
from ui.shared.i18n import tr, trn
from ui.web import html_views, session, shortcuts
from ui.web.browser import zone
from ui.web.confirm import confirm

MAX_INSTRUCTIONS_CHARS = 1000  # characters
_CHATS_LISTED = 20  # each costs time in every run of the script, also in that which shows the first quote
_SHOWN, _SEARCH = "chats-shown", "chats-search"
_CHOSEN = "chats-chosen"  # in the session: the conversation that was clicked, "" for a new one
_MENU_OPENED, _DELETION_ASKED = "chats-menu-opened", "chats-deletion-asked"  # in the session
_DEFAULT_PRESET = marked("Default")
_TODAY, _YESTERDAY, _WEEK, _EARLIER = marked("Today"), marked("Yesterday"), marked("The last 7 days"), marked("Earlier")


def sidebar(chats: ChatStore, current: str | None) -> str | None:
    """Draw the list, below how answers are written; return the id of the chat selected, "" for a new one, or None."""
    delete_all, to_delete = False, st.session_state.pop(_DELETION_ASKED, "")
    found: list[Chat] = []
    with st.sidebar, session.errors_shown():
        st.button(
            tr("New conversation"), key="chats-new", icon=":material/edit_square:", width="stretch",
            on_click=_choose, args=("",),
        )  # fmt: skip
        profile_form(chats)
        search = st.session_state.get(_SEARCH) or ""
        found = chats.list(search)
        if found or search:
            _search()
        if not found:
            st.html(html_views.quiet(tr("Nothing found.") if search else tr("Your conversations appear here.")))
        place = next((at for at, chat in enumerate(found) if chat.id == current), 0)
        many = max(st.session_state.get(_SHOWN, _CHATS_LISTED), place + 1)
        with st.container(key="chats-list", gap=None):
            for day, rows in _by_day(found[:many]):
                st.html(f'<h2 class="oaken-day">{html_views.text(tr(day))}</h2>')
                for chat in rows:
                    _row(chats, chat, current)
        if len(found) > many:
            shown = {_SHOWN: many + _CHATS_LISTED}
            st.button(
                tr("Show more"), key="chats-more", type="tertiary", on_click=st.session_state.update, args=(shown,)
            )
        if len(found) > 1 and not search:
            label = tr("Delete all conversations…")
            delete_all = st.button(label, key="chats-delete-all", type="tertiary", icon=":material/delete:")
    # Outside the sidebar: on a phone the dialog would go with it.
    if delete_all:
        _confirm_deletion_of_all(chats, len(found))
    elif asked := next((chat for chat in found if chat.id == to_delete), None):
        _confirm_deletion(chats, asked)
    chosen: str | None = st.session_state.pop(_CHOSEN, None)
    return chosen


def _choose(chat: str) -> None:
    st.session_state[_CHOSEN] = chat


def _confirm_deletion(chats: ChatStore, chat: Chat) -> None:
    def draw() -> None:
        st.html(html_views.listed([one_line(chat.title) or tr("New conversation")]))
        st.html(html_views.quiet(tr("It is deleted with all its answers and cannot be brought back.")))

    confirm(
        tr("Delete this conversation?"),
        draw,
        tr("Delete for good"),
        lambda: chats.delete(chat.id),
        key="chat",
    )


def _ask_deletion(chat: str) -> None:
    st.session_state[_DELETION_ASKED] = chat
    st.session_state[_MENU_OPENED] += 1


def _confirm_deletion_of_all(chats: ChatStore, number: int) -> None:
    def draw() -> None:
        st.html(html_views.quiet(tr("They are deleted with all their answers and cannot be brought back.")))

    confirm(
        trn(number, "Delete {n} conversation?", "Delete {n} conversations?"),
        draw,
        tr("Delete for good"),
        chats.delete_all,
        key="chats-all",
    )


def _search() -> None:
    st.text_input(
        tr("Search conversations"),
        key=_SEARCH,
        type="search",
        live=True,
        placeholder=tr("Search conversations"),
        label_visibility="collapsed",
        max_chars=200,
    )


def _by_day(found: list[Chat]) -> Iterator[tuple[str, Iterator[Chat]]]:
    today = datetime.now(here := zone()).date()

    def day(chat: Chat) -> str:
        changed = datetime.fromisoformat(chat.changed).astimezone(here).date()
        if changed >= today:
            return _TODAY
        if changed == today - timedelta(days=1):
            return _YESTERDAY
        return _WEEK if today - changed < timedelta(days=7) else _EARLIER

    return groupby(found, day)


def _row(chats: ChatStore, chat: Chat, current: str | None) -> None:
    """Draw a chat's button, with a menu for the current one."""
    label = session.escape_markdown(chat.title) or tr("New conversation")
    if chat.id != current:
        st.button(
            label, key=f"chat-{chat.id}", type="tertiary", width="stretch", wrap=False,
            on_click=_choose, args=(chat.id,),
        )  # fmt: skip
        return
    with st.container(key="chats-current", horizontal=True, gap=None, wrap=False, vertical_alignment="center"):
        st.button(label, key=f"chat-{chat.id}", type="tertiary", width="stretch", wrap=False)
        opened = st.session_state.setdefault(_MENU_OPENED, 0)  # with another key it is closed, not over the dialog
        menu = st.popover(
            tr("This conversation"), icon=":material/more_horiz:", type="tertiary", key=f"chats-menu-{opened}"
        )
    with menu:
        _menu(chats, chat)


def _menu(chats: ChatStore, chat: Chat) -> None:
    with st.form(f"rename-{chat.id}", border=False):
        st.text_input(tr("Name"), chat.title, max_chars=200, key=f"title-{chat.id}")
        st.form_submit_button(
            tr("Rename"), width="stretch", on_click=session.attempt, args=("rename", _rename, chats, chat)
        )
    session.show_problem("rename")
    _exports(chats, chat)
    st.button(
        tr("Delete…"),
        key=f"delete-{chat.id}",
        icon=":material/delete:",
        width="stretch",
        on_click=_ask_deletion,
        args=(chat.id,),
    )


def _rename(chats: ChatStore, chat: Chat) -> None:
    title = str(st.session_state.get(f"title-{chat.id}") or "")
    if one_line(title) not in ("", chat.title):
        chats.rename(chat.id, title)


def _exports(chats: ChatStore, chat: Chat) -> None:
    """Draw three download buttons. A thread without page and language makes each file once it is asked for."""
    name = re.sub(r"\W+", "-", chat.title).strip("-")[:50] or "oaken"
    say = markdown.current_translations()
    files = (
        (marked("Markdown, to read"), "md", lambda: markdown.of_chat(chat, chats.path(chat.id), say)),
        (marked("JSON, everything"), "json", lambda: to_json(chats, chat.id)),
        (marked("OASST, for training"), "oasst.jsonl", lambda: to_oasst(chats, chat.id)),
    )
    with st.container(key="chats-export", gap="small"):
        st.html(shortcuts.print_button())
        st.html(html_views.quiet(tr("Export")))
        for label, ending, make in files:
            st.download_button(
                tr(label),
                partial(_encoded, make),
                f"{name}.{ending}",
                "text/markdown" if ending == "md" else "application/json",
                key=f"export-{ending}-{chat.id}",
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
            )


def _encoded(make: Callable[[], str]) -> bytes:
    return make().encode("utf-8", "replace")


def profile_form(chats: ChatStore) -> None:
    """Draw how answers from this library are written: instructions, preset, strictness."""
    profile = chats.profile
    with (
        st.expander(tr("How answers are written"), icon=":material/tune:", key="profile"),
        st.form("profile-form", border=False),
    ):
        st.text_area(
            tr("Instructions"),
            profile.instructions,
            max_chars=MAX_INSTRUCTIONS_CHARS,
            key="profile-instructions",
            placeholder=tr("Answer briefly, I am an electrician."),
            help=tr("Read by the model before each question to this library. Quotes do not change."),
        )
        names = ["", *PRESETS]
        st.selectbox(
            tr("Preset"),
            names,
            names.index(profile.preset) if profile.preset in names else 0,
            format_func=lambda name: name or tr(_DEFAULT_PRESET),
            key="profile-preset",
            help=tr("How freely the model chooses its words. Presets other than the default quote less well."),
        )
        st.toggle(
            tr("Only supported sentences"),
            profile.strict,
            key="profile-strict",
            help=tr("Leaves out sentences your documents don't support, instead of flagging them."),
        )
        st.form_submit_button(
            tr("Save"), width="stretch", on_click=session.attempt, args=("profile", _save_profile, chats)
        )
    session.show_problem("profile")


def _save_profile(chats: ChatStore) -> None:
    given = st.session_state
    chats.set_profile(
        AnswerPreferences(
            str(given["profile-instructions"] or "").strip(),
            given["profile-preset"] or "",
            bool(given["profile-strict"]),
        )
    )
    st.toast(tr("Saved. Applies from your next question."), icon=":material/check:")
