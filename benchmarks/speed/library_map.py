"""Measure the library's map: ``python -m benchmarks.speed.library_map [DOCUMENTS] [--keep FOLDER]``; default 10,000.

A ledger of made-up documents of four chunks, whose vectors lie around sixty topics. Seconds: each document's mean
vector read from the ledger; the positions of 1,000, 2,000 and of all, and how many documents are nearest to one of
their own topic, by t-SNE (among landmarks where there are many) and by the two principal components alone. Then the
real app and Chromium, from a click to what it brings: the median of three.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from benchmarks.speed.library_page import COLUMNS, Waits, table
from benchmarks.speed.vector_index import unit
from rag.embedding.registry import DEFAULT_EMBEDDER
from rag.library.document_map import _directions, document_vectors, map_positions
from rag.library.library import Library
from rag.types import Chunk, Document, Element, FileRecord, FileStamp, Outcome, chunk_id, document_id
from tests.browser.conftest import CHROMIUM, QUIET, app, known
from ui.web.library.map_chart import AXIS_LIMIT

TIMES, TOPICS, CHUNKS = 3, 60, 4
MAP = {"step": "", "seconds": ".2f", "nearest is of the same topic": ".3f", "by two principal components": ".3f"}
KINDS, LANGUAGES = (".pdf", ".md", ".docx", ".txt"), ("en", "es", "ru")


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, place, look, print."""
    parser = benchmark_parser("benchmarks.speed.library_map", __doc__)
    parser.add_argument("documents", type=int, nargs="?", default=10_000)
    parser.add_argument("--keep", type=Path, help="build the home there, or use the one that is there")
    options = parse_options(parser, arguments)
    with tempfile.TemporaryDirectory() as scratch:
        home = options.keep or Path(scratch) / "home"
        fresh = not home.exists()
        with Library.open(home / "libraries" / "default", DEFAULT_EMBEDDER) as library:
            if fresh:
                build(library, options.documents)
            rows, spots = positions(library)
        publish(options, "library_map", f"Map of {options.documents:,} made-up documents: positions", MAP, rows)
        with app(home, Path(scratch) / "log") as (address, _), sync_playwright() as playwright:
            browser = known(playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET))
            waits = in_the_browser(browser.new_page(viewport={"width": 1280, "height": 1400}), address, spots)
            browser.close()
    note = f"Median of {TIMES}."
    publish(options, "library_map_page", "Map and charts on the page: seconds", COLUMNS, table(waits), note)


