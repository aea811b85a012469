"""Tables as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import UnreadableError
from rag.types import Outcome
from tests.ingest.readers.reading import document_of, told


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_tables_as_text_in_any_dialect(tmp_path: Path, sign: str, encoding: str) -> None:
    lines = [["Имя", "Цена", "Где"], ["Хлеб ржаной", "3,50" if sign != "," else "3.50", "у моста через реку Немру"]]
    content = "\n".join(sign.join(line) for line in lines)
    document = document_of(tmp_path, "a.csv", content.encode(encoding))
    assert told(document)[1] == ("row", f"Имя: Хлеб ржаной | Цена: {lines[1][1]} | Где: у моста через реку Немру")


def test_quoted_cells_hold_signs_and_line_ends(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.csv", 'Who,Says\n"Reed, Anna","He said ""no"".\nThen he left."\n')
    assert told(document)[1] == ("row", 'Who: Reed, Anna | Says: He said "no". Then he left.')


def test_a_table_that_is_too_large_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.data.csv_table.MAX_CSV_CELLS", 5)
    with pytest.raises(UnreadableError) as caught:
        document_of(tmp_path, "a.csv", "a,b\n1,2\n3,4\n")
    assert caught.value.outcome is Outcome.TOO_LARGE
