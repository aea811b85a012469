"""Tables of AsciiDoc."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup.asciidoc_table import _HEADER_OPTION
from tests.ingest.readers.markup.asciidoc_files import document_of, told
from tests.linear_time import excess


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("|===\n| Day | For\n\n| Mon | 9\n| Fri\n| 10\n|===", ["Day | For", "Day: Mon | For: 9", "Day: Fri | For: 10"]),
        ('[cols="1,4",options="header"]\n|===\n|Day\n|Opens\n|Mon\n|9\n|===', ["Day | Opens", "Day: Mon | Opens: 9"]),
        ('[%header,cols="2*"]\n|====\n|`a` |*b*\n|x\\|y |a\n|====', ["a | b", "a: x|y | b: a"]),
        ("[%noheader]\n|===\n|Mon |9 |a\n|Tue |10 |b\n|===", ["Mon | 9 | a", "Tue | 10 | b"]),
        (
            "[%header,cols=3*]\n|===\n2+|Both |C\n.2+|1 |2 |3\n|4 |5\n|===",
            ["Both | Both | C", "Both: 1 | Both: 2 | C: 3", "Both: 1 | Both: 4 | C: 5"],
        ),
        ("[%header]\n|===\n|A |B\n2*|same\n|===", ["A | B", "A: same | B: same"]),
        ('[%header]\n,===\nA,B\n"1,5",2\n,===', ["A | B", "A: 1,5 | B: 2"]),
        ("[%header,format=dsv]\n|===\nA:B\n1:2\n|===", ["A | B", "A: 1 | B: 2"]),
    ],
)
def test_rows_stand_under_their_labels(tmp_path: Path, table: str, rows: list[str]) -> None:
    assert told(document_of(tmp_path, table)) == [("row", row) for row in rows]


@pytest.mark.parametrize("seed", ["%", "a%", "options= ", "%head"])
def test_attributes_of_a_table_take_time_in_proportion(seed: str) -> None:
    assert not excess(_HEADER_OPTION.search, "", seed, (3_000, 12_000))


@pytest.mark.parametrize("about", ["%header", "%autowidth%header", "a%noheader", 'cols="1,1", %header', "%%header"])
def test_the_option_header_is_found_among_others(about: str) -> None:
    assert _HEADER_OPTION.search(about)
