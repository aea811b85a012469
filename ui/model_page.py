"""The page that chooses who writes: the model in use, those on disk, whether they fit, and what else there is."""

from __future__ import annotations

import streamlit as st

from rag.model.store import in_units
from rag.settings import load
from ui import model_rows, opened, reasons, views
from ui.model_rows import Listing, Row
from ui.sources import one_line
from ui.tongue import tr


def show() -> None:
    """Draw the page."""
    st.html(
        views.heading_line(
            tr("Model"),
            tr("Who writes the answers. Quotes and citations come from your documents whichever you choose."),
        )
    )
    with opened.errors():
        found = model_rows.listing(load())
        _in_use(found)
        _on_disk(found)
        _others(found)


def _in_use(found: Listing) -> None:
    if found.problem:
        st.error(opened.plain(reasons.said(found.problem)), icon=":material/error:")
    elif not any(row.current for row in found.rows):
        st.html(views.quiet(tr("Answers are written by the server at {server}.", server=found.current)))
    st.html(views.quiet(tr("{memory} of memory are free now.", memory=in_units(found.free))))


def _on_disk(found: Listing) -> None:
    st.html(views.subheading(tr("On this computer")))
    for row in found.rows:
        if not row.path:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.html(views.model(row))
            if row.current:
                st.html(views.quiet(tr("in use")), width="content")
            elif row.size and st.button(tr("Use"), key=f"use-{row.path}", type="primary" if row.fits else "secondary"):
                _use(row)


def _use(row: Row) -> None:
    settings = load()
    # What lies in the store was vouched for, or consented to, when it was added.
    path = model_rows.choose(settings, row.name)
    if variable := model_rows.overridden(settings, path):
        st.warning(tr("{variable} is set where Oaken was started, and goes before this choice.", variable=variable))
        return
    opened.change_model()
    st.rerun()


def _others(found: Listing) -> None:
    rows = [row for row in found.rows if not row.path]
    with st.expander(tr("OpenAssistant's models ({number})", number=len(rows)), icon=":material/list:"):
        st.html(views.quiet(tr("Downloading is left to the command line: {command}", command="oaken models pull NAME")))
        st.dataframe(
            {
                tr("Model"): [row.name for row in rows],
                tr("Size"): [row.parameters for row in rows],
                tr("File"): [in_units(row.size) if row.size else "" if row.repo else tr("no GGUF") for row in rows],
                tr("Memory"): [in_units(row.need) if row.need else "" for row in rows],
                tr("Fits"): ["" if row.fits is None else tr("yes") if row.fits else tr("no") for row in rows],
                tr("Window"): [row.context for row in rows],
                tr("Languages"): [" ".join(row.languages) for row in rows],
                tr("License"): [row.license for row in rows],
                tr("Note"): [one_line(reasons.said(row.note)) for row in rows],
            },
            hide_index=True,
        )
