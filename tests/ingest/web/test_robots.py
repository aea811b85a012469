"""robots.txt is read as RFC 9309 says."""

from __future__ import annotations

import time

import pytest

from ingest.web.robots import may_fetch


@pytest.mark.parametrize(
    ("robots", "path", "may"),
    [
        ("", "/x", True),
        ("<html>no robots</html>", "/x", True),
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow: /\nAllow: /open", "/open/x", True),  # the longest rule, not the first
        ("User-agent: *\nAllow: /\nDisallow: /closed", "/closed", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),  # of two as long, the one that allows
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow: /a$", "/a", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /*?q=", "/search?q=1", False),
        ("User-agent: *\nDisallow: *b*d*$", "/abcd", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Oaken\nDisallow: /x", "/y", True),
        ("User-agent: oaken/1.0\nDisallow: /x\n\nUser-agent: *\nDisallow:", "/x", False),
        ("User-agent: other\nUser-agent: oaken\nDisallow: /x", "/x", False),
        ("User-agent: other\nDisallow: /", "/x", True),
        ("User-agent: oaken\nDisallow: /x\nUser-agent: oaken\nDisallow: /y", "/y", False),
        ("\ufeffuser-AGENT : * # all\r\nDISALLOW : /x # closed\r\n", "/x", False),
        ("User-agent: *\nCrawl-delay: 5\nSitemap: https://example.org/s.xml\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow: /straße", "/stra%C3%9Fe", False),
        ("Disallow: /", "/x", True),  # for nobody
    ],
)
def test_rules(robots: str, path: str, may: bool) -> None:
    assert may_fetch(robots, path) is may


def test_a_hostile_file_is_read_in_time() -> None:
    begun = time.process_time()
    assert may_fetch(
        "User-agent: *\nDisallow: /" + "a*" * 100_000 + "b$\n" + "Disallow: /x*y*z\n" * 20_000, "/" + "a" * 2000
    )
    assert time.process_time() - begun < 30  # it is done at all
