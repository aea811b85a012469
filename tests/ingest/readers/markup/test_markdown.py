"""Markdown, read as it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parse import Parser
from ingest.readers.markup.markdown import markdown_blocks
from tests.ingest.readers.reading import document_of, parsed, section_of, told
from tests.linear_time import excess

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


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"The law is $E = mc^2$ and $\frac{a+b}{c}$.", "The law is E = mc^2 and (a + b)/c."),
        ("$$\n\\sum_{i=1}^n x_i\n$$", "∑_(i=1)^n x_i"),
        (r"With \(a_1 + b\) and \[x^2\].", "With a_1 + b and x^2."),
        ("It costs $5 and $6 a day.", "It costs $5 and $6 a day."),
        ("From $10-$20, US$ 5 = 4 EUR, US$ 7", "From $10-$20, US$ 5 = 4 EUR, US$ 7"),
        ("Type `$a_1$`, ~~not that~~ now: $x_1 * y * z$", "Type $a_1$, now: x_1 * y * z"),
        (r"A price of \$5 or \\(no\\)", r"A price of $5 or \(no\)"),
        ("Open $x^2 here", "Open $x^2 here"),
    ],
)
def test_formulas_and_what_only_looks_like_one(tmp_path: Path, source: str, text: str) -> None:
    assert document_of(tmp_path, "a.md", source).text == text


@pytest.mark.parametrize("seed", ["$", "$a ", "$$", "\\(", "\\[a", "$x^", "^{", "\\frac"])
def test_signs_of_formulas_take_time_in_proportion(seed: str) -> None:
    assert not excess(lambda text: list(markdown_blocks(text)), "", seed, (6_000, 18_000))


def test_spaces_in_a_heading_take_time_in_proportion() -> None:
    assert not excess(lambda text: list(markdown_blocks(f"# a{text}b")), "", " ", (6_000, 18_000))
