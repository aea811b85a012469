"""PDFs that are damaged or meant to do harm, read as a run reads them: in a worker."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.parse import Parser
from rag.types import Outcome
from tests.ingest import made_pdf
from tests.ingest.doubles import write_pdf

DAMAGED = 60


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(workers=1) as parser:
        yield parser


def highest(pid: int) -> int:
    """MB of memory that a process has had at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


@pytest.mark.parametrize("name", made_pdf.HOSTILE)
def test_a_hostile_file_is_an_outcome_and_the_next_is_read(tmp_path: Path, parser: Parser, name: str) -> None:
    made_pdf.write_objects(tmp_path / f"{name}.pdf", made_pdf.hostile(name))
    assert (tmp_path / f"{name}.pdf").stat().st_size < 5_000
    parsed = parser.parse(tmp_path / f"{name}.pdf")
    if name in ("outline-loop", "claims-many"):  # the one page that there is
        assert parsed.document is not None and parsed.document.text == "Hello from the page"
    elif name == "page-again":
        assert parsed.outcome is Outcome.TOO_LARGE and parsed.reason == "it has more than 20,000 pages; split it"
    else:
        assert parsed.outcome in (Outcome.FAILED, Outcome.EMPTY) and parsed.reason
    if name == "draws-itself":
        assert parsed.reason == "reading it takes more memory than one file may use"
    after = parser.parse(write_pdf(tmp_path / "good.pdf", pages=1))
    assert after.document is not None and "Dogs travel free" in after.document.text
    assert all(highest(pid) < 1_500 for pid in parser.worker_ids)


def test_damage_in_a_file_never_ends_more_than_the_file(tmp_path: Path, parser: Parser) -> None:
    whole = write_pdf(tmp_path / "whole.pdf", pages=2).read_bytes()
    pick = random.Random(1934)
    outcomes: Counter[Outcome] = Counter()
    for number in range(DAMAGED):
        data = bytearray(whole)
        if number % 3 == 0:
            del data[pick.randrange(len(data) // 2, len(data)) :]
        elif number % 3 == 1:
            for _ in range(pick.randrange(1, 10)):
                data[pick.randrange(len(data))] = pick.randrange(256)
        else:
            at = pick.randrange(len(data))
            data[at : at + pick.randrange(300)] = b""
        path = tmp_path / f"damaged-{number}.pdf"
        path.write_bytes(data)
        parsed = parser.parse(path)
        assert (parsed.document is None) == (parsed.outcome is not Outcome.INDEXED)
        assert parsed.document is not None or parsed.reason
        outcomes[parsed.outcome] += 1
    assert outcomes.total() == DAMAGED
    assert outcomes[Outcome.INDEXED] > DAMAGED / 4, outcomes
