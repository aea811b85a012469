"""The browser app: two pages and what they share. Run by Streamlit; started by ``oaken ui``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import ask_page, library_page

here = Path(__file__).parent
# A file of ours: for a named Material icon the browser would ask a host of Google's.
st.set_page_config(page_title="Oaken", page_icon=str(here / "icon.svg"), layout="centered")
st.logo(here / "icon.svg")
st.html(here / "style.css")

pages = [
    st.Page(ask_page.show, title="Ask", icon=":material/forum:", url_path="ask", default=True),
    st.Page(library_page.show, title="Library", icon=":material/folder_open:", url_path="library"),
]
st.navigation(pages, position="top").run()
