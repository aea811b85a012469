"""The section that offers an older library the default embedder, and changes to it in the background."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ingest.report import IngestReport
from rag.errors import OakenError
from rag.library.library import Library
from rag.settings import existing_library, load
from ui.shared.embedder_offer import EmbedderUpgrade, dismiss, dismissed, offer
from ui.shared.i18n import tr, trn
from ui.web import html_views, session
from ui.web.library import ingest_progress
from ui.web.library.ingest_jobs import IngestJob, IngestRequest, OnProgress


def show() -> None:
    """Draw the offer, where there is one that was not dismissed and is not being carried out."""
    name = session.library_name()
    if ingest_progress.live(name):
        return
    try:
        library = session.open_for_page().assistant.library
    except OakenError:  # shown where its documents would be
        return
    made = offer(load(), library)
    if made is not None and not dismissed(library, made):
        _draw(library, made)


def _draw(library: Library, made: EmbedderUpgrade) -> None:
    with st.container(border=True, key="embedder-offer"):
        st.html(html_views.quiet(" ".join(offer_text(made))))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                tr("Go on") if made.begun else tr("Switch"), key="reembed", icon=":material/translate:",
                type="primary",
                on_click=session.attempt, args=("embedder", change, library.folder.name, made.then),
            )  # fmt: skip
            st.button(tr("Not now"), key="reembed-not", type="tertiary", on_click=dismiss, args=(library, made))


def offer_text(made: EmbedderUpgrade) -> list[str]:
    """Return the offer in a sentence, and what of it is done already."""
    begun = [trn(made.begun, "One document is done already.", "{n} documents are done already.")] if made.begun else []
    if not made.minutes:
        whole = tr(
            "Match questions and documents in any language by meaning: this takes less than a minute, "
            "and you can keep asking meanwhile."
        )
        return [whole, *begun]
    whole = trn(
        made.minutes,
        "Match questions and documents in any language by meaning: this takes about a minute, and "
        "you can keep asking meanwhile.",
        "Match questions and documents in any language by meaning: this takes about {n} minutes, "
        "and you can keep asking meanwhile.",
    )
    return [whole, *begun]


def change(name: str, embedder: str) -> IngestJob:
    """Queue the change to that embedder; until its end the old one answers."""

    def work(on_progress: OnProgress, stop: Callable[[], bool]) -> IngestReport:
        from ingest.reembed_library import reembed_library

        done = reembed_library(
            existing_library(load().home, name), session.embedder(embedder), progress=on_progress, stop=stop
        )
        if done.stopped:
            return IngestReport(stopped=True)
        if done.before != done.now:
            session.forget_embedder(done.before)
        return IngestReport(note=session.assistant_of(name).library.follow())

    for ended in ingest_progress.runs().ended(name):  # the outcome of an earlier try is no longer news
        if ended.request.embedder:
            ingest_progress.runs().dismiss(name, ended.number)
    return ingest_progress.runs().add(name, IngestRequest(embedder=embedder), work)
