"""How a function's processor time grows with its text: measurement, from 10 kB to 1 MB, and from less to 10 kB."""

from __future__ import annotations

import contextlib
import gc
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from tests.linear_cases import Case
from tests.linear_seeds import made

TOLERANCE = 1.3  # times the cost that a linear function would have
SLACK = 0.05  # seconds that a longer text may take beyond that: caches and memory cost something too
TOO_LONG = 4.0  # seconds for one call
LONGEST = 1_000_000  # characters
CHEAP = 0.25  # seconds that LONGEST characters are expected to take, so that every text is tried at that length
HEAD = 4  # times that the texts are shorter that all others are compared with
DEAREST = 3  # texts that are tried at that length where it takes longer: those that cost most
PATIENCE = 12.0  # seconds that LONGEST characters may be expected to take; what would take longer is tried with fewer


class TooLongError(BaseException):
    """A call took longer than it may; no function catches this one."""


@dataclass(frozen=True)
class Growth:
    """What was measured: the cost of the longer text, and what of it is more than linear ("" where nothing is)."""

    cost: float
    excess: str


def slow_texts(case: Case, seeds: Mapping[str, tuple[str, str]], sizes: tuple[int, int], longest: int) -> list[str]:
    """Return for which seeds a function's cost grows faster than its text, and how.

    All are tried at ``sizes``. Where ``longest`` is more, they are tried below too: a function that reads the head of a
    text alone may be slow there. Up to ``longest`` characters are tried those that are cheap, and those that cost most.
    """
    with _without_collection():
        found = {name: _growth_at(case, *seed, sizes, longest > sizes[1]) for name, seed in seeds.items()}
        by_cost = sorted(found, key=lambda name: -found[name].cost)
        for rank, name in enumerate(by_cost):
            expected = found[name].cost * longest / sizes[1]
            size = longest if expected <= PATIENCE else int(longest * PATIENCE / expected)
            is_worth = size >= 2 * sizes[1] and (rank < DEAREST or expected <= CHEAP)
            if is_worth and not found[name].excess:
                found[name] = _growth(case, *seeds[name], sizes[1], size)
    return [f"{name}: {each.excess}" for name, each in found.items() if each.excess]


def excess(call: Callable[[str], Any], before: str, seed: str, sizes: tuple[int, int]) -> str:
    """Return how the cost of a function of one text grows faster than the text, or "" where it does not."""
    case = Case("", ("text",), lambda text: call(text), lambda text: {"text": text})
    with _without_collection():
        return _growth(case, before, seed, *sizes).excess


def _growth_at(case: Case, before: str, seed: str, sizes: tuple[int, int], and_below: bool) -> Growth:
    if and_below:
        head = sizes[0] // HEAD
        _cost(case, made(before, seed, head), PATIENCE)  # whatever is loaded once
        found = _growth(case, before, seed, head, sizes[0])
        if found.excess:
            return found
    return _growth(case, before, seed, *sizes)


def _growth(case: Case, before: str, seed: str, shorter: int, longer: int) -> Growth:
    """Measure a function with a text and with a longer one.

    What looks slow is measured again with a text as much longer: another process may have been busy. It is slow where
    either that is slow too, or the function reads no more of it than of the shorter.
    """
    found = _compared(case, before, seed, shorter, longer)
    if not found.excess:
        return found
    again = _compared(case, before, seed, shorter, min(4 * longer, longer * longer // shorter))
    reads_no_more = again.cost < 2 * found.cost
    return _compared(case, before, seed, shorter, longer) if reads_no_more and not again.excess else again


def _compared(case: Case, before: str, seed: str, shorter: int, longer: int) -> Growth:
    short, long, limit = 0.0, float("inf"), TOO_LONG
    for again in range(3):  # texts of other lengths: a cache would have those that were met before
        size = shorter
        try:
            short = max(short, _cost(case, made(before, seed, shorter + again), TOO_LONG))
            size = longer
            limit = max(TOO_LONG, SLACK + TOLERANCE * short * longer / shorter)
            long = min(long, _cost(case, made(before, seed, longer + again), limit))
        except TooLongError:
            return Growth(TOO_LONG, f"{size} characters take more than {limit:.1f} s (and {shorter} {short:.3f} s)")
        if long <= SLACK + TOLERANCE * short * longer / shorter:
            return Growth(long, "")
    return Growth(long, f"{shorter} characters take {short:.3f} s, {longer} take {long:.3f} s")


def _cost(case: Case, text: str, limit: float) -> float:
    """Return the processor seconds of one call, whatever it raises. Raises TooLongError."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    try:
        arguments = case.arguments(text)
    except ValueError:  # a file cannot be written so
        return 0.0
    before = signal.signal(signal.SIGPROF, over)
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        result: Any = case.function(**arguments)
        if isinstance(result, Iterator):
            for _ in result:
                pass
    except Exception:  # what a function refuses it may refuse; how long it takes is the question here
        pass
    finally:
        took = time.process_time() - begun
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return took


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
