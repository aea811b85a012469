"""reStructuredText."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.readers.reading import document_of, told


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
