"""Web pages that a person names beside files and folders: fetched before a library is touched, then kept as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.report import FileOutcome, IngestReport
from ingest.web import fetch as web_fetch
from ingest.web.addresses import WebAddress, looks_like_address, read_address
from ingest.web.media_types import suffix_of
from ingest.web.store import KeptPage, keep, kept_page
from rag.errors import OakenError, UsageError
from rag.library.library import Library
from rag.messages import Message, joined
from rag.settings import require_online
from rag.types import Outcome, is_address
from ui.shared.deletion import forget


@dataclass(frozen=True, slots=True)
class GivenSources:
    """What a person named: files and folders, and addresses of pages."""

    paths: tuple[Path, ...] = ()
    addresses: tuple[WebAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedPages:
    """What fetching gave: pages, new or as they are kept, and what became of the others."""

    pages: tuple[tuple[WebAddress, web_fetch.FetchedPage | KeptPage], ...] = ()
    failed: tuple[FileOutcome, ...] = ()

    def keep(self, library: Path) -> dict[Path, str]:
        """Write the new ones into the library's folder; return the file of each page, and its address.

        Raises OakenError where that cannot be written.
        """
        kept = [each if isinstance(each, KeptPage) else keep(library, address, each) for address, each in self.pages]
        return {page.path_in(library): page.address for page in kept}

    def finish(self, library: Library, report: IngestReport, kept: Iterable[Path]) -> IngestReport:
        """Return the report with the pages that were not fetched; remove what a page was of another kind before."""
        files = {path.name for path in kept}
        addresses = {str(address) for address, _ in self.pages}
        old = [each for each in library.records() if each.source in addresses and each.path not in files]
        if old and not report.stopped:
            forget(library, old)
        return replace(report, outcomes=(*report.outcomes, *self.failed)) if self.failed else report


def sources_of(given: Iterable[str | Path]) -> GivenSources:
    """Tell addresses from paths. Raises UsageError for an address that cannot be fetched, before any look-up."""
    paths: list[Path] = []
    addresses: dict[str, WebAddress] = {}
    for each in given:
        if isinstance(each, str) and looks_like_address(each):
            address = read_address(each)
            addresses[str(address)] = address
        else:
            paths.append(Path(each))
    if addresses:
        require_online(Message("No web page is fetched"))
    return GivenSources(tuple(paths), tuple(addresses.values()))


def fetch_pages(
    sources: GivenSources,
    library: Path,
    *,
    on_page: Callable[[str], object] = lambda address: None,
    stop: Callable[[], bool] = lambda: False,
) -> FetchedPages:
    """Fetch the pages, each only if it changed since it was kept in the library of that folder.

    One that cannot be had is an outcome among the others; raises OakenError where there is nothing else.
    ``on_page`` is told each address before it is fetched; ``stop`` is asked then.
    """
    if sources.addresses:
        require_online(Message("No web page is fetched"))
    pages: list[tuple[WebAddress, web_fetch.FetchedPage | KeptPage]] = []
    failed: list[FileOutcome] = []
    problems: list[OakenError] = []
    for address in sources.addresses:
        if stop():
            break
        on_page(str(address))
        try:
            pages.append((address, _fetch(address, kept_page(library, address))))
        except OakenError as error:
            problems.append(error)
            failed.append(FileOutcome(str(address), Outcome.FAILED, error.text))
    if problems and not pages and not sources.paths:
        raise problems[0] if len(problems) == 1 else OakenError(joined("\n", [each.text for each in problems]))
    return FetchedPages(tuple(pages), tuple(failed))


def _fetch(address: WebAddress, kept: KeptPage | None) -> web_fetch.FetchedPage | KeptPage:
    try:
        page = web_fetch.fetch(address, kept.version if kept is not None else None)
    except web_fetch.PageGoneError as error:
        if kept is None:
            raise
        raise OakenError(
            Message(
                "The page {address} is gone. The library keeps it as it was on {day}.",
                address=str(address),
                day=kept.day,
            ),
            Message("Remove it with: oaken remove {address}", address=str(address)),
        ) from error
    if page.content is None and kept is not None:
        return kept
    suffix_of(page.content_type, page.final)
    return page


def file_paths(given: Sequence[str | Path]) -> list[Path]:
    """Return what was given as paths. Raises UsageError for an address: only ``oaken ingest`` fetches."""
    address = next(
        (each for each in given if isinstance(each, str) and (looks_like_address(each) or is_address(each))), ""
    )
    if address:
        raise UsageError(
            Message("A web page is fetched when you ask for it only, and not watched."), f"oaken ingest {address}"
        )
    return [Path(each) for each in given]
