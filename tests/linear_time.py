"""How a function's processor time grows with its text: a screen up to 10 kB, and a measurement up to 1 MB."""

from __future__ import annotations

import contextlib
import gc
import itertools
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
CHEAP = 0.2  # seconds that LONGEST characters are expected to take, so that every text is tried with a tenth of it
TENTH = 10
MOST_CHEAP, MOST_DEAR = (2, 5, 0), (1, 1, 1)  # texts tried at the full length: of greatest cost, surplus and ratio
REPEATED = 15  # texts that are measured again before those are chosen
TICK = 0.01  # seconds that the process's clock is wrong by while a timer runs on it; the thread's is exact
QUARTER = 4  # times that a text is shorter that a long one is compared with
ENOUGH = 4  # slow texts, after which no others are tried: each takes seconds
SHORTEST = 1e-6  # seconds that a clock tells apart
MEASURABLE = 0.0005  # seconds for a text whose growth is more than noise
MOST_MEASUREMENTS = 64  # of one text
PATIENCE = 2.5  # seconds that LONGEST characters may be expected to take; what would take longer is tried with fewer

_NUMBERS = itertools.count()


class TooLongError(BaseException):
    """A call took longer than it may; no function catches this one."""


@dataclass(frozen=True)
class Growth:
    """What was measured: the cost of a text, of one that is ``times`` shorter, and what is more than linear, in words.

    The words are "" where nothing is.
    """

    cost: float
    shorter: float
    times: float
    excess: str

    @property
    def ratio(self) -> float:
        """How many times the cost that a linear function would have."""
        return self.cost / max(self.shorter * self.times, SHORTEST)

    @property
    def surplus(self) -> float:
        """The seconds beyond the cost that a linear function would have."""
        return self.cost - self.shorter * self.times


def slow_texts(case: Case, seeds: Mapping[str, tuple[str, str]], sizes: tuple[int, int], longest: int) -> list[str]:
    """Return for which seeds a function's cost grows faster than its text, and how.

    All are tried at ``sizes``, and up to a tenth of ``longest`` characters where that takes little. Of these and of the
    others those that cost most and those that grew most are tried up to ``longest``.
    """
    with _without_collection():
        found: dict[str, Growth] = {}  # at sizes
        cheap: dict[str, Growth] = {}  # up to a tenth of the longest
        tried: dict[str, Growth] = {}  # up to the longest
        _cost(case, made(*next(iter(seeds.values())), sizes[0]), PATIENCE)  # whatever is loaded once
        for name, seed in seeds.items():
            found[name] = _growth(case, *seed, *sizes)
            if longest > sizes[1] and _is_cheap(found[name], sizes[1], longest):
                cheap[name] = _growth(case, *seed, *_tenth(longest))
            if len(slow := _described(found | cheap)) >= ENOUGH:
                return slow
        dear = {name: each for name, each in found.items() if name not in cheap and each.cost >= MEASURABLE}
        chosen = _suspicious(case, seeds, cheap, _tenth(longest), MOST_CHEAP)
        chosen += _suspicious(case, seeds, dear, sizes, MOST_DEAR)
        for name in chosen if longest > sizes[1] else ():
            size = longest
            if name in dear:
                size = min(longest, int(sizes[1] * PATIENCE / dear[name].cost))
            if size >= 2 * sizes[1] and not (found | cheap)[name].excess:
                tried[name] = _growth(case, *seeds[name], size // QUARTER, size)
    return _described(found | cheap | tried)


def _is_cheap(growth: Growth, size: int, longest: int) -> bool:
    return growth.cost * longest / size <= CHEAP


def _tenth(longest: int) -> tuple[int, int]:
    return longest // TENTH // QUARTER, longest // TENTH


def _least(*measured: Growth) -> Growth:
    """Return the least costs of several measurements: other processes cost some."""
    slow = next((each.excess for each in measured if each.excess), "")
    cost, shorter = min(each.cost for each in measured), min(each.shorter for each in measured)
    return Growth(cost, shorter, measured[0].times, slow)


def _described(found: Mapping[str, Growth]) -> list[str]:
    return [f"{name}: {each.excess}" for name, each in found.items() if each.excess]


def _suspicious(
    case: Case,
    seeds: Mapping[str, tuple[str, str]],
    found: dict[str, Growth],
    sizes: tuple[int, int],
    most: tuple[int, int, int],
) -> list[str]:
    """Return the texts to try at the full length; those that look worst are measured again before."""
    orders: list[Callable[[str], float]] = [
        lambda name: -found[name].cost,
        lambda name: -found[name].surplus,
        lambda name: -found[name].ratio,
    ]
    for name in {name for order in orders[1:] for name in sorted(found, key=order)[:REPEATED]}:
        found[name] = _least(found[name], *(_growth(case, *seeds[name], *sizes) for _ in range(2)))
    chosen = [name for order, many in zip(orders, most, strict=True) for name in sorted(found, key=order)[:many]]
    return [*dict.fromkeys(chosen)]


def excess(call: Callable[[str], Any], before: str, seed: str, sizes: tuple[int, int]) -> str:
    """Return how the cost of a function of one text grows faster than the text, or "" where it does not."""
    case = Case("", ("text",), lambda text: call(text), lambda text: {"text": text})
    with _without_collection():
        return _growth(case, before, seed, *sizes).excess


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
    for _ in range(3):
        more = next(_NUMBERS) % MOST_MEASUREMENTS  # characters: a cache would have a text that was met before
        size = shorter
        try:
            short = max(short, _cost(case, made(before, seed, shorter + more), TOO_LONG))
            size = longer
            limit = max(TOO_LONG, SLACK + TOLERANCE * short * longer / shorter)
            long = min(long, _cost(case, made(before, seed, longer + more), limit))
        except TooLongError:
            why = f"{size} characters take more than {limit:.1f} s (and {shorter} {short:.3f} s)"
            return Growth(TOO_LONG, short, longer / shorter, why)
        if long <= SLACK + TOLERANCE * short * longer / shorter:
            return Growth(long, short, longer / shorter, "")
    why = f"{shorter} characters take {short:.3f} s, {longer} take {long:.3f} s"
    return Growth(long, short, longer / shorter, why)


def _cost(case: Case, text: str, limit: float) -> float:
    """Return the processor seconds of one call, whatever it raises. Raises TooLongError."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    try:
        arguments = case.arguments(text)
    except ValueError:  # a file cannot be written so
        return 0.0
    before = signal.signal(signal.SIGPROF, over)
    begun = time.process_time(), time.thread_time()
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        result: Any = case.function(**arguments)
        if isinstance(result, Iterator):
            for _ in result:
                pass
    except Exception:  # what a function refuses it may refuse; how long it takes is the question here
        pass
    finally:
        took = max(time.process_time() - begun[0] - TICK, time.thread_time() - begun[1])
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
