"""Find grids among the straight lines that are drawn on a page. Pure; lengths in points, as TextLine has them."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

TOUCH = 3.0  # points: lines so near each other touch, or are one
MAX_CROSSINGS = 40_000  # upright times level lines; a drawing with more is no table
MAX_BORDERS_DOWN, MAX_BORDERS_ACROSS = 400, 60
LEAST_BORDERS = 3  # of two rows, or of two columns


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """A straight line: where it lies across its direction, and from where to where it runs."""

    at: float
    start: float
    end: float

    def covers(self, place: float) -> bool:
        """Tell whether it passes a place along its direction."""
        return self.start - TOUCH <= place <= self.end + TOUCH

    def crosses(self, other: Rule) -> bool:
        """Tell whether it meets a line of the other direction."""
        return self.covers(other.at) and other.covers(self.at)


@dataclass(frozen=True, slots=True)
class Area:
    """A cell of a grid: its first and last row and column, counted from the top left."""

    top: int
    bottom: int
    left: int
    right: int


class RuledGrid:
    """Rows and columns between lines that touch each other; a cell may reach over several of them."""

    def __init__(self, upright: Sequence[Rule], level: Sequence[Rule]) -> None:
        self._upright = upright
        self.across = _borders(upright, level)
        self.down = _borders(level, upright)  # upwards, as base lines are counted
        self.is_table = LEAST_BORDERS <= len(self.down) <= MAX_BORDERS_DOWN
        self.is_table &= LEAST_BORDERS <= len(self.across) <= MAX_BORDERS_ACROSS
        self._beside = _walls(upright, self.across, self.down) if self.is_table else set()
        self._between = _walls(level, self.down, self.across) if self.is_table else set()
        self._areas: dict[tuple[int, int], Area] = {}

    def borders_at(self, height: float) -> list[float]:
        """Return where upright lines pass a height; none outside the grid."""
        if not self.down[0] - TOUCH <= height <= self.down[-1] + TOUCH:
            return []
        return [rule.at for rule in self._upright if rule.covers(height)]

    def area_at(self, along: float, height: float) -> Area | None:
        """Return the cell around a point; None outside the grid."""
        column, up = bisect_right(self.across, along) - 1, bisect_right(self.down, height) - 1
        if not (0 <= column < len(self.across) - 1 and 0 <= up < len(self.down) - 1):
            return None
        if (column, up) not in self._areas:
            left, right = _undivided(column, len(self.across) - 1, lambda at: (at, up) in self._beside)
            columns = range(left, right + 1)
            low, high = _undivided(
                up, len(self.down) - 1, lambda at: any((at, each) in self._between for each in columns)
            )
            last = len(self.down) - 2
            area = Area(last - high, last - low, left, right)
            self._areas |= {(each, row): area for each in columns for row in range(low, high + 1)}
        return self._areas[column, up]


def _undivided(at: int, count: int, is_divided: Callable[[int], bool]) -> tuple[int, int]:
    """Return the first and the last of the cells around ``at`` between which there is no wall."""
    first = last = at
    while first and not is_divided(first):
        first -= 1
    while last < count - 1 and not is_divided(last + 1):
        last += 1
    return first, last


def _walls(rules: Sequence[Rule], borders: Sequence[float], others: Sequence[float]) -> set[tuple[int, int]]:
    """Return the borders that are drawn, each with the place of the cells beside it along the other borders."""
    middles = [(one + two) / 2 for one, two in itertools.pairwise(others)]
    return {(borders.index(rule.at), at) for rule in rules for at, middle in enumerate(middles) if rule.covers(middle)}


def _borders(rules: Sequence[Rule], others: Sequence[Rule]) -> list[float]:
    """Return where rules divide an area that the others may reach beyond, on both sides."""
    places = sorted({rule.at for rule in rules})
    first, last = min(rule.start for rule in others), max(rule.end for rule in others)
    before = [first] if first < places[0] - 2 * TOUCH else []
    after = [last] if last > places[-1] + 2 * TOUCH else []
    return [*before, *places, *after]


def ruled_grids(upright: Sequence[Rule], level: Sequence[Rule]) -> list[RuledGrid]:
    """Return the grids of a page that are tables by their lines, each of lines that touch."""
    upright, level = list(_joined(upright)), list(_joined(level))
    if len(upright) * len(level) > MAX_CROSSINGS:
        return []
    groups: list[tuple[list[Rule], list[Rule]]] = []
    for rule in upright:
        crossed = [other for other in level if rule.crosses(other)]
        own: tuple[list[Rule], list[Rule]] = ([rule], crossed)
        apart = []
        for group in groups:
            if any(other in group[1] for other in crossed):
                own[0].extend(group[0])
                own[1].extend(other for other in group[1] if other not in own[1])
            else:
                apart.append(group)
        groups = [*apart, own]
    grids = [RuledGrid(*group) for group in groups if group[1]]
    return [grid for grid in grids if grid.is_table]


def _joined(rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield the lines, those that continue or cover each other as one."""
    firsts: list[float] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if not firsts or rule.at - firsts[-1] > TOUCH:
            firsts.append(rule.at)

    def place(rule: Rule) -> int:
        return bisect_right(firsts, rule.at)

    for at, same in groupby(sorted(rules, key=lambda rule: (place(rule), rule.start)), key=place):
        start = end = None
        for rule in same:
            if start is None or end is None:
                start, end = rule.start, rule.end
            elif rule.start > end + TOUCH:
                yield Rule(firsts[at - 1], start, end)
                start, end = rule.start, rule.end
            else:
                end = max(end, rule.end)
        if start is not None and end is not None:
            yield Rule(firsts[at - 1], start, end)
