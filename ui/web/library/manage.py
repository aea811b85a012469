"""Creates, renames and deletes libraries on the page Library."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import streamlit as st

from rag.errors import LibraryBusyError, LibraryNotFoundError, UsageError
from rag.factory import open_library
from rag.library.maintenance import manage
from rag.messages import Message, marked
from rag.settings import library_folder, library_names, load
from ui.shared.formatting import one_line
from ui.shared.i18n import file_size, tr, trn
from ui.web import html_views, pending_questions, session
from ui.web.confirm import confirm
from ui.web.library import folders_section, ingest_progress, picker

NAME_RULE = marked("Letters, digits, '-', '_' and '.'; it begins with a letter or a digit.")

# In the session. A library that is gone is told of in the next run: this one ends before the browser has drawn it.
_OPENED, _ASKED, _DELETED = "library-menu-opened", "library-deletion-asked", "library-deleted"


def controls() -> None:
    """Draw the forms for a new library and for this one, and say which was just deleted."""
    if gone := st.session_state.pop(_DELETED, ""):
        words = tr("The library “{name}” was deleted.", name=gone)
        st.toast(session.escape_markdown(words), icon=":material/delete:")
    now = session.library_name()
    with st.container(horizontal=True, vertical_alignment="bottom", key="library-controls", width="content"):
        # Another key for each library: once one was created, the form is closed and empty.
        with st.popover(tr("New library"), icon=":material/add:", key=f"library-new-{now}"):
            _named(f"new-library-{now}", "", tr("Create"), create)
        if now not in library_names(load().home):
            return
        opened = st.session_state.setdefault(_OPENED, 0)  # with another key it is closed: it would cover the dialog
        with st.popover(tr("This library"), icon=":material/more_horiz:", key=f"library-this-{now}-{opened}"):
            _named(f"rename-library-{now}", now, tr("Rename"), rename)
            st.button(tr("Delete this library…"), key="delete-library", icon=":material/delete:", on_click=_ask)
    if st.session_state.pop(_ASKED, False):
        confirm_deletion(now)


def _ask() -> None:
    st.session_state[_ASKED] = True
    st.session_state[_OPENED] += 1


def _named(key: str, name: str, what: str, act: Callable[[str], None]) -> None:
    """Draw a form for a library's name; the rule is told once, by the error where there is one."""
    with st.form(key, border=False):
        st.text_input(tr("Name"), name, key=f"name-{key}", max_chars=64, placeholder=tr("manuals"))
        st.form_submit_button(what, type="primary", on_click=session.attempt, args=(key, _given, key, act))
        if session.problem_of(key) is None:
            st.html(html_views.quiet(tr(NAME_RULE)))
        session.show_problem(key)


def _given(key: str, act: Callable[[str], None]) -> None:
    act(one_line(st.session_state.get(f"name-{key}") or ""))


def create(name: str) -> None:
    """Create an empty library and show it. Raises UsageError for a bad name, or one that is taken."""
    settings = load()
    _require_name(name)
    if name.casefold() in {each.casefold() for each in library_names(settings.home)}:
        raise UsageError(Message("A library with that name already exists."), Message("Choose another name."))
    open_library(settings, name, create=True).close()
    picker.switch(name)


def rename(name: str) -> None:
    """Rename the library that is shown. Raises as rag.library.maintenance.manage."""
    home, now = load().home, session.library_name()
    if name == now:
        return
    _require_name(name)
    _require_rest(now)
    with _let_go(now):
        manage.rename(home, now, name)
    folders_section.follow(name)
    session.use_library(name)


def _require_name(name: str) -> None:
    try:
        library_folder(load().home, name)
    except UsageError:
        raise UsageError(Message("“{name}” cannot be the name of a library.", name=name), Message(NAME_RULE)) from None


def _require_rest(name: str) -> None:
    if ingest_progress.live(name):
        raise LibraryBusyError(
            Message("Documents are being added to this library or removed from it."),
            Message("Stop that, or wait for it to end."),
        )


@contextlib.contextmanager
def _let_go(name: str) -> Iterator[None]:
    """Release all that this app holds of a library that is renamed or deleted; where that fails, go on as before."""
    folders_section.let_go(name)
    try:
        yield
    except BaseException:
        folders_section.follow(name)
        raise
    session.forget_library(name)
    pending_questions.forget_chats(library_folder(load().home, name))
    ingest_progress.forget(name)


def confirm_deletion(name: str) -> None:
    """Ask whether to delete a library, and say what goes."""
    held = manage.summary(load().home, name)
    title = tr("Delete the library “{name}”?", name=name)

    def draw() -> None:
        rows = []
        if held.documents:
            rows.append(trn(held.documents, "the text of {n} document", "the text of {n} documents"))
        if held.uploads:
            rows.append(trn(held.uploads, "{n} copy of a dropped file", "{n} copies of dropped files"))
        if held.conversations:
            rows.append(trn(held.conversations, "{n} conversation", "{n} conversations"))
        if not rows:
            words = tr("It is empty. Only its own files, {size} of indexes, are deleted.", size=file_size(held.size))
            st.html(html_views.quiet(words))
            return
        st.html(html_views.quiet(tr("This is deleted for good, {size} in all:", size=file_size(held.size))))
        st.html(html_views.listed(rows))
        st.html(html_views.quiet(tr("Files that were added by their path stay where they are.")))

    confirm(title, draw, tr("Delete"), lambda: _delete(name), key="delete-library")


def _delete(name: str) -> None:
    home = load().home
    _require_rest(name)
    with _let_go(name), contextlib.suppress(LibraryNotFoundError):  # another page was quicker
        manage.delete(home, name)
    pending_questions.leave()
    left = library_names(home)
    own = session.own_library()
    session.use_library(own if own in left or not left else left[0])
    st.session_state[_DELETED] = name
