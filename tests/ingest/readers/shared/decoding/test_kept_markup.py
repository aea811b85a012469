"""Markup that a record keeps as a text."""

from __future__ import annotations

import pytest

from ingest.readers.shared.decoding.kept_markup import shown_text
from tests.linear_time import excess


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>The gate is <b>blue</b>.</p>", "The gate is blue."),
        ("<p>One.</p><p>Two &amp; three<br>four</p>", "One.\nTwo & three\nfour"),
        ("<ul><li>one</li>\n<li>two</li></ul>", "one\ntwo"),
        ("<style>p {color: red}</style><p>Seen.</p>", "Seen."),
        ("Use the <b> tag, and </b> to end it.", "Use the <b> tag, and </b> to end it."),
        ("<p> begins a paragraph.", "<p> begins a paragraph."),
        ("a < b, and c > d", "a < b, and c > d"),
        ("<warden>Ada</warden>", "<warden>Ada</warden>"),
        ("Tea &amp; milk", "Tea &amp; milk"),
    ],
)
def test_markup_is_shown_as_a_page_shows_it_and_other_text_stays(text: str, shown: str) -> None:
    assert shown_text(text) == shown


@pytest.mark.parametrize("seed", ["<p>", "<p ", "</p>", "<style>", "<b>a</b>", "<"])
def test_the_time_grows_with_the_text(seed: str) -> None:
    assert excess(shown_text, "<p>", seed, (20_000, 80_000)) == ""
