"""The browser app: three pages and what they share. Run by Streamlit; started by ``oaken ui``."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from ui import ask_page, clicks, language, library_choice, library_page, model_page, opened, source_view, views
from ui.serve import LOCKED_VARIABLE
from ui.tongue import tr

here = Path(__file__).parent
language.follow_the_person()
# A file of ours: for a named Material icon the browser would ask a host of Google's.
st.set_page_config(page_title="Oaken", page_icon=str(here / "icon.svg"), layout="centered")
st.logo(here / "icon.svg")
st.html(here / "style.css")
st.html(here / "style_source.css")
st.html(here / "style_quotes.css")

pages = [
    st.Page(ask_page.show, title=tr("Ask"), icon=":material/forum:", url_path="ask", default=True),
    st.Page(library_page.show, title=tr("Library"), icon=":material/folder_open:", url_path="library"),
    st.Page(model_page.show, title=tr("Model"), icon=":material/neurology:", url_path="model"),
]
page = st.navigation(pages, position="top")
opened.use_library(opened.library_name())
with st.container(key="oaken-edge", horizontal=True, vertical_alignment="center"):
    library_choice.menu()
    language.chooser()
    if os.environ.get(LOCKED_VARIABLE):
        st.html(views.way_out(), width="content")
clicks.clicked(*language.spoken())
source_view.on_page(page.url_path)
page.run()
