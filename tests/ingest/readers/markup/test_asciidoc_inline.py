"""Marks within a line of AsciiDoc, its links and its attributes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup.asciidoc_inline import LONGEST_VALUE, MOST_INSERTED, InlineContext
from tests.ingest.readers.markup.asciidoc_files import document_of


def plain(text: str) -> str:
    return InlineContext({}).plain(text)[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _italic_ `code` #mark# [.red]#red# **b**old", "bold italic code mark red bold"),
        ("*_both_* and *`*.c`*", "both and *.c"),
        ("2*3*4, a_b_c, C# and F#, snake_case_", "2*3*4, a_b_c, C# and F#, snake_case_"),
        ("`+*.c+` +*x*+ ++_y_++ +++<u>+++ pass:[*z*] Notepad++", "*.c *x* _y_ <u> *z* Notepad++"),
        ("`a/**/z` and `a/**/b`, `HEAD@{1}`", "a/**/z and a/**/b, HEAD@{1}"),
        (
            r"`HEAD\~~~`, `git checkout \-- <file>`, `\*x*`, a \-- b, `rm log/\*.log`",
            "HEAD~~~, git checkout -- <file>, *x*, a -- b, rm log/\\*.log",
        ),
        (r"`C:\Users\$USER`, `^(.*\.c)$`, `\{tree}`", r"C:\Users\$USER, ^(.*\.c)$, {tree}"),
        ("2^80^ and 10^-3^, the 1^st^, H~2~O, ~/a:~/b", "2⁸⁰ and 10⁻³, the 1st, H₂O, ~/a:~/b"),
        ("A ((term)) (((a,b))). Next(((c)))", "A term. Next"),
        ("<<a,see *this*>>, <<b#c>>, <<d>>, xref:e[There]", "see this, c, d, There"),
        ("[[here]]At x. [[[ref]]] if [[ -f x ]]", "At x. [ref] if [[ -f x ]]"),
        ("\"`quoted`\" '`one`' Anna`'s", "“quoted” ‘one’ Anna’s"),
        ("Git -- a tool, --all, 1--2", "Git — a tool, --all, 1—2"),
        (r"\*not* \{name} \<<x>> a\b", "*not* {name} <<x>> a\\b"),
        ("kbd:[Ctrl+C] menu:File[Save] image:x.png[X] X.footnote:[A [b].]", "Ctrl+C File > Save  X. (A [b].)"),
        ("&copy; &#167; &nosuch; {cpp} {plus}", "© § &nosuch; C++ +"),
    ],
)
def test_marks_go_and_their_text_stays(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_links_show_their_words_and_know_where_they_lead(tmp_path: Path) -> None:
    content = """:mill: https://mill.example
See {mill}/a_b[the *mill*^], link:b.html[here, window=_blank], <https://c.example>, mailto:a@b.example[us].

Bare: https://d.example/e_f_(g). Shown: https://h.example[^]
"""
    document = document_of(tmp_path, content)
    assert document.text == (
        "See the mill, here, https://c.example, us.\n\nBare: https://d.example/e_f_(g). Shown: https://h.example"
    )
    assert [(document.text[link.start : link.end], link.target) for link in document.links] == [
        ("the mill", "https://mill.example/a_b"),
        ("here", "b.html"),
        ("https://c.example", "https://c.example"),
        ("us", "mailto:a@b.example"),
        ("https://d.example/e_f_(g)", "https://d.example/e_f_(g)"),
        ("https://h.example", "https://h.example"),
    ]


def test_attributes_made_of_attributes_stay_small(tmp_path: Path) -> None:
    entries = "".join(f":a{at}: {f'{{a{at - 1}}}' * 30 if at else 'x' * 30}\n" for at in range(3))
    text = document_of(tmp_path, f"{entries}\n{'{a2} ' * 5_000}").text
    assert MOST_INSERTED / 2 < len(text) < MOST_INSERTED + LONGEST_VALUE + 5 * 5_000
