"""Progress of ingest jobs: each file while a job runs, and the outcome of each at its end."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import streamlit as st

from ingest.next_steps import next_step
from ingest.report import IngestProgress, IngestReport
from rag.errors import OakenError
from rag.library.maintenance.reembed import ReembedProgress
from rag.messages import Message
from rag.types import Outcome
from ui.shared.folders import sample_folder
from ui.shared.formatting import duration, file_name, one_line
from ui.shared.i18n import number, show_message, tr, trn
from ui.web import added_offer, html_views, session
from ui.web.library.ingest_jobs import IngestJob, IngestJobs, IngestRequest, IngestResult
from ui.web.library.table_rows import has_text

JOBS = "library-jobs"  # the key of the container that shows the jobs
REMOVALS = "/removals"  # after a library's name: removals do not wait for an ingest
_LANES = ("", REMOVALS)
_PROGRESS_SECONDS = 0.7  # seconds between two polls
_OUTCOMES_SHOWN = 8  # most files whose outcomes are all shown at once; of more, only those without text
_MIN_SHOWN_BYTES = 1_000_000  # bytes to read from which they are told
_SHOWN, _DRAWN = 20, 500  # outcomes shown, and drawn on demand


@st.cache_resource(show_spinner=False)
def runs() -> IngestJobs:
    """Return the ingest jobs of all pages of this app."""
    return IngestJobs()


def live(name: str) -> list[tuple[IngestJob, ...]]:
    """Return a library's running jobs, each with those waiting for it: files added, and documents removed."""
    return [found for lane in _LANES if (found := runs().live(name + lane))]


def forget(name: str) -> None:
    """Forget how the jobs of a library ended that is renamed or deleted."""
    for lane in _LANES:
        runs().forget(name + lane)


def _forget_stale(name: str) -> None:
    """Forget the runs that name only files which were removed since."""
    with contextlib.suppress(OakenError):  # the library cannot be opened: that is told elsewhere
        if any(_sources(each) for each in runs().ended(name)):
            held = {record.source for record in session.assistant_of(name).library.records()}
            runs().forget_stale(name, lambda ended: is_stale(ended, held))


def is_stale(ended: IngestResult, held: Collection[str]) -> bool:
    """Tell whether a run names files, and none of them is among the ``held`` sources of the library any more.

    A folder that cannot be read is told of, and never held.
    """
    sources = _sources(ended)
    return bool(sources) and not any(source in held or Path(source).is_dir() for source in sources)


def _sources(ended: IngestResult) -> list[str]:
    return [each.source for each in ended.report.outcomes] if ended.report is not None else []


def show() -> None:
    """Draw the running jobs, and how the last ones ended.

    Each has its own place: what is left of a job's progress would else stand for a moment in the card of its end.
    """
    name = session.library_name()
    with st.container(key=JOBS):
        with st.container():
            _running(name)
        with st.container():
            _all_ended(name)


def _all_ended(name: str) -> None:
    """Draw how the last job ended; of earlier ones only those of this visit that could not take everything."""
    _forget_stale(name)
    ended = [each for lane in _LANES for each in runs().ended(name + lane)]
    if not ended:
        return
    last, *earlier = sorted(ended, key=lambda each: each.number, reverse=True)
    news = {each.number for each in ended if runs().is_news(each.number, session.visit())}
    _ended(name, last, folded=last.number not in news)
    for each in earlier:
        if each.number in news and _problems(each):
            _ended(name, each, folded=True)


def _problems(ended: IngestResult) -> bool:
    """Tell whether a job ended early, or left a file without text."""
    return ended.problem is not None or any(not has_text(outcome) for _, outcome, _ in outcomes(ended)
                                            if outcome != "removed")  # fmt: skip


def _dismiss(name: str, number: int) -> None:
    for lane in _LANES:
        runs().dismiss(name + lane, number)


def beginning() -> None:
    """Draw the first job of a library on a page that has nothing else to show yet."""
    st.html(
        html_views.heading_line(
            tr("Reading your documents"),
            tr("You may leave this page or close it: reading continues. You can ask as soon as they are read."),
        )
    )
    _running(session.library_name())


def problems() -> None:
    """Draw why the last job added nothing, where that is so."""
    name = session.library_name()
    _forget_stale(name)
    for ended in runs().ended(name)[:1]:
        _ended(name, ended, folded=False)


def _running(name: str) -> None:
    if lanes := live(name):  # before the finished ones are read: a job that ends now is in at least one of them
        _follow(name, _shown_lanes(lanes))


def _shown_lanes(lanes: Sequence[tuple[IngestJob, ...]]) -> tuple[tuple[int, bool], ...]:
    """Return the number of each job, and whether its files can be asked: what the page around it depends on."""
    return tuple((lane[0].number, _is_askable(lane[0].progress)) for lane in lanes)


