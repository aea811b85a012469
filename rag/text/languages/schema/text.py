"""Words for reading text: months, number words, units, abbreviations, letters.

A ``pattern`` is a regular expression over text in lower case (``normalize`` in ``rag/text/dates.py``), empty for none;
``words`` are parted by spaces, and ``pairs`` are words with their values: "two:2 three:3".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextWords:
    """Words for reading text in one language."""

    months: tuple[str, ...]  # January to December, each as words: every form and abbreviation, the full name first
    weekdays: tuple[str, ...]  # Monday to Sunday, each as words: every form, the name first
    number_words: str  # pairs
    ordinal_words: str  # pairs
    magnitudes: str  # pairs: "thousand:1e3"
    units: Mapping[str, str]  # name of a unit (rag/text/units.py) -> pattern
    stop_words: str  # words that stop-word lists leave out: question words above all
    abbreviations: str  # pattern of what has a full stop and a number after it: "fig", "no"
    example: str  # an ordinary sentence, to try a model on
    letters: str  # its small letters, the most frequent first; after a space those that only borrowed words have

    ambiguous_months: str = ""  # words that alone are hardly months: "may", "dec"
    capital_months: str = ""  # words of those that are, where a capital says so
    ambiguous_weekdays: str = ""  # words of those that are other words too
    day_suffix: str = ""  # pattern after the number of a day before its month: "5th May", "3. Mai"
    month_first_suffix: str = ""  # pattern after the number of a day behind its month: "May 5th"
    date_joiner: str = ""  # pattern between day, month and year: "of", "de"

    hour_word: str = ""  # pattern after the number of an hour with a part of the day: "o'clock", "h"
    hour_alone: str = ""  # pattern that makes a number an hour by itself
    afternoon: str = ""  # pattern
    morning: str = ""  # pattern

    number_joiners: str = ""  # words within a number: "and"
    plural_magnitudes: str = ""  # words that begin no number: "millions"
    decade_suffix: str = ""  # pattern: "1970s"
    ordinal_suffix: str = ""  # pattern: "5th"
    ambiguous_suffix: str = ""  # a decade's after a round number, else an ordinal's
    century: str = ""  # pattern
    century_suffix: str = ""  # pattern between its number and "century"
    roman_century: str = ""  # pattern of "century" behind a Roman number
    century_roman: str = ""  # pattern of "century" before a Roman number
    year_mark: str = ""  # pattern that may follow the number of a year in a table's header

    capital_nouns: bool = False  # whether every noun begins with a capital, so that it tells no name
    titles: str = ""  # pattern of what stands before a person's name, where every noun has a capital
    adjective_endings: str = ""  # pattern; such a word opens a sentence and no name, where every noun has a capital

    letter_variants: str = ""  # pairs of a letter and all ways to write it
    elides: bool = False  # "l'heure"
    keyboard: str = ""  # its letters in the order of the English keyboard's keys, small and large
    from_latin: str = ""  # pairs of what Latin letters stand for where it is typed in them, longest first
    latin_fixes: tuple[tuple[str, str], ...] = field(default=())  # (pattern, replacement) after that
    romanized: str = ""  # pairs of its letters and Latin ones, those that sound alike alike
