"""Two versions of a lease beside papers that have nothing in common with them."""

from __future__ import annotations

from dataclasses import replace

from rag.library.library import Library
from tests.doubles import file_away, paper

OLD = (
    "Date: 1 May 2021",
    "The monthly rent is 820 euros. It is due on the third working day of each month.",
    "Keeping dogs is not allowed. One cat is allowed. Small animals in cages need no permission at all.",
    "The tenant may end the tenancy with a notice period of three months. Notice must be given in writing.",
    "Subletting is permitted only with the consent of the owner.",
)
NEW = (
    "Date: 1 March 2024",
    "The monthly rent is 910 euros. It is due on the third working day of each month.",
    "Keeping dogs is allowed after asking. One cat is allowed. Small animals in cages need no permission at all.",
    "The tenant may end the tenancy with a notice period of three months. Notice must be given in writing.",
    "The garden behind the house belongs to everybody.",
)
BUDGET = ("The town spends four million on its schools.", "A new tram line was not decided.")
MINUTES = ("Present were Weidner and Lopez.", "The roof is mended in September.")


def fill(library: Library) -> None:
    papers = {
        "contracts/lease_2021.md": ("Residential lease", OLD),
        "contracts/lease_2024.md": ("Residential lease", NEW),
        "budget.md": ("Budget", BUDGET),
        "minutes.md": ("Minutes", MINUTES),
    }
    for path, (title, paragraphs) in papers.items():
        file_away(library, paper(path, *paragraphs, section=title))
    library.follow()


def add(library: Library, path: str, *paragraphs: str, changed_ns: int = 0) -> None:
    record, document, chunks = paper(path, *paragraphs)
    file_away(library, (replace(record, stamp=replace(record.stamp, mtime_ns=changed_ns)), document, chunks))
    library.follow()
