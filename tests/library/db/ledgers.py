"""What the tests of the ledger write and look at."""

from __future__ import annotations

from pathlib import Path

from rag.library.db.ledger import Ledger
from tests.doubles import BagEmbedder, Paper, vectors_for

CARD = BagEmbedder().card
MILL = ("The mill grinds rye.", "The wheel has twenty-four paddles.", "Flour is sold on Tuesdays.")


def write(ledger: Ledger, given: Paper) -> int:
    record, document, chunks = given
    return ledger.replace(record, document, chunks, vectors_for(chunks, BagEmbedder()))


FIRST = Path(__file__).parents[1] / "data" / "ledger-1.sql"
