"""Words that questions are made with, for an evaluation: how a person asks for what a text says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhrasingWords:
    """How a person asks in a language.

    Pairs are the pattern of a sentence and the question that it answers. In that pattern @x stands for what is asked
    about, @n for a number and @unit for its unit; the group ``answer`` holds the words that answer, and every named
    group may stand in the question. Triples are the patterns of a column's label and of a value in it, and the question
    for that value. Lists of words have spaces between.
    """

    name: str  # pattern of what a thing is called
    about: str  # pattern of what stands before a number that is not exact; "" for none
    asks: str  # pattern of a heading that is a question
    how_to: tuple[tuple[str, str], ...]  # headings that tell how something is done; ``x`` is the deed, of any words
    definitions: tuple[tuple[str, str], ...]  # of a paragraph's first sentence
    facts: tuple[tuple[str, str], ...]  # of any sentence
    cells: tuple[tuple[str, str, str], ...]  # the first that fits a column's label and value
    articles: str
    indefinite: str  # of these
    pointing: str  # words that point at something outside the question
    function_words: str  # other words that no name of a thing has
    is_latin: bool  # whether it is written in Latin letters
    vague: str  # nouns that name nothing by themselves, beside days and months, and verbs that are no deeds
    gerund: str  # the ending of the form that names a deed, for the group ``gerund``; "" for none
    infinitive: tuple[str, ...]  # what may take that ending's place; "" for nothing
    second_action: str  # pattern of a heading's rest that names another deed; "" for none
    adjective: str  # pattern of an adjective whose noun stands elsewhere; "" for none
    yes_no: str  # pattern of a cell's words that give no value
    too_vague: str  # pattern of words that make a heading say too little