def _is_askable(progress: IngestProgress | ReembedProgress | None) -> bool:
    return isinstance(progress, IngestProgress) and progress.all_read


@st.fragment(run_every=_PROGRESS_SECONDS)
def _follow(name: str, begun: tuple[tuple[int, bool], ...]) -> None:
    """Watch a job; redraw the page when another one begins, one is done, or its files can be asked."""
    lanes = live(name)
    if _shown_lanes(lanes) != begun:
        st.rerun()
    for lane in lanes:
        with st.container(border=True, key=f"taking-{'out' if lane[0].request.gone else 'in'}"):
            _current_file(lane[0])
            for taking in lane[1:]:
                with st.container(horizontal=True, vertical_alignment="center", key=f"queued-{taking.number}"):
                    st.html(
                        html_views.quiet(tr("After that: {what}", what=request_text(taking.request))), width="stretch"
                    )
                    st.button(tr("Cancel"), key=f"forgo-{taking.number}", type="tertiary", on_click=taking.stop)


def _current_file(taking: IngestJob) -> None:
    progress = taking.progress
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="oaken-strong">{html_views.text(request_text(taking.request))}</p>', width="stretch")
        st.button(
            tr("Stopping…") if taking.stopped else tr("Stop"),
            key=f"stop-{taking.number}",
            icon=":material/stop_circle:",
            disabled=taking.stopped,
            on_click=taking.stop,
        )
    st.progress(min(_share(progress), 1.0), width="stretch")
    if taking.busy:
        st.html(html_views.quiet(tr("Waiting for another program to finish: {who}", who=show_message(taking.busy))))
    elif progress is None:
        st.html(html_views.quiet(show_message(taking.preparing) or tr("Getting ready…")))
    else:
        st.html(html_views.quiet(" · ".join(pace(progress))) + html_views.quiet(current_file(progress.source)))
    if taking.request.embedder:
        st.html(html_views.quiet(tr("You may leave this page or close it. You can keep asking meanwhile.")))


def _share(progress: IngestProgress | ReembedProgress | None) -> float:
    """Return the share of a job's work that is done."""
    if progress is None:
        return 0.0
    if isinstance(progress, ReembedProgress):
        return progress.share
    return progress.share or progress.done / max(progress.total, 1)


def current_file(source: str) -> str:
    """Return the file that a job is at, by its name: where it lies is nobody's business but its owner's."""
    if isinstance(source, Message) and isinstance(path := source.params.get("source"), str):
        source = Message(source.template, **(source.params | {"source": file_name(path)}))
        return one_line(show_message(source))
    return file_name(source) if source else ""


