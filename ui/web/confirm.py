"""A dialog that asks before something is deleted: the button that does it is red, and the keyboard begins at Cancel."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.shared.i18n import tr
from ui.web import session
from ui.web.clicks import component


def confirm(title: str, draw: Callable[[], None], what: str, act: Callable[[], object], *, key: str) -> None:
    """Open the dialog, once in a run. ``draw`` draws what will happen, ``what`` names the button that calls ``act``.

    An error of ``act`` is shown in the dialog.
    """

    @st.dialog(title)
    def dialog() -> None:
        draw()
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(tr("Cancel"), key=f"cancel-{key}"):
                st.rerun()
            agreed = st.button(
                what, key=f"danger-{key}", type="primary", on_click=session.attempt, args=(f"confirm-{key}", act)
            )
        if agreed and session.problem_of(f"confirm-{key}") is None:
            st.rerun()
        elif agreed:
            session.show_problem(f"confirm-{key}")
        component("confirm")(key=f"confirm-{key}", height=1)

    dialog()
