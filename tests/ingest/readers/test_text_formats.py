"""What is particular to text formats: tables, records, markup, source code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import READERS, UnreadableError, read
from ingest.readers.shared.block import ReaderBlock
from ingest.readers.shared.build import build
from ingest.readers.shared.tables import table_blocks
from rag.types import Document, Outcome


def told(document: Document) -> list[tuple[str, str]]:
    return [(element.kind, document.text[element.start : element.end]) for element in document.elements]


def document_of(folder: Path, name: str, content: str | bytes) -> Document:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(folder / name)


def rows(lines: list[list[str]], header: int | None = None) -> list[str]:
    return [block.text for block in table_blocks(lines, header)]


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_header_is_what_the_format_calls_one() -> None:
    lines = [["1", "2"], ["3", "4"]]
    assert rows(lines, 1) == ["1 | 2", "1: 3 | 2: 4"]
    assert rows(lines, 0) == ["1 | 2", "3 | 4"] == rows(lines)


@pytest.mark.parametrize(
    "lines",
    [
        [["Name", "Anna Orlova"], ["Town", "Tresvado"], ["Trade", "miller"]],  # each line is a pair
        [["12", "13", "14"], ["15", "16", "17"]],
        [["2021", "2022", "2023"], ["15", "16", "17"]],
        [["A", "A", "B"], ["c", "d", "e"]],
        [["It stands by the river.", "It is old.", "x"], ["c", "d", "e"]],
        [["Day", "Opens", "Closes"]],
        [["a" * 90, "b", "c"], ["d", "e", "f"]],
    ],
)
def test_other_first_rows_are_no_header(lines: list[list[str]]) -> None:
    assert rows(lines) == [" | ".join(line) for line in lines]


def test_a_first_row_that_reads_like_a_header_is_one() -> None:
    assert rows([["Prices", "", ""], ["Who", "Crowns", "Since"], ["Adults", "4", "2021"]]) == [
        "Prices",
        "Who | Crowns | Since",
        "Who: Adults | Crowns: 4 | Since: 2021",
    ]
    assert rows([["", "2022", "2023"], ["Dogs", "4", "5"]])[1] == "Dogs | 2022: 4 | 2023: 5"
    assert rows([["Pier", "Boats"], ["East", "4"], ["West", "5"]])[2] == "Pier: West | Boats: 5"
    assert rows([["Año", "Total", "Nota"], ["1957", "", "riada"]])[1] == "Año: 1957 | Nota: riada"


def test_labels_that_would_bury_the_cells_are_left_out() -> None:
    header = [f"column number {number} of this very wide table" for number in range(30)]
    assert rows([header, ["x"] * 30]) == [" | ".join(header), " | ".join("x" * 30)]


_CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None)  # the first one loads libraries
@given(st.lists(st.lists(_CELLS, max_size=5), max_size=8), st.sampled_from([None, 0, 1, 2]))
def test_every_cell_stands_in_its_row(lines: list[list[str]], header: int | None) -> None:
    blocks = list(table_blocks(lines, header))
    assert len(blocks) == len(lines)
    for line, block in zip(lines, blocks, strict=True):
        one = build([ReaderBlock("text", " ".join(line))], "x").text.replace("\n", " ")
        assert all(word in block.text for word in one.split() if word.strip("|"))
    build(blocks, "x")


# --- .csv, .tsv -----------------------------------------------------------------------------------------------------


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


def test_a_table_that_is_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.data.csv_table.MAX_CSV_CELLS", 5)
    with pytest.raises(UnreadableError) as caught:
        document_of(tmp_path, "a.csv", "a,b\n1,2\n3,4\n")
    assert caught.value.outcome is Outcome.TOO_LARGE


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json_groups_are_sections_and_records_are_rows(tmp_path: Path) -> None:
    value = {
        "name": "Чайка",
        "runs": True,
        "stops": ["Quay", "Low Ford"],
        "company": {"town": "Tresvado", "boats": [{"no": 1, "crew": {"master": "Ana"}}, {"no": 2, "log": [{"d": 1}]}]},
        "rules": "Dogs travel free. " * 20,
        "nothing": None,
        "empty": {},
    }
    document = document_of(tmp_path, "a.json", json.dumps(value, ensure_ascii=True))
    assert told(document) == [
        ("row", "name: Чайка"),
        ("row", "runs: true"),
        ("row", "stops: Quay, Low Ford"),
        ("text", "rules: " + ("Dogs travel free. " * 20).strip()),
        ("title", "company"),
        ("row", "town: Tresvado"),
        ("title", "boats"),
        ("row", "no: 1 | crew.master: Ana"),
        ("row", "no: 2"),
        ("row", "log.d: 1"),
    ]
    assert document.elements[-1].section == ("company", "boats")


@pytest.mark.parametrize(
    ("value", "text"), [("3", "3"), ('"Words"', "Words"), ("[1, 2]", "1\n\n2"), ("[[1, 2], 3]", "1, 2\n\n3")]
)
def test_json_that_is_no_object(tmp_path: Path, value: str, text: str) -> None:
    assert document_of(tmp_path, "a.json", value).text == text


def test_json_that_is_broken_is_read_as_text_and_says_so(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.json", '{"mill": "by the river", ')
    assert document.text == '{"mill": "by the river",' and "not valid JSON" in document.remark
    document = document_of(tmp_path, "a.jsonl", '{"mill": 1}\n{"mill": \n{"mill": 3}\n')
    assert document.text == 'mill: 1\n\n{"mill":\n\nmill: 3'
    assert document.remark == "not valid JSON: 1 of 3 lines"
    assert document_of(tmp_path, "b.json", '{"mill": 1}\n{"mill": 2}\n').text == "mill: 1\n\nmill: 2"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("abя \n", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyя", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return value.split() if isinstance(value, str) else [] if value is None else [json.dumps(value)]


@settings(deadline=None)  # the first one loads libraries
@given(_JSON)
def test_every_value_of_json_is_in_the_text(value: object) -> None:
    from ingest.readers.data.json_records import _blocks

    document = build(_blocks(value, 1), "application/json")
    for leaf in leaves(value):
        assert leaf in document.text


# --- XML ------------------------------------------------------------------------------------------------------------


def test_xml_records_prose_and_attributes(tmp_path: Path) -> None:
    content = """<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE town [<!ENTITY mill "Мельница">]>
    <town name="Tresvado" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y"><!-- secret -->
    <?secret x?><boat no="1"><master>Ana</master><since>1957</since></boat>
    <p>&mill; stands <b>by</b> the <i>river</i>.</p><p>Second.</p><p>Third.</p></town>"""
    document = document_of(tmp_path, "a.xml", content.encode("cp1251"))
    assert told(document) == [
        ("row", "name: Tresvado"),
        ("row", "no: 1 | master: Ana | since: 1957"),
        ("text", "Мельница stands by the river."),
        ("text", "Second."),
        ("text", "Third."),
    ]


def test_xml_that_is_cut_gives_what_it_has(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.xml", "<a><p>The mill.</p><p>By the ri")
    assert document.text.startswith("The mill.") and document.remark.startswith("it is damaged; read as far as")


def test_xhtml_is_a_page(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Mill</h1><p>Words.</p></body></html>'
    )
    document = document_of(tmp_path, "a.xml", content)
    assert told(document) == [("title", "Mill"), ("text", "Words.")] and document.media_type == "text/html"


# --- markup ---------------------------------------------------------------------------------------------------------


def test_rst_of_other_programs_is_read_as_its_text(tmp_path: Path) -> None:
    content = """
