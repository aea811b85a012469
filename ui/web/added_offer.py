"""What was just added, to be asked about at once: a button, and a question or two as suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from rag.conversation.suggestions import initial_questions
from rag.errors import OakenError
from rag.library.library import Library
from rag.retrieval.filters import EVERYWHERE, SearchFilter
from rag.types import FileRecord
from ui.shared.i18n import language, trn
from ui.web import pending_questions, routes, session
from ui.web.library.ingest_jobs import IngestResult
from ui.web.library.table_rows import has_text

_SUGGESTED = 2  # questions
_KNOWN_SUGGESTIONS = "added-suggestions"  # in the session: those of one job


def show(name: str, ended: IngestResult) -> None:
    """Draw it for a job that added documents; nothing where they are gone since, or none has text."""
    try:
        library = session.assistant_of(name).library
        records = [record for record in library.records() if record.chunks]
        added = added_sources(ended, records)
        if not added:
            return
        scope = scope_of(added, ended, records)
        questions = _questions(library, ended, scope)
    except OakenError:  # shown where the documents would be
        return
    with st.container(horizontal=True, key=f"ask-added-{ended.number}"):
        st.button(
            trn(len(added), "Ask about it", "Ask about them"), key=f"ask-them-{ended.number}",
            icon=":material/forum:", type="primary",
            on_click=ask_about, args=(scope,),
        )  # fmt: skip
        for at, words in enumerate(questions):
            st.button(
                session.escape_markdown(words), key=f"ask-added-{ended.number}-{at}", wrap=True,
                on_click=ask_about, args=(scope, words),
            )  # fmt: skip


def added_sources(ended: IngestResult, records: Iterable[FileRecord]) -> tuple[str, ...]:
    """Return the sources of what a job added, among the documents with text."""
    if ended.report is None:
        return ()
    taken = {each.source for each in ended.report.outcomes if has_text(each.outcome.value)}
    return tuple(record.source for record in records if record.source in taken)


def scope_of(added: Sequence[str], ended: IngestResult, records: Sequence[FileRecord]) -> SearchFilter:
    """Return the filter of what a job added: the one folder that was given, else each file.

    ``records`` are the documents with text. Where it added all of them, nothing needs to be chosen.
    """
    if len(added) == len(records):
        return EVERYWHERE
    roots = {record.root for record in records if record.source in added}
    given = [str(path.resolve()) for path in ended.request.paths]
    return SearchFilter(within=tuple(roots) if len(added) > 1 and [*roots] == given else tuple(added))


def ask_about(scope: SearchFilter, words: str = "") -> None:
    """Go to the page Ask with these documents chosen, and ask the question there, if one is given; a callback."""
    pending_questions.begin_in(scope)
    if words:
        pending_questions.submit_question(words, scope)
    routes.request("ask")


def _questions(library: Library, ended: IngestResult, scope: SearchFilter) -> Sequence[str]:
    about = (ended.number, language(), library.ledger.last_change())
    known = st.session_state.get(_KNOWN_SUGGESTIONS)
    if known is None or known[0] != about:
        questions = initial_questions(library, language(), asked=[], scope=scope)[:_SUGGESTED]
        known = st.session_state[_KNOWN_SUGGESTIONS] = (about, questions)
    found: Sequence[str] = known[1]
    return found
