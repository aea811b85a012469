"""The choice of where a question is asked, beside the question box: documents, folders, types, languages, tags, years.

It holds for the next question and, from there, for the questions that follow it, until it is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from rag.conversation.chats.store import StoredExchange
from rag.factory import libraries_with
from rag.library.library import Library
from rag.messages import marked
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.settings import library_names, load
from ui.shared import scopes
from ui.shared.i18n import language, tr
from ui.web import html_views, pending_questions, shortcuts

_MAX_LIBRARIES_OFFERED = 50  # with more, each has to be opened to know its embedder: none is offered
_OFFERED = "scope-offered"  # in the session: the choices last offered, and what they belong to
_SYNTAX = (
    (marked("file:lease"), marked("only documents with “lease” in their path")),
    (marked('"four weeks"'), marked("only passages with these words side by side")),
    (marked("-draft"), marked("no passage with this word")),
    ("@", marked("typed in the box: choose documents")),
)


def show(library: Library, path: Sequence[StoredExchange], *, disabled: bool) -> None:
    """Draw the choice and the help on what can be typed."""
    offered, key = _offered(library), scope_key(library, path)
    names = {each: scopes.choice_name(each) for each in st.session_state[key]} | dict(offered)
    with st.container(key="ask-where", horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.multiselect(
            tr("Ask in"),
            list(names),
            key=key,
            format_func=lambda each: scopes.with_kind(each, names.get(each) or each),
            placeholder=tr("Ask in all documents, or choose some"),
            label_visibility="collapsed",
            accept_new_options=True,
            disabled=disabled,
        )
        with st.popover(tr("What you can type"), icon=":material/help:", type="tertiary", key="ask-syntax"):
            rows = (
                f"<dt><code>{html_views.text(tr(typed))}</code></dt><dd>{html_views.text(tr(what))}</dd>"
                for typed, what in _SYNTAX
            )
            st.html(f'<dl class="oaken-syntax">{"".join(rows)}</dl>{shortcuts.list_button()}')


def scope_key(library: Library, path: Sequence[StoredExchange]) -> str:
    """Return the session's key of what is chosen; at first that is where the question before was asked."""
    key = f"scope-{path[-1].question.id if path else ''}"
    scope = pending_questions.take_next_scope()
    if scope is None and key not in st.session_state:
        scope = path[-1].question.scope if path else EVERYWHERE
    if scope is not None:
        st.session_state[key] = scopes.chosen_in(scope, _offered(library))
    return key


def chosen(key: str) -> SearchFilter:
    """Return the filter that is chosen under that key."""
    return scopes.scope_of(st.session_state.get(key) or ())


def _offered(library: Library) -> Mapping[str, str]:
    settings = load()
    there = library_names(settings.home)
    about = (library.folder, library.ledger.last_change(), library.ledger.tag_counts(), language(), there)
    known = st.session_state.get(_OFFERED)
    if known is None or known[0] != about:
        alike = libraries_with(settings, library.embedder.name) if 1 < len(there) <= _MAX_LIBRARIES_OFFERED else []
        others = [each for each in alike if each != library.folder.name]
        known = st.session_state[_OFFERED] = (about, scopes.choices(library.records(), library.folder, others))
    return dict(known[1])
