"""The box in which the selected documents are given tags, or lose them. Each change is stored at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256

import streamlit as st

from rag.errors import UsageError
from rag.library.library import Library
from rag.types import FileRecord
from ui.shared.i18n import tr
from ui.shared.tags import typed_tags
from ui.web import html_views, session

_PROBLEM = "tags-problem"  # in the session: why the last change was refused
_SAVED = "tags-saved"  # in the session: of which documents tags were stored last


def edit(library: Library, selected: Sequence[FileRecord]) -> None:
    """Draw the button that opens the box; there are the tags that all of the documents have."""
    of_each = [set(record.tags) for record in selected]
    of_all = set.intersection(*of_each)
    of_some = sorted(set.union(*of_each) - of_all)
    ids = sorted(record.id for record in selected)
    with st.popover(tr("Tags"), icon=":material/label:", key="tags"):
        key = f"document-tags-{sha256(repr(ids).encode()).hexdigest()[:12]}"
        st.session_state[key] = sorted(of_all)
        st.multiselect(
            tr("Tags"), list(library.ledger.tag_counts()), key=key, accept_new_options=True,
            label_visibility="collapsed", placeholder=tr("Choose a tag, or type a new one"),
            on_change=_store, args=(library, ids, of_all, key),
        )  # fmt: skip
        if st.session_state.get(_SAVED) == key:
            tagged = ", ".join(f"#{tag}" for tag in sorted(of_all))
            words = tr("Saved: {tags}", tags=tagged) if tagged else tr("Saved: no tags")
            st.html(f'<p class="oaken-quiet" role="status">✓ {html_views.text(words)}</p>')
        problem = st.session_state.pop(_PROBLEM, None)
        if problem is not None:
            session.problem_text(problem)
        if of_some:
            some = ", ".join(of_some)
            st.html(html_views.quiet(tr("Some of them have other tags, which they keep: {tags}.", tags=some)))
        st.html(html_views.quiet(tr("On the page Ask you can choose a tag, to ask its documents only.")))


def _store(library: Library, ids: Collection[str], before: Collection[str], key: str) -> None:
    chosen: list[str] = st.session_state[key]
    try:
        tags = set(typed_tags(chosen, library.ledger.tag_counts())) if chosen else set()
    except UsageError as problem:
        st.session_state[_PROBLEM] = problem
        return
    library.ledger.tag(ids, tags.difference(before), set(before) - tags)
    st.session_state[_SAVED] = key
