"""An office with folders, copies, titles and three languages, beside the small town of tests/town.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.types import FileStamp, Outcome
from tests.copies import copied
from tests.doubles import BagEmbedder, file_away, paper
from tests.town import embedder, library

__all__ = ["embedder", "library"]

OFFICE = (
    ("leases/lease_kiln.md", "en", "Lease of the kiln yard", 3_000, 300, (
        "The lease of the kiln yard begins on 12 November 2022. The rent is 410 euros a month.",
        "Dogs are allowed in the kiln yard, cats are not.",
    )),
    ("leases/lease_mill.md", "en", "Lease of the mill house", 2_000, 900, (
        "The lease of the mill house begins on 3 May 2021. The rent is 640 euros a month.",
    )),
    ("boiler.txt", "en", "", 1_000, 100, (
        "Boiler manual. The safety valve of the boiler opens at 4.5 bar. Never use vinegar.",
    )),
    ("horario_museo.txt", "es", "", 4_000, 200, (
        "El museo abre de martes a domingo. La entrada cuesta 6 euros. La exposición termina en septiembre.",
    )),
    ("2023/dogovor_pech.txt", "ru", "", 5_000, 250, (
        "Договор на ремонт печи. Стоимость работ составляет 48 000 рублей, аванс — 12 000 рублей.",
    )),
    ("2023/scan.pdf", "en", "", 6_000, 5_000_000, ("The invoice of the chimney sweep is paid in three parts.",)),
)  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Assistant]:
    """Six documents and a copy, found under /srv/secret/papers."""
    with Library.open(copied(tmp_path / "office", "office", _fill_office), BagEmbedder().card) as library:
        yield Assistant(library, BagEmbedder())


def _fill_office(folder: Path) -> None:
    held = Library.open(folder, BagEmbedder().card)
    for path, language, title, when, size, paragraphs in OFFICE:
        record, document, chunks = paper(path, *paragraphs, root="/srv/secret/papers", language=language, section=title)
        stamp = FileStamp(size, when * 86_400 * 10**9, record.stamp.content_hash)
        file_away(held, (replace(record, stamp=stamp), document, chunks))
    first = next(each for each in held.records() if each.path == "boiler.txt")
    copy, *_ = paper("2023/boiler copy.txt", root="/srv/secret/papers")
    held.copy(replace(copy, stamp=first.stamp, outcome=Outcome.DUPLICATE, chunks=first.chunks), first.id)
    held.follow()
    held.close()
