"""One page leads to another by name."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui.web import routes


def script(start: str) -> None:
    import streamlit as st

    from ui.web import routes

    def drawn(name: routes.Route) -> None:
        st.markdown(f"This is {name}.")
        for other in pages:
            if st.button(other, key=other):
                routes.go_to(other)
                st.markdown("Never drawn.")

    def ask() -> None:
        drawn("ask")

    def library() -> None:
        drawn("library")

    def model() -> None:
        drawn("model")

    pages = {
        "ask": st.Page(ask, url_path="ask", default=start == "ask"),
        "library": st.Page(library, url_path="library", default=start == "library"),
        "model": st.Page(model, url_path="model", default=start == "model"),
    }
    routes.register_pages(pages)
    st.navigation([*pages.values()]).run()


@pytest.mark.parametrize("target", ["ask", "library", "model"])
@pytest.mark.parametrize("start", ["ask", "library", "model"])
def test_a_page_leads_to_another_by_name(start: str, target: str) -> None:
    page = AppTest.from_function(script, kwargs={"start": start}, default_timeout=30).run()
    assert not page.exception and page.markdown[0].value == f"This is {start}."
    page.button(key=target).click().run()
    assert not page.exception
    assert [each.value for each in page.markdown] == [f"This is {target}."]


def asking(start: str) -> None:
    import streamlit as st

    from ui.web import routes

    def ask() -> None:
        st.markdown("This is ask.")
        st.button("go", key="go", on_click=routes.request, args=("library",))
        st.button("stay", key="stay", on_click=routes.request, args=("ask",))

    def library() -> None:
        st.markdown("This is library.")

    pages = {
        "ask": st.Page(ask, url_path="ask", default=True),
        "library": st.Page(library, url_path="library"),
        "model": st.Page(lambda: None, url_path="model"),
    }
    routes.register_pages(pages)
    page = st.navigation([*pages.values()])
    routes.follow_request(page)
    page.run()


def test_a_click_asks_for_a_page_and_the_next_run_goes_there() -> None:
    page = AppTest.from_function(asking, kwargs={"start": "ask"}, default_timeout=30).run()
    page.button(key="stay").click().run()
    assert [each.value for each in page.markdown] == ["This is ask."]
    page.button(key="go").click().run()
    assert not page.exception and [each.value for each in page.markdown] == ["This is library."]
    assert routes._REQUESTED_KEY not in page.session_state  # asked for once


def test_who_comes_from_another_page_has_arrived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    assert not routes.note_shown("") and not routes.has_arrived()
    assert routes.note_shown("library") and not routes.note_shown("library")
    assert routes.note_shown("") and not routes.note_shown("")  # run again before anyone asked
    assert routes.has_arrived() and not routes.has_arrived()
