"""Whether a site's robots.txt lets a page be fetched, by RFC 9309: the longest rule that matches decides.

urllib's parser takes the first rule instead and knows no wildcards, so it would fetch what a site has closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote

MAX_ROBOTS_BYTES = 500 * 2**10  # what RFC 9309 asks a reader to take at least; more is not read
USER_AGENT = "oaken"
_MAX_RULES = 5_000

_Rule = tuple[bool, str]  # whether it allows, and the beginning of the paths it is about


def may_fetch(robots: str, path: str) -> bool:
    """Tell whether the text of a robots.txt lets our program, or any, fetch a path with its query."""
    target = _normal(path)
    matching = [(len(pattern), allows) for allows, pattern in _rules(robots) if _matches(pattern, target)]
    return max(matching, default=(0, True))[1]  # of two as long, the one that allows


def _rules(robots: str) -> list[_Rule]:
    """Return the rules of the groups for our name or, where there is none, for all programs."""
    ours: list[_Rule] | None = None
    everyone: list[_Rule] = []
    for agents, rules in _groups(robots):
        if USER_AGENT in agents:
            ours = [*(ours or []), *rules]
        elif "*" in agents:
            everyone += rules
    return (everyone if ours is None else ours)[:_MAX_RULES]


def _groups(robots: str) -> Iterator[tuple[set[str], list[_Rule]]]:
    agents: set[str] = set()
    rules: list[_Rule] = []
    is_open = False  # the names of a group follow each other, its rules come after
    for line in robots.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not is_open:
                yield agents, rules
                agents, rules, is_open = set(), [], True
            agents.add(value.lower().partition("/")[0])
        elif key in ("allow", "disallow"):
            is_open = False
            if value:
                rules.append((key == "allow", _normal(value)))
    yield agents, rules


def _normal(path: str) -> str:
    """Return a path with everything percent-encoded in one way."""
    return quote(unquote(path, errors="surrogateescape"), safe="/*$?=&;:@,+!'()~-._", errors="surrogateescape")


def _matches(pattern: str, path: str) -> bool:
    """Match in time that grows with both lengths only: a pattern is a stranger's."""
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for each in others[:-1] if is_whole and others else others:
        found = path.find(each, at)
        if found < 0:
            return False
        at = found + len(each)
    if not is_whole:
        return True
    return path.endswith(others[-1]) and len(path) - len(others[-1]) >= at if others else at == len(path)
