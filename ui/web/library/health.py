"""A library's health on the page: what ``oaken doctor`` checks, in plain sentences; its space on disk; repair.

Checks and repairs run apart from the page.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from rag.factory import open_library
from rag.library.library import Library
from rag.library.maintenance import health
from rag.library.maintenance.health import LEFT_OVER, HealthCheck, space
from rag.messages import marked
from rag.settings import library_names, load
from ui.shared import doctor
from ui.shared.i18n import file_size, number, show_message, tr, trn
from ui.web import html_views, session
from ui.web.background_tasks import BackgroundTask, BackgroundTasks
from ui.web.library import library_views
from ui.web.library.library_views import ChartBar
from ui.web.page_words import on_page

_HEALTH_REFRESH_SECONDS = 0.7  # seconds between two polls
_CHECK_TEXTS = {  # check -> its name, the sentence where it is well, and where it is not
    "ledger": (
        marked("Documents and passages"),
        marked("Every document is whole, with all its passages."),
        marked("The library's own file, or a document in it, is damaged."),
    ),
    "word index": (
        marked("Search by words"),
        marked("Every passage is found by its own words."),
        marked("The index of words is damaged or has fallen behind."),
    ),
    "Chroma": (
        marked("Search by meaning"),
        marked("Every passage is found by its meaning."),
        marked(
            "The index of meaning is damaged or has fallen behind. Until it is repaired, all passages are compared."
        ),
    ),
    "files": (
        marked("Your files"),
        marked("They have not changed since they were read."),
        marked("Some have changed since they were read. Add their folder again to update them."),
    ),
    "space": (
        marked("Space on disk"),
        marked("No leftovers from interrupted jobs."),
        marked("There are leftovers from an interrupted job. Repair removes them."),
    ),
}
_PART_LABELS = {
    "ledger": marked("Texts, passages and vectors"),
    "conversations": marked("Conversations"),
    "word index": marked("Index of words"),
    "Chroma": marked("Index of meaning"),
    "uploads": marked("Copies of dropped files"),
    LEFT_OVER: marked("Other files"),
}


@dataclass(frozen=True, slots=True)
class HealthFindings:
    """The result of a health check."""

    library: tuple[HealthCheck, ...]
    machine: tuple[HealthCheck, ...]
    passages: int
    repaired: bool = False
    seconds: float = 0.0  # of the repair

    @property
    def damaged(self) -> tuple[HealthCheck, ...]:
        """The parts of the library that are damaged."""
        return tuple(check for check in self.library if not check.ok)


@st.cache_resource(show_spinner=False)
def _health_tasks() -> BackgroundTasks[HealthFindings]:
    return BackgroundTasks()


def show(library: Library) -> None:
    """Draw it."""
    key = str(library.folder)
    if who := library.holder():
        st.html(html_views.quiet(tr("The library is being written to: {who}", who=show_message(who))))
    newest = _health_tasks().newest(key)
    if newest is not None and not newest.over:
        _wait(newest)
        return
    found = _health_tasks().last(key)
    if newest is not None and newest.problem is not None:
        session.problem_text(newest.problem)
    if found is None:
        st.html(html_views.quiet(tr("Checks every document, index and file. Changes nothing.")))
    else:
        _show_findings(library, found)
    st.button(
        tr("Run check") if found is None else tr("Run again"),
        key="health-look", icon=":material/stethoscope:", type="secondary" if found else "primary",
        on_click=_begin, args=(library, False),
    )  # fmt: skip
    _space(library)
    if found is not None:
        with st.expander(tr("The program and its models"), key="health-machine"):
            rows = [
                ("well" if each.ok else "ill", show_message(each.name), show_message(each.detail), "")
                for each in found.machine
            ]
            st.html(library_views.checks(rows))


def _begin(library: Library, repair: bool) -> None:
    _health_tasks().begin(str(library.folder), object(), partial(look, library.folder.name, repair=repair))


def look(name: str, *, repair: bool = False) -> HealthFindings:
    """Check a library and the machine; with ``repair`` its indexes are rebuilt first.

    The library is opened again: an open one would not be read from disk again.
    """
    settings = load()
    begun = time.monotonic()
    with open_library(settings, name) as library:
        if repair:
            library.repair()
        seconds = time.monotonic() - begun
        return HealthFindings(
            tuple(health.check(library)),
            tuple(doctor.machine(settings, library_names(settings.home), repair=repair)),
            library.ledger.size(),
            repair,
            seconds,
        )


@st.fragment(run_every=_HEALTH_REFRESH_SECONDS)
def _wait(task: BackgroundTask[HealthFindings]) -> None:
    if task.over:
        st.rerun()
    seconds = round(time.monotonic() - task.begun)
    words = tr("Checking every passage…")
    st.html(library_views.busy(f"{words} {tr('{seconds} s', seconds=seconds)}" if seconds >= 2 else words))


def _show_findings(library: Library, found: HealthFindings) -> None:
    with st.container(border=True, key="health"):
        st.html(library_views.smaller(verdict(found)))
        if found.repaired:
            st.html(html_views.quiet(_done(found)))
        st.html(library_views.checks(rows(found.library)))
        ledger = any(check.name == "ledger" for check in found.damaged)
        if ledger or (found.damaged and found.repaired):
            _by_hand(library, ledger)
        elif found.damaged or any(check.name == "space" and check.remark for check in found.library):
            st.button(
                tr("Repair"), key="health-repair", icon=":material/build:", type="primary",
                help=tr("Rebuilds both indexes from the stored text. Nothing is read or embedded again."),
                on_click=_begin, args=(library, True),
            )  # fmt: skip


def verdict(found: HealthFindings) -> str:
    """Return the result in one sentence."""
    if not found.damaged:
        return tr("Everything is in order.")
    return trn(len(found.damaged), "One thing needs attention.", "{n} things need attention.")


def _done(found: HealthFindings) -> str:
    return trn(
        found.passages,
        ("Both indexes were rebuilt from the one stored passage, in {seconds} s. Nothing was read or embedded again."),
        ("Both indexes were rebuilt from {n} stored passages, in {seconds} s. Nothing was read or embedded again."),
        seconds=number(found.seconds, ".1f"),
    )


def rows(checks: Sequence[HealthCheck]) -> list[tuple[str, str, str, str]]:
    """Return state, name, sentence and details of each check, as ``library_views.checks`` draws them."""
    drawn = []
    for check in checks:
        state = "ill" if not check.ok else "mind" if check.remark else "well"
        kind = "Chroma" if check.name.startswith("Chroma") else check.name
        if kind not in _CHECK_TEXTS:
            drawn.append((state, check.name, check.detail, ""))
            continue
        name, well, ill = _CHECK_TEXTS[kind]
        details = check.note if kind == "space" else check.detail  # sizes are drawn below
        drawn.append((state, tr(name), tr(well if state == "well" else ill), show_message(on_page(details))))
    return drawn


def _by_hand(library: Library, ledger: bool) -> None:
    """Draw the command for what the page cannot repair itself, because it is using the file."""
    st.html(
        html_views.quiet(
            tr(
                "Quit Oaken, then save what can be read of the file. Documents that are lost are read again "
                "when you add their folder."
            )
            if ledger
            else tr("The repair did not help. Quit Oaken, then try it from a terminal.")
        )
    )  # fmt: skip
    st.code(f"oaken doctor --repair --library {library.folder.name}", language=None, wrap_lines=True)


def _space(library: Library) -> None:
    sizes = space(library)
    bars = [
        ChartBar(tr(_PART_LABELS[name]), size, file_size(size))
        for name, size in sorted(sizes.items(), key=lambda each: -each[1])
        if size and name
    ]
    title = tr("{size} on disk", size=file_size(sum(sizes.values())))
    st.html(library_views.charts([(title, tr("size of the files"), bars)]))