Mill
====

.. toctree::
   :maxdepth: 2

   secret

.. module:: secret
   :synopsis: secret

.. versionadded:: 1.2
   The *new* wheel, see :ref:`the weir <weir>` and :py:func:`~mill.turn`.

.. automodule:: mill

.. note:: Mind the step.

.. code-block:: python
   :linenos:

   def turn():
       return 1

Term
   What it means.

:Author: Anna

Footnote [1]_ and |wheel| and `undefined`_.

.. [1] The note.
.. |wheel| replace:: the wheel

+-------+-------+
| Day   | Opens |
+=======+=======+
| Mon   | 9:00  |
+-------+-------+
"""
    document = document_of(tmp_path, "a.rst", content)
    text = document.text
    for words in (
        "The new wheel, see the weir and mill.turn.",
        "Mind the step.",
        "What it means.",
        "Anna",
        "the wheel",
        "The note.",
        "Day: Mon | Opens: 9:00",
    ):
        assert words in text, words
    assert ("code", "def turn():\n    return 1") in told(document)
    assert "secret" not in text and ":ref:" not in text


def test_org_marks_drawers_and_blocks(tmp_path: Path) -> None:
    content = """#+TITLE: The mill
#+STARTUP: secret
# secret
* TODO [#A] Wheel :tag:
  SCHEDULED: <2024-01-01>
  :PROPERTIES:
  :ID: secret
  :END:
It *turns* /slowly/ in =water=, a*b*c and 2*3*4.
Second line.
** Parts
1. Axle
2. Spokes, of
   oak
- [X] oiled :: yes
#+BEGIN_SRC python
  def turn():
      return 1
#+END_SRC
#+begin_quote
Old words.
#+end_quote
#+BEGIN_COMMENT
secret
#+END_COMMENT
: fixed
| Day | Opens |
|-----+-------|
| Mon | 9:00  |
"""
    document = document_of(tmp_path, "a.org", content)
    assert told(document) == [
        ("title", "The mill"),
        ("title", "Wheel"),
        ("text", "It turns slowly in water, a*b*c and 2*3*4. Second line."),
        ("title", "Parts"),
        ("list", "1. Axle"),
        ("list", "2. Spokes, of oak"),
        ("list", "- oiled: yes"),
        ("code", "def turn():\n    return 1"),
        ("text", "Old words."),
        ("code", "fixed"),
        ("row", "Day | Opens"),
        ("row", "Day: Mon | Opens: 9:00"),
    ]
    assert document.elements[-1].section == ("The mill", "Wheel", "Parts")


def test_pages_breaks_lists_and_links(tmp_path: Path) -> None:
    content = """<p>One<br>two<br><br>three <a href="a.html">go <b>on</b></a> <a href="#x">no</a>
    <a href="javascript:x()">no</a> https://mill.example/a_(b).</p>
    <ul><li><p>First</p><p>more</p><ul><li>inner</li></ul>after</li><li><div></div>Second</li></ul>
    <blockquote>Quoted</blockquote><a href="/whole"><p>A paragraph</p><p>and another</p></a>
    <table><thead><tr><th rowspan=2>Pier</th><th colspan=2>Leaves</th></tr><tr><th>first</th><th>last</th></tr></thead>
    <tr><td>East</td><td>6:10</td><td><a href="t">22:40</a></td></tr></table>"""
    document = document_of(tmp_path, "a.html", content)
    assert told(document) == [
        ("text", "One\ntwo"),
        ("text", "three go on no no https://mill.example/a_(b)."),
        ("list", "- First"),
        ("text", "more"),
        ("list", "- inner"),
        ("text", "after"),
        ("list", "- Second"),
        ("text", "Quoted"),
        ("text", "A paragraph"),
        ("text", "and another"),
        ("row", "Pier | Leaves | Leaves"),
        ("row", "Pier | first | last"),
        ("row", "Pier: East | Leaves / first: 6:10 | Leaves / last: 22:40"),
    ]
    assert [(document.text[link.start : link.end], link.target) for link in document.links] == [
        ("go on", "a.html"),
        ("https://mill.example/a_(b)", "https://mill.example/a_(b)"),
        ("A paragraph", "/whole"),
        ("and another", "/whole"),
        ("22:40", "t"),
    ]


def test_notebooks_old_and_new(tmp_path: Path) -> None:
    new = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Mill\n", "It *turns*."]},
            {
                "cell_type": "code",
                "source": "turn()",
                "outputs": [
                    {"output_type": "stream", "text": ["once\n"]},
                    {"output_type": "display_data", "data": {"image/png": "secret", "text/plain": ["<Figure>"]}},
                    {"output_type": "error", "ename": "Stuck", "evalue": "no water", "traceback": ["\x1b[0;31msecret"]},
                ],
            },
            {"cell_type": "raw", "source": "As it is."},
        ]
    }
    document = document_of(tmp_path, "a.ipynb", json.dumps(new))
    assert told(document) == [
        ("title", "Mill"),
        ("text", "It turns."),
        ("code", "turn()"),
        ("code", "once"),
        ("code", "<Figure>"),
        ("code", "Stuck: no water"),
        ("text", "As it is."),
    ]
    old = {
        "worksheets": [
            {"cells": [{"cell_type": "heading", "level": 2, "source": "Mill"}, {"cell_type": "code", "input": "x"}]}
        ]
    }
    assert told(document_of(tmp_path, "b.ipynb", json.dumps(old))) == [("title", "Mill"), ("code", "x")]
    with pytest.raises(UnreadableError, match="not a notebook"):
        document_of(tmp_path, "c.ipynb", "[1]")


# --- source code ----------------------------------------------------------------------------------------------------

SOURCES = {
    ".py": (
        "import x\n\n# Remark of fare.\n@x.cached\ndef fare(days):\n    def inner(): pass\n    return 2\n\n\n"
        "class Ferry:\n    'Лодка.'\n    boats = 2\n\n    def go(self):\n        return 1\n\n\nfare(2)\n",
        [(), ("fare",), ("Ferry",), ("Ferry", "go"), ()],
    ),
    ".js": (
        "// x\nexport function fare(d) { return 2 }\nclass Ferry { go() { return 1 } }\nfare(1)\n",
        [("fare",), ("Ferry",), ("Ferry", "go"), ("Ferry",), ()],
    ),
    ".ts": (
        "interface Boat { no: number }\nnamespace Mill { export function turn(): number { return 1 } }\n",
        [("Boat",), ("Mill",), ("Mill", "turn"), ("Mill",)],
    ),
    ".java": (
        "package x;\n/** Лодка. */\npublic class Ferry {\n  int n;\n  Ferry() { }\n  int go() { return 1; }\n}\n",
        [(), ("Ferry",), ("Ferry", "Ferry"), ("Ferry", "go"), ("Ferry",)],
    ),
    ".go": (
        "package x\n\n// Boat floats.\ntype Boat struct { n int }\n\nfunc (b Boat) Go() int { return 1 }\n",
        [(), ("Boat",), ("Go",)],
    ),
    ".rs": (
        "use x;\nimpl Boat {\n  fn go(&self) -> i32 { 1 }\n}\nmod mill { pub fn turn() {} }\n",
        [(), ("Boat",), ("Boat", "go"), ("Boat",), ("mill",), ("mill", "turn"), ("mill",)],
    ),
    ".c": ("#include <x.h>\nint *fare(int d)\n{\n  return 0;\n}\n", [(), ("fare",)]),
    ".cpp": (
        "namespace mill {\nclass Wheel {\n public:\n  int turn() { return 1; }\n};\n}\n"
        "template <class T> T f(T a) { return a; }\n",
        [("mill",), ("mill", "Wheel"), ("mill", "Wheel", "turn"), ("mill", "Wheel"), ("mill",), ("f",)],
    ),
    ".cs": (
        "namespace Mill { class Wheel { int Turn() { return 1; } } }\n",
        [("Mill",), ("Mill", "Wheel"), ("Mill", "Wheel", "Turn"), ("Mill", "Wheel"), ("Mill",)],
    ),
    ".php": ("<?php\nfunction fare() { return 1; }\nclass Boat { function go() {} }\n", None),
    ".rb": ("module Mill\n  class Wheel\n    def turn\n      1\n    end\n  end\nend\n", None),
    ".kt": ("fun fare() = 2\n\nclass Boat\n", [()]),
    ".yaml": ("mill:\n    wheel: 1\n    # Лодка\n\n\nboat: 2\n", [()]),
    ".log": ("2024-01-01 start\n2024-01-02 stop\n", [()]),
}


@pytest.mark.parametrize("suffix", sorted(SOURCES))
def test_code_is_kept_as_it_is_and_cut_at_definitions(tmp_path: Path, suffix: str) -> None:
    source, sections = SOURCES[suffix]
    document = document_of(tmp_path, f"a{suffix}", source)
    assert document.text == source.strip("\n")
    assert document.media_type.startswith("text/x-")
    found = [element.section for element in document.elements]
    if sections is not None:
        assert found == sections
    else:
        assert ("fare",) in found or ("Mill", "Wheel", "turn") in found
    assert {element.kind for element in document.elements} == {"code"}


def test_a_definition_holds_the_remark_above_it(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.py", SOURCES[".py"][0])
    texts = [text for _, text in told(document)]
    assert texts[1].startswith("# Remark of fare.\n@x.cached\ndef fare")
    assert texts[3] == "    def go(self):\n        return 1"


@settings(deadline=None)  # the first one loads libraries
@given(
    st.lists(
        st.sampled_from(
            ["class Я:\n", "    def f(self):\n", "        return 'ё'\n", "x = 1\n", "\n", "# é\n", ")\n", "@a\n"]
        )
    )
)
def test_any_code_is_tiled_by_its_elements(lines: list[str]) -> None:
    from ingest.readers.shared.build import clean_code
    from ingest.readers.source_code import _elements

    text = clean_code("".join(lines))
    end = 0
    for element in _elements(text, ".py"):
        assert element.start >= end and not text[end : element.start].strip()
        assert text[element.start : element.end].strip()
        end = element.end
    assert not text[end:].strip()


def test_every_suffix_has_a_module_that_reads() -> None:
    import importlib

    for suffix, reader in READERS.items():
        assert suffix == suffix.lower() and suffix.startswith(".")
        assert callable(importlib.import_module(reader.module).read)


# --- .asc: AsciiDoc, or something of PGP's ----------------------------------------------------------------------------


def test_an_asciidoc_file_is_no_signature(tmp_path: Path) -> None:
    document = document_of(tmp_path, "branches.asc", "= Ветки\n\nВетка — это указатель на снимок.\n")
    assert "Ветка — это указатель на снимок." in document.text


@pytest.mark.parametrize("head", ["SIGNATURE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK"])
@pytest.mark.parametrize("name", ["release.asc", "release.txt"])
def test_keys_and_signatures_are_told_by_their_content(head: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="a signature or a key"):
        document_of(tmp_path, name, f"-----BEGIN PGP {head}-----\n\niQEzBAABCAAdFiEE\n-----END PGP {head}-----\n")


def test_a_signed_message_is_read_and_an_encrypted_one_is_told(tmp_path: Path) -> None:
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe gate is blue.\n-----BEGIN PGP SIGNATURE-----\n"
    assert "The gate is blue." in document_of(tmp_path, "gate.asc", signed).text
    with pytest.raises(UnreadableError) as caught:
        document_of(tmp_path, "secret.asc", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert caught.value.outcome is Outcome.ENCRYPTED
