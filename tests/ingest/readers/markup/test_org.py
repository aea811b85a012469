"""Org files."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.readers.reading import document_of, told


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
        ("text", "Status: TODO\nPriority: A\nTags: tag"),
        ("text", "Scheduled: 2024-01-01"),
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
