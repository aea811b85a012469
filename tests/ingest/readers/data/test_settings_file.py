"""YAML, TOML, INI and property lists: each value behind its path, comments kept, hostile ones refused."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from ingest.readers.data.settings_file import _SECTION, _comments
from rag.types import Outcome
from tests.ingest.readers.reading import document_of, outcome_of, section_of, told
from tests.linear_time import excess

YAML = """# Settings of the kiln
name: Mill house
zip: 02138
opened: 2024-03-09
wet: no
keepers: [Ada, Otto]
server:
  port: 8080  # behind the wall
  # for visitors
  tls: {cert: a.pem}
rooms:
  - name: Hall
    size: 40
  - name: Yard
    open:
      - day: Monday
note: |
  First line.
  # no comment
"""


def test_yaml_is_read_as_rows_labelled_by_their_path(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.yaml", YAML)
    assert told(document) == [
        ("text", "Settings of the kiln"),
        ("row", "name: Mill house"),
        ("row", "zip: 02138"),
        ("row", "opened: 2024-03-09"),
        ("row", "wet: no"),
        ("row", "keepers: Ada, Otto"),
        ("title", "server"),
        ("text", "port: 8080 # behind the wall\nfor visitors"),
        ("row", "server.port: 8080"),
        ("row", "server.tls.cert: a.pem"),
        ("title", "rooms"),
        ("row", "rooms.name: Hall | rooms.size: 40"),
        ("row", "rooms.name: Yard"),
        ("row", "rooms.open.day: Monday"),
        ("text", "note: First line.\n# no comment"),
    ]
    assert section_of(document, "8080") == ("server",)


def test_several_documents_and_lists_at_the_top(tmp_path: Path) -> None:
    assert (
        document_of(tmp_path, "a.yml", "kind: Pod\n---\nkind: Job\nspec: {n: 2}\n").text
        == "kind: Pod\n\nkind: Job\n\nspec.n: 2"
    )
    assert document_of(tmp_path, "b.yml", "- {a: 1, b: 2}\n- {a: 3, b: 4}\n").text.split("\n\n") == [
        "a: 1",
        "b: 2",
        "a: 3",
        "b: 4",
    ]


def test_what_is_taken_over_from_elsewhere_stands_where_it_holds(tmp_path: Path) -> None:
    text = "base: &b {door: blue, key: brass}\nyard:\n  <<: *b\n  door: green\nhall: {<<: [*b, {roof: oak}]}\n"
    rows = document_of(tmp_path, "a.yaml", text).text.split("\n\n")
    assert {"yard.door: green", "yard.key: brass", "hall.key: brass", "hall.roof: oak"} <= set(rows)
    assert "yard.door: blue" not in rows


TOML = '# top\ntitle = "Kiln"\nopened = 2024-03-09T10:00:00\n[server]\n# the port\nport = 8080\n[server.tls]\non = true\n[[rooms]]\nname = "Hall"\nsize = 40\n'  # noqa: E501
INI = "; top\nname=Kiln\n[server]\n# the port\nPort = 8080\nhost: example.org\nempty =\n[a.b]\nlong = one\n  two\n"


def test_toml_and_ini(tmp_path: Path) -> None:
    toml = document_of(tmp_path, "a.toml", TOML)
    assert toml.text == (
        "top\n\ntitle: Kiln\n\nopened: 2024-03-09 10:00:00\n\nserver\n\nthe port\n\nserver.port: 8080\n\n"
        "server.tls.on: true\n\n"
        "rooms\n\nrooms.name: Hall | rooms.size: 40"
    )
    ini = document_of(tmp_path, "a.ini", INI)
    assert ini.text == (
        "top\n\nname: Kiln\n\nserver\n\nthe port\n\nserver.Port: 8080\n\nserver.host: example.org\n\n"
        "a.b\n\na.b.long: one\ntwo"
    )
    assert section_of(ini, "8080") == ("server",)


@pytest.mark.parametrize(
    ("name", "content", "row"),
    [
        ("a.properties", "! top\nkiln.door = green\nkiln.key: brass\n", "kiln.door: green"),
        ("a.env", "export KILN_DOOR=green\nKILN_KEY=brass\n", "export KILN_DOOR: green"),
        ("a.cfg", "[metadata]\nname = oak\nfiles =\n  a.py\n  b.py\n", "metadata.name: oak"),
        ("a.conf", "[mysqld]\nport=3306\nskip-networking\n", "mysqld.port: 3306"),
    ],
)
def test_kin_of_ini(tmp_path: Path, name: str, content: str, row: str) -> None:
    assert ("row", row) in told(document_of(tmp_path, name, content))


def test_escapes_of_java_properties(tmp_path: Path) -> None:
    content = "greeting=Hola se\\u00f1ora \\ud83d\\ude00\nlong = first \\\n    second\nurl=https\\://x.example\npath=C:\\\\mill\n"
    assert document_of(tmp_path, "a.properties", content).text.split("\n\n") == [
        "greeting: Hola señora 😀",
        "long: first second",
        "url: https://x.example",
        "path: C:\\mill",
    ]


def test_what_is_not_what_its_name_says_is_read_line_by_line(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.yaml", "port: {{ .Values.port }}\n  bad: [\n")
    assert document.text == "port: {{ .Values.port }}\n  bad: [" and "it is not valid YAML" in document.remark
    assert "it is not valid TOML" in document_of(tmp_path, "a.toml", "a = = 2\n").remark
    document = document_of(tmp_path, "nginx.conf", "server {\n  listen 80;\n  location / {\n  }\n}\n")
    assert "  listen 80;" in document.text and not document.remark
    assert document_of(tmp_path, "b.yaml", "Just words.\n").text == "Just words."


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_property_lists(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    value = {"Keeper": "Ada Marr", "Doors": [{"Colour": "green"}], "Icon": b"\0" * 900, "Count": 3}
    document = document_of(tmp_path, "a.plist", plistlib.dumps(value, fmt=form))
    assert set(document.text.split("\n\n")) == {"Keeper: Ada Marr", "Doors", "Doors.Colour: green", "Count: 3"}
    assert outcome_of(tmp_path / "b.plist", b"bplist00" + b"\xff" * 60)[0] is Outcome.FAILED
    xml = '<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>'
    assert outcome_of(tmp_path / "c.plist", xml)[0] is Outcome.FAILED


def test_a_small_file_that_swells_or_nests_without_end(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert outcome_of(tmp_path / "a.yaml", bomb)[0] is Outcome.TOO_LARGE
    assert "what holds it" in document_of(tmp_path, "b.yaml", "a: &a [*a]\n").remark
    for deep in ("a: " + "[" * 9_000 + "]" * 9_000, "- " * 9_000 + "a", "{a: " * 9_000, "? " * 9_000):
        assert "nested too deeply" in document_of(tmp_path, "c.yaml", deep).remark
    assert outcome_of(tmp_path / "e.toml", "a = " + "[" * 5_000 + "]" * 5_000)[0] is Outcome.INDEXED


@pytest.mark.parametrize("seed", [":", "-", "file:", "a=b ", "# "])
def test_comments_are_found_in_time_in_proportion(seed: str) -> None:
    assert not excess(lambda text: _comments(text, _SECTION), "a = ", seed, (4_000, 16_000))


def test_a_comment_stands_behind_a_value_alone() -> None:
    lines = ("a = 1 # one", "b # none", 'c = "d # e"', "[f] # four", "g: http://h/#i", "j = 'k' # two # three")
    assert _comments("\n".join(lines), _SECTION) == {"": [lines[0]], "f": [lines[3], lines[5]]}