def pace(progress: IngestProgress | ReembedProgress) -> list[str]:
    """Return how far a job is, how fast it goes and how long it will take, in the page's language."""
    if isinstance(progress, ReembedProgress):
        words = [tr("{done} of {total} documents", done=number(progress.done), total=number(progress.total))]
        return [*words, *_left(progress.seconds_left)]
    words = [tr("{done} of {total} files", done=number(progress.done), total=number(progress.total))]
    if progress.all_read and progress.to_embed:
        done = number(100 * progress.embedded // progress.to_embed)
        words = [tr("You can ask already; search by meaning is {done} % ready", done=done)]
    elif progress.all_read:
        words.insert(0, tr("Indexing…"))
    elif progress.to_read >= _MIN_SHOWN_BYTES:
        read, whole = number(progress.read / 1e6, ".1f"), number(progress.to_read / 1e6, ".1f")
        words.append(tr("{read} of {whole} MB", read=read, whole=whole))
    if progress.files and not progress.all_read:
        words.append(tr("{speed} files/s", speed=number(progress.files_a_second, ".1f")))
    return [*words, *_left(progress.seconds_left)]


def _left(seconds: float | None) -> list[str]:
    return [] if seconds is None else [tr("{time} left", time=duration(seconds))]


def request_text(request: IngestRequest) -> str:
    """Return a request in a few words."""
    if request.embedder:
        return tr("Preparing your documents for search by meaning in any language")
    if request.gone:
        return trn(len(request.gone), "Removing {n} document", "Removing {n} documents")
    if request.read_again:
        return trn(len(request.read_again), "Reading one document again", "Reading {n} documents again")
    if request.retry_incomplete:
        return tr("Retrying files without text")
    if request.vectors:
        return tr("Preparing the search by meaning")
    if request.addresses:
        return tr("Adding {name}", name=", ".join(map(file_name, request.addresses)))
    if len(request.paths) == 1:
        return tr("Adding {name}", name=one_line(_name(request.paths[0])))
    return trn(len(request.paths), "Adding {n} file", "Adding {n} files")


def _name(path: Path) -> str:
    return tr("the sample documents") if path == sample_folder() else file_name(str(path))


def _ended(name: str, ended: IngestResult, *, folded: bool) -> None:
    """Draw how a job ended: a card, or folded to a line where it was seen before."""
    if folded:
        with st.expander(summary(ended), key=f"ended-{ended.number}"):
            _result(ended, unfold=True)
            _dismiss_button(name, ended)
        return
    with st.container(border=True, key=f"ended-{ended.number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="oaken-strong">{html_views.text(summary(ended))}</p>', width="stretch")
            _dismiss_button(name, ended)
        added_offer.show(name, ended)
        _result(ended)


def _dismiss_button(name: str, ended: IngestResult) -> None:
    key = f"dismiss-{ended.number}"
    st.button(tr("Dismiss"), key=key, type="tertiary", on_click=_dismiss, args=(name, ended.number))


def _result(ended: IngestResult, *, unfold: bool = False) -> None:
    """Draw the outcome of each file once: those to notice, then the others on demand, or at once to ``unfold`` them."""
    if ended.problem is not None:
        session.problem_text(ended.problem)
    rows = outcomes(ended)
    noticed = [] if ended.request.gone else [row for row in rows if not has_text(row[1]) or is_in_part(row)]
    first = rows if len(rows) <= _OUTCOMES_SHOWN else noticed[:_SHOWN]
    others = rows[len(first) :]  # what is to be noticed comes first in the rows
    if first:
        st.html(html_views.outcomes(_with_steps(first)))
    if others:
        label = trn(len(others), "{n} more file", "{n} more files") if first else _each(len(others))
        with st.container() if unfold else st.expander(label, key=f"each-{ended.number}"):
            st.html(html_views.outcomes(_with_steps(others[:_DRAWN])))
            if (rest := len(others) - _DRAWN) > 0:
                more = trn(rest, "{n} more is in the list below.", "{n} more are in the list below.")
                st.html(html_views.quiet(more))
    if ended.report is not None and ended.report.note:
        st.html(html_views.quiet(show_message(ended.report.note)))


def _with_steps(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Return the rows of :func:`outcomes`, each with what may help."""
    known = {each.value: each for each in Outcome}
    return [
        (source, outcome, why, next_step(known[outcome], why) if outcome in known else "")
        for source, outcome, why in rows
    ]


def _each(number: int) -> str:
    return trn(number, "Each file ({n})", "Each file ({n})")


def outcomes(ended: IngestResult) -> list[tuple[str, str, str]]:
    """Return (source, outcome, reason) of each file of a run: not added, read in part, removed, added, unchanged."""
    report = ended.report or IngestReport()
    rows = [(each.source, each.outcome.value, each.reason) for each in report.outcomes]
    refused = [(name, "failed", reason) for name, reason in ended.request.refused]
    why = "" if ended.request.gone else tr("its file is gone")
    gone = [(source, "removed", why) for source in report.gone]
    return [
        *refused,
        *(row for row in rows if not has_text(row[1])),
        *(row for row in rows if is_in_part(row)),
        *gone,
        *(row for row in rows if has_text(row[1]) and row[1] != "unchanged" and not is_in_part(row)),
        *(row for row in rows if row[1] == "unchanged"),
    ]


def is_in_part(row: tuple[str, str, str]) -> bool:
    """Tell whether the file of a row was read, but not all of it."""
    return row[1] == Outcome.INDEXED.value and bool(row[2])


def summary(ended: IngestResult) -> str:
    """Return how a job ended, in a sentence or two."""
    report = ended.report
    if report is None:
        return tr("It ended early: {what}", what=request_text(ended.request))
    if ended.request.embedder:
        return (
            tr("Stopped. What is done is kept, and you can continue at any time.")
            if report.stopped
            else tr("Questions and documents in any language are now matched by meaning.")
        )
    if ended.request.gone:
        return trn(len(report.gone), "{n} document removed.", "{n} documents removed.")
    rows = outcomes(ended)
    if not rows:
        return tr("Stopped before the first file.") if report.stopped else _nothing_done(ended.request)
    taken = sum(has_text(outcome) for _, outcome, _ in rows)
    files = sum(outcome != "removed" for _, outcome, _ in rows)
    words = trn(files, "{taken} of {n} file is ready.", "{taken} of {n} files are ready.",
                taken=number(taken))  # fmt: skip
    if report.in_part:
        words += " " + tr("Read in part: {n}.", n=number(len(report.in_part)))
    if report.stopped:
        words += " " + tr("It was stopped before the end. Add the same again to continue.")
    return words


def _nothing_done(request: IngestRequest) -> str:
    if request.vectors:
        return tr("All documents are found by their meaning now.")
    if request.retry_incomplete or request.read_again:
        return tr("Nothing to retry: every file has text.")
    return tr("There is no file to add in {name}.", name=one_line(_name(request.paths[0])) if request.paths else "")
