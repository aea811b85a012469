"""Measure the page Library over many documents: ``python -m benchmarks.speed.library_page [DOCUMENTS]``.

A ledger of made-up documents, each of one chunk with a vector drawn at random, one in forty without text; the real app
and Chromium. Seconds as a person sees them, median of five: from the click to the drawn list, from the words typed
to the list of what was found, from a click to the tick and its buttons.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.speed.vector_index import unit
from rag.embedding.registry import DEFAULT_EMBEDDER
from rag.library.library import Library
from rag.types import Chunk, Document, Element, FileRecord, FileStamp, Outcome, chunk_id, document_id
from tests.browser.conftest import CHROMIUM, QUIET, app, known
from ui.web.library.table_rows import DocumentFilter, choices, columns
from ui.web.library.table_rows import found as filtered

TIMES, LANGUAGES, KINDS = 5, ("en", "es", "ru", "de"), (".pdf", ".md", ".docx", ".txt", ".html", ".eml")
COLUMNS = {"step": "", "seconds": ".2f"}
TOPICS = ("invoice", "minutes", "manual", "letter", "report", "contract", "recipe", "survey")


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, look, print."""
    parser = benchmark_parser("benchmarks.speed.library_page", __doc__)
    parser.add_argument("documents", type=int, nargs="?", default=10_000)
    options = parse_options(parser, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        card = DEFAULT_EMBEDDER
        assert card is not None
        with Library.open(home / "libraries" / "default", card) as library:
            build(library, options.documents)
            rows = without_page(library)
        with app(home, Path(scratch) / "log") as (address, _), sync_playwright() as playwright:
            browser = known(playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET))
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            rows |= in_the_browser(page, address, options.documents)
            browser.close()
    title = f"The page Library over {options.documents:,} documents: seconds"
    publish(options, "library_page", title, COLUMNS, table(rows), f"Median of {TIMES}.")


def build(library: Library, documents: int) -> None:
    """Build a library of so many documents in folders of fifty."""
    random = np.random.default_rng(0)
    for number in range(documents):
        folder, topic = f"folder-{number // 50:03}", TOPICS[number % len(TOPICS)]
        path = f"{folder}/{topic}-{number:05}{KINDS[number % len(KINDS)]}"
        identity, language = document_id("/archive", path), LANGUAGES[number % len(LANGUAGES)]
        text = f"{topic.capitalize()} number {number}."
        stamp = FileStamp(int(random.integers(1_000, 5_000_000)), 1_700_000_000_000_000_000 + number * 10**12, "")
        record = FileRecord(
            identity, f"/archive/{path}", "/archive", path, stamp, Outcome.INDEXED,
            language=language, pages=number % 30, chunks=1, ingested_at="2026-01-01T00:00:00+00:00",
        )  # fmt: skip
        if number % 40 == 0:
            library.store_without_text(
                replace(record, outcome=Outcome.EMPTY, reason="there is no text in it", chunks=0)
            )
            continue
        document = Document(text, (Element("text", 0, len(text)),), "text/plain", language)
        chunk = Chunk(chunk_id(identity, 0, text), identity, 0, text, 0, len(text), None, (), language)
        library.replace(record, document, [chunk], unit(random.normal(size=(1, library.embedder.dimension))))


def without_page(library: Library) -> dict[str, float]:
    """Return the seconds of what the page's script does, without the page."""
    records = library.records()
    steps: list[tuple[str, Callable[[], object]]] = [
        ("records of the ledger", library.records),
        ("what can be filtered by", lambda: choices(records)),
        ("found by a word", lambda: filtered(records, DocumentFilter(words="invoice"))),
        ("columns", lambda: columns(records, str)),
    ]
    medians = {}
    for name, work in steps:
        taken = []
        for _ in range(TIMES):
            begun = time.perf_counter()
            work()
            taken.append(time.perf_counter() - begun)
        medians[f"the script alone: {name}"] = statistics.median(taken)
    return medians


def table(seconds: Mapping[str, float]) -> list[dict[str, Cell]]:
    """Return a row for each step."""
    return [dict(zip(COLUMNS, pair, strict=True)) for pair in seconds.items()]


class Waits:
    """Seconds that a person waits, by what for."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {}

    def until(self, name: str, act: Callable[[], object], done: Callable[[], object]) -> None:
        """Act, wait for what that brings, and note the seconds."""
        begun = time.perf_counter()
        act()
        done()
        self._taken.setdefault(name, []).append(time.perf_counter() - begun)

    def medians(self) -> dict[str, float]:
        """Return the median of each."""
        return {name: statistics.median(seconds) for name, seconds in self._taken.items()}


def in_the_browser(page: Page, address: str, documents: int) -> dict[str, float]:
    """Return the seconds that a person waits."""
    page.set_default_timeout(120_000)
    page.goto(address)
    page.get_by_placeholder("Ask your documents").wait_for()
    waits = Waits()

    def says(words: str) -> Callable[[], None]:
        return lambda: expect(page.get_by_text(words, exact=True)).to_be_visible()

    found = sum(number % len(TOPICS) == 0 for number in range(documents))
    unread = len(range(0, documents, 40))
    grid, find = page.get_by_test_id("stDataFrame"), page.get_by_label("Find a document")
    for turn in range(TIMES):
        link = page.get_by_role("link", name="Library", exact=True)
        waits.until("open" if turn else "open, the first time", link.click, grid.locator("canvas").first.wait_for)
        page.wait_for_timeout(1000)
        waits.until("find by a word", lambda: find.fill("invoice"), says(f"{found:,} of {documents:,} documents"))
        waits.until("clear the search", lambda: find.fill(""), says(f"{documents:,} documents"))
        page.wait_for_timeout(1000)
        waits.until("select one", lambda: grid.click(position={"x": 16, "y": 53}), says("1 document selected"))
        waits.until(
            "select all", lambda: grid.click(position={"x": 16, "y": 18}), says(f"{documents:,} documents selected")
        )
        waits.until(
            "show those without text",
            page.get_by_text("Show them").click,
            says(f"{unread:,} of {documents:,} documents"),
        )
        find.fill("no such document")  # the filter would still be there next time
        page.get_by_role("button", name="Show all").click()
        says(f"{documents:,} documents")()
        page.get_by_role("link", name="Ask", exact=True).click()
        page.get_by_placeholder("Ask your documents").wait_for()
    return waits.medians()


if __name__ == "__main__":
    main()
