"""Measure waits on the page Ask: ``python -m benchmarks.speed.ask_page [QUESTIONS]``; default twice 30 of the sample's.

The sample library, the real app and Chromium, all warm. Seconds, median and ninth decile: from the address to a box
that takes a question, in a new tab and in a browser that has never been there; from the Enter key to the first quote
(or "your documents do not say") on the screen, each question in a conversation of its own; of that, the search and the
choice of quotes as the answer's own clock has them. The first half of the questions meets most sentences for the first
time, the second half less and less so.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.results import Cell, benchmark_parser, parse_options, publish
from rag.conversation.chats.store import ChatStore
from rag.types import Answer
from tests.browser.conftest import CHROMIUM, QUIET, REPOSITORY, app, environment, known

_OPENED = 10
COLUMNS = {"from … to …": "", "n": "", "median, s": ".2f", "p90, s": ".2f"}
# The clock is in the page itself: a question from outside costs milliseconds.
_CLOCK = """() => {
  window.begun = window.seen = 0
  document.addEventListener('keydown', event => { if (event.key === 'Enter') window.begun = performance.now() }, true)
  new MutationObserver(() => {
    if (window.begun && !window.seen && document.querySelector('.oaken-card, .oaken-notfound')) {
      requestAnimationFrame(() => { window.seen ||= performance.now() })
    }
  }).observe(document.body, {childList: true, subtree: true})
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table."""
    parser = benchmark_parser("benchmarks.speed.ask_page", __doc__)
    parser.add_argument("questions", type=int, nargs="?", default=30)
    lines = (REPOSITORY / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    every = [row["question"] for row in map(json.loads, lines) if row.get("kind", "answerable") == "answerable"]
    options = parse_options(parser, arguments)
    many = options.questions
    asked = every[:: max(1, len(every) // (2 * many + 2))][: 2 * many + 2]
    first, second = asked[2 : many + 2], asked[many + 2 :]
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        command = [sys.executable, "-m", "ui.cli.main", "ingest", str(REPOSITORY / "data" / "library")]
        subprocess.run(command, env=environment(home), stdout=subprocess.DEVNULL, check=True)
        with app(home, Path(scratch) / "log") as (address, _), sync_playwright() as playwright:
            browser = known(playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET))
            page = browser.new_context().new_page()
            page.set_default_timeout(180_000)
            ready(page, address)
            for question in asked[:2]:  # the model and the caches
                to_first_quote(page, question)
            rows, load = [], os.getloadavg()[0]
            for name, some in (("the first questions", first), ("the next questions", second)):
                rows.append(
                    row(f"question to first quote, {name}", [to_first_quote(page, question) for question in some])
                )
                with ChatStore.open(home / "libraries" / "default") as chats:
                    clocks = [answer.timings for answer in answers(chats)][-len(some) :]
                rows.append(row("of that: search", [clock["retrieve"] for clock in clocks]))
                rows.append(row("of that: quotes", [clock["quote"] for clock in clocks]))
            tabs = [opened(page.context.new_page(), address) for _ in range(_OPENED)]
            browsers = [opened(without_cache(browser), address) for _ in range(_OPENED)]
            rows += [row("open to ready, a new tab", tabs), row("open to ready, a new browser", browsers)]
            browser.close()
    note = f"Load {load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end, {os.cpu_count()} cores."
    publish(options, "ask_page", "The page Ask: seconds", COLUMNS, rows, note)


def answers(chats: ChatStore) -> list[Answer]:
    """Return every answer kept, in the order they were asked for."""
    rows = [row for chat in reversed(chats.list()) for row in chats.tree(chat.id)]
    return [reply.answer for _, replies, _ in rows for reply in replies if reply.answer is not None]


def without_cache(browser: Browser) -> Page:
    """Return a page of a browser without any cache."""
    return browser.new_context().new_page()


def ready(page: Page, address: str) -> None:
    """Open the page and wait until a question can be asked."""
    page.goto(address)
    expect(page.get_by_placeholder("Ask your documents")).to_be_enabled(timeout=180_000)


def opened(page: Page, address: str) -> float:
    """Return the seconds until the page is ready."""
    begun = time.perf_counter()
    ready(page, address)
    taken = time.perf_counter() - begun
    page.close()
    return taken


def to_first_quote(page: Page, question: str) -> float:
    """Return the seconds from the Enter key to the first quote, once the answer is written to its end."""
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".oaken-question")).to_have_count(0)
    page.evaluate(_CLOCK)
    box = page.get_by_placeholder("Ask your documents")
    box.fill(question)
    box.press("Enter")
    page.wait_for_function("() => window.seen > 0")
    taken = page.evaluate("(window.seen - window.begun) / 1000")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0, timeout=180_000)
    return float(taken)


def row(name: str, taken: Sequence[float]) -> dict[str, Cell]:
    """Return one row of the table."""
    cells = (name, len(taken), statistics.median(taken), statistics.quantiles(taken, n=10)[-1])
    return dict(zip(COLUMNS, cells, strict=True))


if __name__ == "__main__":
    main()
