"""What ``library_questions.py`` in each folder beside this file holds: questions about the library, by their form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """What a question of one form is read as."""

    kind: str
    type: str = ""
    written_in: str = ""
    order: str = ""
    single: bool = False
    this: bool = False


# Every language has at least one sentence for each.
FORMS = {
    "how many there are": Form("count"),
    "how many are mine": Form("count"),
    "the total": Form("count"),
    "tell me how many": Form("count"),
    "how many of a type": Form("count", type=".pdf"),
    "how many of a type in two words": Form("count", type=".txt,.text"),
    "how many in a folder": Form("count", type=".pdf"),
    "which there are": Form("list"),
    "which are mine": Form("list"),
    "which are here": Form("list"),
    "what are mine": Form("list"),
    "a list of all": Form("list"),
    "show each": Form("list"),
    "show mine": Form("list"),
    "show all there is": Form("list"),
    "all of a type": Form("list", type=".pdf"),
    "in a language": Form("list", written_in="es"),
    "in a language that describes them": Form("list", written_in="en"),
    "in a folder": Form("list"),
    "the newest": Form("list", order="newest"),
    "which is the newest": Form("list", order="newest", single=True),
    "which is the largest": Form("list", order="largest", single=True),
    "the smallest": Form("list", order="smallest"),
    "show the oldest": Form("list", order="oldest"),
    "what is new": Form("new"),
    "is anything new": Form("new"),
    "what is new since a day": Form("new"),
    "which were added": Form("new"),
    "the last added": Form("new"),
    "which are duplicates": Form("duplicates"),
    "are there duplicates": Form("duplicates"),
    "which could not be read": Form("unread"),
    "which of a type could not be read": Form("unread", type=".pdf"),
    "which types": Form("kinds"),
    "which types in one word": Form("kinds"),
    "which languages": Form("languages"),
    "written in which languages": Form("languages"),
    "which folders": Form("folders"),
    "what is in here": Form("overview"),
    "what can I find here": Form("overview"),
    "what is in this library": Form("overview"),
    "what these are about": Form("overview"),
    "summarise all": Form("overview"),
    "an overview": Form("overview"),
    "which mention it": Form("mention"),
    "which contain the word": Form("mention"),
    "which say something about it": Form("mention"),
    "which of a type mention it": Form("mention", type=".pdf"),
    "how many mention it": Form("mention"),
    "how many of mine speak of it": Form("mention"),
    "in how many it is mentioned": Form("mention"),
    "where it is mentioned": Form("mention"),
    "where it is spoken of": Form("mention"),
    "do mine mention it": Form("mention"),
    "is it mentioned in mine": Form("mention"),
    "everything about it": Form("mention"),
    "documents about it": Form("mention"),
    "are there documents about it": Form("mention"),
    "do you have anything about it": Form("mention"),
    "is there anything about it in mine": Form("mention"),
    "what a file is about": Form("about"),
    "what is in a file": Form("about"),
    "what a file says": Form("about"),
    "a file's name alone": Form("about"),
    "is there a file": Form("about"),
    "what a document is about": Form("about"),
    "what this is about": Form("about", this=True),
    "what it is about": Form("about", this=True),
    "summarise a file": Form("summary"),
    "a summary of a file": Form("summary"),
    "a file in brief": Form("summary"),
    "tl;dr": Form("summary"),
    "can you summarise a document": Form("summary"),
    "a summary of a document, please": Form("summary"),
    "summarise it": Form("summary", this=True),
    "a summary": Form("summary", this=True),
    "summarise a section": Form("section"),
    "what a file says about it": Form("says"),
    "tell me what a file says about it": Form("says"),
    "does a file mention it": Form("says"),
    "is it mentioned in a file": Form("says"),
    "does a file say something about it": Form("says"),
}
NAMES_ALONE = ("a file's name alone", "tl;dr")  # the same in every language


@dataclass(frozen=True)
class LibraryQuestionExamples:
    """Questions of one language. Brackets mark what is looked for, braces the document or folder that is named."""

    about_the_library: dict[str, tuple[str, ...]]  # by their form
    to_the_documents: tuple[str, ...]  # none is about the library, whatever words of it they use
    perhaps: tuple[str, ...]  # of something as if it were a document: whether it is one only the library knows


def plain(said: str) -> str:
    """Return the question without its marks."""
    return said.translate(str.maketrans("", "", "[]{}"))


def between(said: str, marks: str) -> str:
    """Return what stands between the two marks; "" where they are not there."""
    return said.partition(marks[0])[2].partition(marks[1])[0]
