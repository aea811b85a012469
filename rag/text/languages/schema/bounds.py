"""Words that set a bound to an amount, a day or an hour: "over £250", "up to 6", "only from 1 November to 31 March"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoundWords:
    """How a language sets bounds, and how it permits and forbids. Pattern pieces, in lower case; "" for none.

    ``more`` to ``or_less`` stand right before or after the amount; a word or two such as "a total of" may come between.
    """

    more: str  # greater than the amount: "OVER £250"
    less: str  # smaller than it: "UNDER £250"
    at_least: str  # as great or greater: "AT LEAST 8"
    at_most: str  # as great or smaller: "UP TO 6"
    or_more: str  # behind the amount: "8 OR MORE"
    or_less: str
    after: str  # of an hour: "AFTER 7 pm"
    before: str
    first: str  # before the first of two: "FROM 1 November to 31 March"
    last: str  # between the two: "from 1 November TO 31 March"
    between: str  # before the first of two that "and" joins: "BETWEEN 1 pm and 3 pm"
    joiner: str  # that "and"
    only: str  # what lies outside is not so: "ONLY from 1 November"
    permits: str  # asks for a permission, or gives it: "MAY I", "is ALLOWED"
    forbids: str  # denies without a negator: "is BANNED"
