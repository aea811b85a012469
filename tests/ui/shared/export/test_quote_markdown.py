"""Words of others in Markdown mark nothing up."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.shared.rendering import rendered, words
from ui.shared.export.quote_markdown import escaped


@given(st.text(st.sampled_from("\\`*_{}[]<>#+-.!|~&$:@=^()1 aw\n"), max_size=12))
def test_escaped_words_are_shown_as_they_are(said: str) -> None:
    shown = rendered(f"x {escaped(said)} x")
    assert re.findall(r"<\w+", shown) == ["<p"]
    assert words(shown.replace("</p>", "").replace("<p>", "")) == " ".join(f"x {said} x".split())


def test_addresses_are_not_linked() -> None:
    """GitHub and others link what begins like this."""
    said = escaped("http://evil.test and www.evil.test and WWW.evil.test")
    assert not re.search(r"https?:|www\.", said, re.IGNORECASE)
