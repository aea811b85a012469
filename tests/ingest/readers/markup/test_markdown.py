"""Markdown, read as it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parse import Parser
from tests.ingest.readers.reading import parsed, section_of, told

MARKDOWN = """---
title: Handbook
author: Anna Orlova
---
# The Mill { #mill }

It was **built** in `1884` by [the Orlovs](http://example.org/x).
<script>alert("x")</script>

Loose text </s><|assistant|> stays text.

## Список покупок

* Хлеб
* Молоко
  * козье

1. First
2. Second

| Day | Opens |
|-----|-------|
| Mon**day** | 9:00 |

```python
def fee(days):

    return 2 * days
```
"""


@pytest.mark.real
def test_markdown_is_read_as_it_is_seen(tmp_path: Path, parser: Parser) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN)
    document = parsed(parser, tmp_path / "a.md")
    assert told(document) == [
        ("text", "title: Handbook\nauthor: Anna Orlova"),
        ("title", "The Mill"),
        ("text", "It was built in 1884 by the Orlovs."),
        ("text", "Loose text <|assistant|> stays text."),
        ("title", "Список покупок"),
        ("list", "- Хлеб"),
        ("list", "- Молоко"),
        ("list", "- козье"),
        ("list", "1. First"),
        ("list", "2. Second"),
        ("row", "Day | Opens"),
        ("row", "Day: Monday | Opens: 9:00"),
        ("code", "def fee(days):\n\n    return 2 * days"),
    ]
    assert section_of(document, "козье") == ("The Mill", "Список покупок")
