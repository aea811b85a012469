"""reStructuredText."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.markup.rst import _MAX_INLINE_CHARS, _page, _pieces
from tests.ingest.readers.reading import document_of, told
from tests.linear_time import excess


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


def test_a_role_shows_its_words_and_a_box_its_title_before_its_text(tmp_path: Path) -> None:
    source = """
.. note::

   See :ref:`the weir<weir>`, :ref:`~mill.turn`, :ref:`the
   old <gate>` and :kbd:`<Enter>`. It is new.

.. warning::

   - one
"""
    assert told(document_of(tmp_path, "a.rst", source)) == [
        ("text", "Note: See the weir, mill.turn, the old and <Enter>. It is new."),
        ("text", "Warning"),
        ("list", "- one"),
    ]


def test_a_long_paragraph_is_read_as_a_short_one(tmp_path: Path) -> None:
    content = "The *new* wheel is ``at the weir``. " * 200 + "Its *miller has left."
    text = document_of(tmp_path, "long.rst", content).text
    assert text == "The new wheel is at the weir. " * 200 + "Its *miller has left."


@pytest.mark.parametrize("text", ["a" * 9_000, "a. " * 3_000, "a\n" * 4_000, "a " * 1_001, ". " * 2_000, ""])
def test_the_pieces_of_a_paragraph_are_its_text(text: str) -> None:
    pieces = list(_pieces(text))
    assert "".join(pieces) == text
    assert all(len(piece) <= _MAX_INLINE_CHARS for piece in pieces)


@pytest.mark.parametrize("seed", ["*a ", "A_B-"])
def test_a_long_paragraph_takes_time_in_proportion(seed: str) -> None:
    assert not excess(_page, "", seed, (4_000, 16_000))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "The ``turn``command needs a key in ``mill.cfg`` or here.",
            "The turn command needs a key in mill.cfg or here.",
        ),
        ("Use `` to_stone | to_dust `` for it, and ``turn`` first.", "Use to_stone | to_dust for it, and turn first."),
        ("See the `mill and weir<the_weir>` and `the mill`.", "See the mill and weir and the mill."),
        ("Use ``a`` and ``b``, then ``c`d``.", "Use a and b, then c`d."),
        ("An ``unclosed one.", "An ``unclosed one."),
    ],
)
def test_signs_that_are_nearly_right_are_taken_as_meant(tmp_path: Path, text: str, shown: str) -> None:
    assert document_of(tmp_path, "a.rst", text).text == shown
