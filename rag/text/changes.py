"""Align the pieces (sentences, rows) of two versions of a text, and tell which were changed, added or removed.

By their words alone: equal pieces are paired first, then those that share most of their words, rare ones counting more.
The time is in proportion to the texts.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import regex

from rag.text.analyzer import words

_MIN_SHARED = 0.5  # least share of their words, by weight, that two versions of a piece have in common
_MIN_SHARED_SAME_GROUP = 0.25  # the same for two pieces under one heading
_MAX_POSTINGS = 60  # pieces of the other text with a word from which on it leads to no candidate
_MAX_CANDIDATES = 6  # candidates weighed for a piece
_MAX_WORDS_MARKED = 600  # words of two versions within which the differing ones are looked for
_TOKEN = regex.compile(r"\p{N}+(?:[.,:’'\u00a0 ]\p{N}{1,3})*|[\p{L}\p{M}]+|[%€$£¥§°+=<>≤≥]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a row, and the heading that it stands under; "" for none."""

    text: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Indexes of the pieces of two texts: equal pairs, changed pairs, and those that stand in one text only."""

    equal: tuple[tuple[int, int], ...]
    changed: tuple[tuple[int, int], ...]
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]


def align(first: Sequence[Piece], second: Sequence[Piece]) -> Alignment:
    """Return which pieces of two texts correspond."""
    equal = _equal(first, second)
    left = sorted(set(range(len(first))) - {at for at, _ in equal})
    right = sorted(set(range(len(second))) - {at for _, at in equal})
    changed = _changed(first, second, left, right)
    only_first = tuple(sorted(set(left) - {at for at, _ in changed}))
    only_second = tuple(sorted(set(right) - {at for _, at in changed}))
    return Alignment(tuple(equal), tuple(sorted(changed)), only_first, only_second)


def differing(first: str, second: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the spans of the words that differ in two versions of a piece; [] for both where they are too long."""
    one, other = ([match.span() for match in _TOKEN.finditer(text)] for text in (first, second))
    if not one or not other or len(one) + len(other) > _MAX_WORDS_MARKED:
        return [], []
    said, says = ([text[a:b].casefold() for a, b in spans] for text, spans in ((first, one), (second, other)))
    left: list[tuple[int, int]] = []
    right: list[tuple[int, int]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, said, says, autojunk=False).get_opcodes():
        if kind != "equal":
            left += [(one[a][0], one[b - 1][1])] if a < b else []
            right += [(other[c][0], other[d - 1][1])] if c < d else []
    return left, right


def _key(piece: Piece) -> str:
    return " ".join(match.group().casefold() for match in _TOKEN.finditer(piece.text))


def _equal(first: Sequence[Piece], second: Sequence[Piece]) -> list[tuple[int, int]]:
    """Return the pairs of equal pieces, each piece once; of several equal ones those under the same heading first."""
    places: dict[str, deque[int]] = defaultdict(deque)
    for at, piece in enumerate(second):
        places[_key(piece)].append(at)
    found: list[tuple[int, int]] = []
    for at, piece in enumerate(first):
        if left := places.get(_key(piece)):
            groups = [second[other].group for other in islice(left, _MAX_CANDIDATES)]
            nth = groups.index(piece.group) if piece.group in groups else 0
            found.append((at, left[nth]))
            del left[nth]
    return found


def _changed(
    first: Sequence[Piece], second: Sequence[Piece], left: Sequence[int], right: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the pairs of pieces that are versions of each other, each piece once, the nearest first."""
    held = {("first", at): Counter(words(first[at].text)) for at in left}
    held |= {("second", at): Counter(words(second[at].text)) for at in right}
    often = Counter(word for counted in held.values() for word in counted)
    weight = {word: math.log(1 + len(held) / many) for word, many in often.items()}
    postings: dict[str, list[int]] = defaultdict(list)
    for at in right:
        for word in held["second", at]:
            postings[word].append(at)
    weighed: list[tuple[float, int, int]] = []
    for at in left:
        own = held["first", at]
        for other in _candidates(own, postings, weight):
            share = _shared(own, held["second", other], weight)
            group = first[at].group
            near = bool(group) and group == second[other].group
            if share >= (_MIN_SHARED_SAME_GROUP if near else _MIN_SHARED):
                weighed.append((-share - near, at, other))
    taken_first: set[int] = set()
    taken_second: set[int] = set()
    found: list[tuple[int, int]] = []
    for _, at, other in sorted(weighed):
        if at not in taken_first and other not in taken_second:
            taken_first.add(at)
            taken_second.add(other)
            found.append((at, other))
    return found


def _candidates(own: Counter[str], postings: Mapping[str, Sequence[int]], weight: Mapping[str, float]) -> list[int]:
    met: dict[int, float] = defaultdict(float)
    for word in own:
        places = postings.get(word, ())
        if len(places) <= _MAX_POSTINGS:
            for place in places:
                met[place] += weight[word]
    return sorted(met, key=lambda place: (-met[place], place))[:_MAX_CANDIDATES]


def _shared(one: Counter[str], other: Counter[str], weight: Mapping[str, float]) -> float:
    """Return the share (0 to 1) of the words of both that they have in common, by weight."""
    both = sum(weight[word] * many for word, many in (one & other).items())
    every = sum(weight[word] * many for counted in (one, other) for word, many in counted.items())
    return 2 * both / (every or 1.0)
