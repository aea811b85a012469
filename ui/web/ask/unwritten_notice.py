"""The notice above the question box that the model does not write the language of the last question.

It stays until it is dismissed or another model is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from rag.conversation.chats.store import StoredExchange
from rag.settings import load
from ui.shared import unwritten
from ui.shared.facets import language_name
from ui.shared.i18n import tr
from ui.web import html_views, pending_questions, routes


def show(folder: Path, path: Sequence[StoredExchange]) -> None:
    """Draw it where the newest answer has no prose for its language; once dismissed, never again for this library."""
    reply = pending_questions.shown(path[-1]) if path else None
    settings = load()
    language = (
        unwritten.new_notice_language(reply.answer, folder, settings)
        if reply is not None and reply.answer is not None
        else ""
    )
    if not language:
        return
    with st.container(key="unwritten", border=True, horizontal=True, vertical_alignment="center"):
        st.html(html_views.quiet(unwritten.notice_text(language)), width="stretch")
        if unwritten.model_to_offer(language, settings) is not None:
            label = tr("Models that write {language}", language=language_name(language, in_sentence=True))
            st.button(
                label, key="unwritten-models", icon=":material/neurology:", on_click=routes.request, args=("model",)
            )
        st.button(
            tr("Understood"),
            key="unwritten-away",
            type="tertiary",
            on_click=unwritten.remember_notice,
            args=(language, folder, settings),
        )
