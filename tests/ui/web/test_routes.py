"""One page leads to another by name."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


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
