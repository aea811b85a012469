"""AsciiDoc: blocks as they are seen, and text that is meant to be slow to read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers import UnreadableError
from ingest.readers.markup.asciidoc import asciidoc_blocks
from rag.types import Outcome
from tests.ingest.readers.markup.asciidoc_files import document_of, told

ASCIIDOC, PLAIN = "text/asciidoc", "text/plain"


# --- blocks ---------------------------------------------------------------------------------------------------------


def test_titles_paragraphs_and_what_is_not_shown(tmp_path: Path) -> None:
    content = """= The mill
Anna Reed <anna@mill.example>
:place: the river
:toc:

// a remark
It stands by {place},
and turns. (((wheel, turning)))
////
secret
////
[[wheel]]
== The wheel ==

image::wheel.png[A wheel]
include::other.adoc[]
.Of oak
It is old. +
It is big.

ifdef::nowhere[]
secret
endif::[]
ifdef::place[]
Seen.
endif::[]

### Spokes
'''
Twelve of them, as <<wheel>> tells.

Old style
~~~~~~~~~
{unknown} stays.
"""
    document = document_of(tmp_path, content)
    assert document.media_type == ASCIIDOC
    assert told(document) == [
        ("title", "The mill"),
        ("text", "Anna Reed <anna@mill.example>"),
        ("text", "It stands by the river, and turns."),
        ("title", "The wheel"),
        ("text", "Of oak"),
        ("text", "It is old.\nIt is big."),
        ("text", "Seen."),
        ("title", "Spokes"),
        ("text", "Twelve of them, as The wheel tells."),
        ("title", "Old style"),
        ("text", "{unknown} stays."),
    ]
    assert document.elements[8].section == ("The mill", "The wheel", "Spokes")


def test_lists_are_numbered_and_go_on_over_what_is_attached(tmp_path: Path) -> None:
    content = """. First
goes on
+
----
code
----
. Second
.. Inner
.. Another
* A point
** [x] done

. Third

Between.

. Again
3. Three
Key:: opens
  the door
Bell::

Rings. Twice.
One::
Two:: together
<1> Called
"""
    assert told(document_of(tmp_path, content)) == [
        ("list", "1. First goes on"),
        ("code", "code"),
        ("list", "2. Second"),
        ("list", "1. Inner"),
        ("list", "2. Another"),
        ("list", "- A point"),
        ("list", "- [x] done"),
        ("list", "3. Third"),
        ("text", "Between."),
        ("list", "1. Again"),
        ("list", "3. Three"),
        ("list", "Key: opens the door"),
        ("list", "Bell: Rings. Twice."),
        ("list", "One, Two: together"),
        ("list", "<1> Called"),
    ]


def test_blocks_hold_blocks_and_listings_hold_text_as_it_is(tmp_path: Path) -> None:
    content = """[source,python]
----
def turn():  # <1>
    return "*1*"  # {place} == x

== no title
----
[WARNING]
.Beware
====
Mind the *wheel*.

* It turns
====
NOTE: It is wet.

[quote, Anna Reed, The Mill]
____
So it goes.
____
****
Aside.
****
....
 art
....
  indented

[verse]
one
two

[source]
x = 1

```sh
ls
```
++++
<p>A <b>page</b></p>
++++
[comment]
--
secret
--
[NOTE]
Alone.
"""
    assert told(document_of(tmp_path, content)) == [
        ("code", 'def turn():  # <1>\n    return "*1*"  # {place} == x\n\n== no title'),
        ("text", "Beware"),
        ("text", "WARNING: Mind the wheel."),
        ("list", "- It turns"),
        ("text", "NOTE: It is wet."),
        ("text", "So it goes."),
        ("text", "Anna Reed, The Mill"),
        ("text", "Aside."),
        ("code", " art"),
        ("code", "  indented"),
        ("text", "one\ntwo"),
        ("code", "x = 1"),
        ("code", "ls"),
        ("text", "A page"),
        ("text", "NOTE: Alone."),
    ]


@pytest.mark.parametrize("opening", ["----", "....", "////", "++++", "|===", "```", "====", "[NOTE]\n****", "--"])
def test_what_follows_a_block_that_is_never_closed_is_not_lost(tmp_path: Path, opening: str) -> None:
    assert "It stands." in document_of(tmp_path, f"The mill.\n\n{opening}\nIt stands.\n").text


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.asc", "=== Title\n\nWords.", ASCIIDOC),
        ("a.ASC", "Words.(((index)))\r\n", ASCIIDOC),
        ("a.asciidoc", "Words.", ASCIIDOC),
        ("a.asc", "Title\n=====\n\nJust words.", PLAIN),
        ("a.asc", "ncols 4\nnrows 2\n1 2 3 4\n5 6 7 8\n", PLAIN),
        ("a.asc", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n== Words\n", PLAIN),
        ("a.txt", "== Title\n\nWords.", PLAIN),
    ],
)
def test_an_asc_file_is_read_as_what_it_is(tmp_path: Path, name: str, content: str, media_type: str) -> None:
    assert document_of(tmp_path, content, name).media_type == media_type


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        ("-----BEGIN PGP SIGNATURE-----\n== x\n", Outcome.UNSUPPORTED),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n", Outcome.UNSUPPORTED),
        ("-----BEGIN PGP MESSAGE-----\n", Outcome.ENCRYPTED),
    ],
)
def test_armour_is_no_document(tmp_path: Path, content: str, outcome: Outcome) -> None:
    with pytest.raises(UnreadableError) as raised:
        document_of(tmp_path, content, "a.asc")
    assert raised.value.outcome is outcome


# --- hostile --------------------------------------------------------------------------------------------------------

REPEATED = [
    *("=", "*", "((", "(((", "[", "[[a", "`", "_", "#", "+", "~a", "^a", "<<a", "<<a,", "\\", "{a}", "::", ";;", "&#1"),
    *("*a ", "*`", "*a `b` ", '"`', "'`", "link:x[", "link:[x [a]", "https://x[", "xref:a[*_", "footnote:[a [b] "),
    *("* x\n", "a::\n", "[a]\n", ".a\n", "+\n", " +\n", "====\n****\n", "----\n", "|===\n", "a\n---\n", "ifdef::a[]\n"),
    *(":a: {a}\n", ":a: x\\\n", "|a", "2.3+|", "3*|a ", " ", "= a =", "= a  ", "\t", "https://x[a,  "),
]


def seconds(content: str) -> float:
    start = time.process_time()
    assert all(block.kind for block in asciidoc_blocks(content))
    return time.process_time() - start


@pytest.mark.real
@pytest.mark.parametrize("unit", REPEATED)
@pytest.mark.parametrize("around", ["Words\n\n{0} end", "|===\n| x {0}\n|==="])
def test_time_grows_as_the_text_does(unit: str, around: str) -> None:
    few, many = (around.format(unit * (size // len(unit))) for size in (15_000, 120_000))
    # eight times the text: a square would be 64 times; beside it what any file costs, and a machine that is busy
    assert seconds(many) < 24 * seconds(few) + 0.5


def test_megabytes_of_delimiters_nest_without_depth(tmp_path: Path) -> None:
    lines = [mark * size for size in range(4, 400) for mark in "=*_"]
    assert document_of(tmp_path, "\n".join([*lines, "deep down", *reversed(lines)])).text == "deep down"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="=*_-.+/|[]{}()<>`:;#~^\\\"' \n,ax1", max_size=300))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    try:
        document = document_of(tmp_path_factory.mktemp("any"), f"Seen.\n\n{content}")
    except UnreadableError as error:
        pytest.fail(error.reason)
    assert document.text.startswith("Seen.")
