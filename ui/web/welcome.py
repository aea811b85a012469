"""What the page shows before anything was added: what Oaken does, how to begin, and a sample one click away."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.shared.i18n import tr
from ui.web import html_views, routes, session


def welcome(add_sample: Callable[[], object] | None = None, *, by_path: bool = True) -> None:
    """Draw the welcome. ``add_sample`` fills the library with the sample documents; None leaves that button out.

    ``by_path`` tells whether files may be added by their path as well.
    """
    st.html(
        html_views.heading_line(
            tr("Answers from your own documents"),
            tr(
                "Oaken reads your files on this machine and answers only with what they say, word for word, "
                "and shows you the page. Nothing leaves this computer."
            ),
        )
    )
    add = tr("Drop files, or enter a folder path. They are read, never changed or moved.")
    if not by_path:
        add = tr("Drop files. They are read, never changed or moved.")
    steps = [
        (tr("Add your documents"), add),
        (tr("Ask as you would ask a person"), tr("In your own language, whatever language your documents are in.")),
        (
            tr("See the proof"),
            tr("Every sentence links to its quote. Anything your documents don't back up is flagged."),
        ),
    ]
    st.html(html_views.steps(steps))
    with st.container(horizontal=True, key="begin"):
        st.button(
            tr("Add documents"), type="primary", icon=":material/add:", key="begin-own",
            on_click=routes.request, args=("library",),
        )  # fmt: skip
        if add_sample is not None:
            st.button(
                tr("Try it with sample documents"), icon=":material/local_library:", key="begin-sample",
                on_click=session.attempt, args=("sample", add_sample),
            )  # fmt: skip
    if add_sample is None:
        return
    st.html(
        html_views.quiet(tr("The samples are short documents about a fictional town. You can remove them at any time."))
    )
    session.show_problem("sample")
