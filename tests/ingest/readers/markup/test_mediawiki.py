"""Text in the markup of wikis, saved as .txt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup.mediawiki import _cell, is_wiki_text, wiki_blocks
from tests.ingest.readers.reading import document_of, section_of, told
from tests.linear_time import excess

PAGE = """'''Kiln Lane''' is a street in [[Tresvado]], in a [[Province of Avila|province]].<ref name=a>''Marr''</ref>
It has {{convert|3|km|{{abbr|mi}}}} one mill.<!-- ask [[Ada]] -->

== History ==
The lane is from ''1870''. See [https://example.org/lane its page].

* One oak
* Two [[ash tree]]s

{| class="wikitable"
|+ The boats
! Boat !! Seats !! scope=col | Berth
|-
| Heron || 4 || North
|-
| Gull
| 8
| style="x" | South
|}

[[File:A.jpg|thumb|The [[lane]] in May]]
[[Category:Streets]]
"""


def test_a_page_is_read_as_it_is_shown(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.txt", PAGE)
    assert told(document) == [
        ("text", "Kiln Lane is a street in Tresvado, in a province. It has one mill."),
        ("title", "History"),
        ("text", "The lane is from 1870. See its page."),
        ("list", "- One oak"),
        ("list", "- Two ash trees"),
        ("text", "The boats"),
        ("row", "Boat | Seats | Berth"),
        ("row", "Boat: Heron | Seats: 4 | Berth: North"),
        ("row", "Boat: Gull | Seats: 8 | Berth: South"),
    ]
    assert section_of(document, "1870") == ("History",)
    assert [link.target for link in document.links] == ["https://example.org/lane"]


@pytest.mark.parametrize(
    "text",
    [
        "The rule is a == b, and [[1, 2], [3, 4]] is a list.\n'''doc'''\n",
        "Call {{ value }} and {{other}} in a template, {{third}} too.",
        "See [[Keys]] and [[Rooms]] and [[Hall]], as I noted.",
        "======\nA title\n======\n\nProse, with 'quotes' and ''two''.",
        "",
    ],
)
def test_other_text_is_not_taken_for_it(text: str) -> None:
    assert not is_wiki_text(text)


@pytest.mark.parametrize(
    "seed", ["{{a", "[[a", "<ref>", "<!--", "[[File:a", "'''a", "=", "== a ==\n", "{|\n|", "[http://a "]
)
def test_what_stays_open_takes_time_in_proportion(seed: str) -> None:
    def read(text: str) -> None:
        is_wiki_text(text)
        list(wiki_blocks(text))

    assert not excess(read, "", seed, (4_000, 12_000))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("colspan=2 | Sizes", "Sizes"),
        ("a=1 b=2|c=3", "c=3"),
        ("a = b", "a = b"),
        ("See [[x]]: a=1 | b", "See [[x]]: a=1 | b"),
    ],
)
def test_only_what_a_cell_begins_with_is_its_style(cell: str, text: str) -> None:
    assert _cell(cell) == text
