"""The browser app: three pages and what they share. Run by Streamlit; started by ``oaken ui``."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from ui.shared.i18n import tr
from ui.web import (
    clicks,
    html_views,
    language,
    pending_questions,
    routes,
    session,
    shortcuts,
)
from ui.web.ask import page as ask_page
from ui.web.library import add_files, folders_section
from ui.web.library import page as library_page
from ui.web.library import picker as library_picker
from ui.web.model import page as model_page
from ui.web.server.launcher import LOCKED_VARIABLE
from ui.web.source import dialog as source_dialog

here = Path(__file__).parent / "assets"
language.follow_the_person()
# A file of ours: for a named Material icon the browser would ask one of Google's servers.
st.set_page_config(page_title="Oaken", page_icon=str(here / "icon.svg"), layout="centered")
st.logo(here / "icon.svg")
st.html(here / "style.css")
st.html(here / "style_source.css")
st.html(here / "style_quotes.css")
st.html(here / "style_conversation.css")
st.html(here / "style_tools.css")

pages: dict[routes.Route, st.Page] = {
    "ask": st.Page(ask_page.show, title=tr("Ask"), icon=":material/forum:", url_path="ask", default=True),
    "library": st.Page(library_page.show, title=tr("Library"), icon=":material/folder_open:", url_path="library"),
    "model": st.Page(model_page.show, title=tr("Model"), icon=":material/neurology:", url_path="model"),
}
routes.register_pages(pages)
page = st.navigation([*pages.values()], position="top")
routes.follow_request(page)
session.use_library(session.library_name())
with st.container(key="oaken-edge", horizontal=True, vertical_alignment="center"):
    library_picker.menu()
    language.settings_menu()
    if os.environ.get(LOCKED_VARIABLE):
        st.html(html_views.logout_button(), width="content")
with st.container(
    key=f"oaken-pages-{page.url_path or 'ask'}", horizontal=True, gap=None
):  # on a phone, where Streamlit hides its own
    for each in pages.values():
        st.page_link(each, width="stretch")
clicks.clicked(*language.language_in_use())
shortcuts.listen()
source_dialog.note_page_shown(page.url_path)
session.note_visit(page.url_path)
folders_section.keep_in_step()
add_files.resume(session.library_name())
if page is not pages["ask"]:
    pending_questions.run_pending_elsewhere()
page.run()