def build(library: Library, documents: int) -> None:
    """Build a library of so many documents in twelve folders; a document's topic is in its name."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(TOPICS, library.embedder.dimension))
    for number in range(documents):
        topic = int(random.integers(TOPICS))
        path = f"folder-{number % 12:02}/topic-{topic:02}-{number:05}{KINDS[number % len(KINDS)]}"
        identity, language = document_id("/archive", path), LANGUAGES[number % len(LANGUAGES)]
        texts = [f"Passage {each} of document {number}." for each in range(CHUNKS)]
        text = "\n".join(texts)
        starts = [text.index(each) for each in texts]
        chunks = [
            Chunk(chunk_id(identity, start, each), identity, at, each, start, start + len(each), None, (), language)
            for at, (start, each) in enumerate(zip(starts, texts, strict=True))
        ]
        elements = tuple(Element("text", chunk.start, chunk.end) for chunk in chunks)
        record = FileRecord(
            identity, f"/archive/{path}", "/archive", path, FileStamp(1, 1), Outcome.INDEXED,
            language=language, chunks=CHUNKS,
        )  # fmt: skip
        own = centres[topic] + 0.7 * random.normal(size=centres[topic].shape)
        vectors = unit(own + 0.7 * random.normal(size=(CHUNKS, len(own))))
        library.replace(record, Document(text, elements, "text/plain", language), chunks, vectors)


@contextmanager
def timed(taken: dict[str, float], name: str) -> Iterator[None]:
    """Note how long it takes."""
    begun = time.perf_counter()
    yield
    taken[name] = time.perf_counter() - begun


def positions(library: Library) -> tuple[list[dict[str, Cell]], dict[str, tuple[float, float]]]:
    """Return the table of positions, worked out without the page, and the position of each file name."""
    taken: dict[str, float] = {}
    with timed(taken, "mean vectors of all documents"):
        ids, vectors = document_vectors(library.ledger)
    records = {record.id: record for record in library.records()}
    topics = np.array([int(records[each].path.partition("topic-")[2][:2]) for each in ids])
    rows = [row("mean vectors of all documents", taken["mean vectors of all documents"])]
    for count in sorted({min(count, len(ids)) for count in (1_000, 2_000, len(ids))}):
        name = f"positions of {count:,}"
        with timed(taken, name):
            found = map_positions(vectors[:count])
        flat = _directions(vectors[:count].astype(float), 2)
        rows.append(row(name, taken[name], together(found, topics[:count]), together(flat, topics[:count])))
    return rows, {Path(records[each].path).name: (float(x), float(y)) for each, (x, y) in zip(ids, found, strict=True)}


def row(*cells: Cell) -> dict[str, Cell]:
    """Return one row of the table of positions; missing cells are empty."""
    return dict(zip(MAP, [*cells, None, None], strict=False))


def together(found: np.ndarray, topics: np.ndarray) -> float:
    """Return the share of documents whose nearest one on the map has the same topic."""
    right = 0
    for at in range(0, len(found), 1_000):
        apart = ((found[at : at + 1_000, None] - found[None]) ** 2).sum(axis=2)
        apart[np.arange(len(apart)), np.arange(at, at + len(apart))] = np.inf
        right += int((topics[apart.argmin(axis=1)] == topics[at : at + 1_000]).sum())
    return right / len(found)


def in_the_browser(page: Page, address: str, spots: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Return the seconds that a person waits."""
    page.set_default_timeout(240_000)
    page.goto(address)
    page.get_by_placeholder("Ask your documents").wait_for()
    page.get_by_role("link", name="Library", exact=True).click()
    buttons = page.get_by_test_id("stButtonGroup")
    drawing, legend = page.locator(".marks").first, page.locator(".oaken-legend")
    told = page.locator(".st-key-map-chosen .oaken-smaller").first
    hovered = page.locator("#vg-tooltip-element.visible")
    waits = Waits()

    def show(view: str) -> Callable[[], None]:
        return lambda: buttons.get_by_text(view, exact=True).click()

    def point_at(spot: tuple[float, float]) -> str:
        """Move to the document at that place, or the next above it (the drawing keeps a margin); its name."""
        box = drawing.bounding_box()
        assert box is not None
        x, y = (0.5 + spot[0] / (2 * AXIS_LIMIT), 0.5 - spot[1] / (2 * AXIS_LIMIT))
        for up in range(0, 60, 2):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"] - up)
            page.wait_for_timeout(300)
            if hovered.count():
                return next(name for name in hovered.inner_text().split() if name.startswith("topic-"))
        raise AssertionError("no document is there")

    def click() -> None:
        page.mouse.down()
        page.mouse.up()

    for turn, spot in enumerate(list(spots.values())[:: len(spots) // TIMES][:TIMES]):
        waits.until("the map again" if turn else "the map, positions worked out", show("Map"), drawing.wait_for)
        page.wait_for_timeout(3_000)
        waits.until(
            "coloured by type", show("Type"), partial(expect(legend).to_contain_text, "Markdown", timeout=60_000)
        )
        page.wait_for_timeout(6_000)
        name = point_at(spot)
        waits.until("a point chosen", click, partial(expect(told).to_have_text, name, timeout=60_000))
        page.wait_for_timeout(3_000)
        waits.until("charts", show("Charts"), page.locator(".oaken-charts").wait_for)
        page.wait_for_timeout(1_000)
    return waits.medians()


if __name__ == "__main__":
    main()
