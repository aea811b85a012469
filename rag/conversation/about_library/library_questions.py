"""Parse questions about the library itself: what it holds, which documents mention something, what one is about.

A question becomes a row of word classes (word_classes.py); a small grammar over the classes, one for all languages,
says what is asked. Every word must have its place in it: "What documents must a tenant sign?" has two that have none,
and is left to the documents. Whether a document that is named exists is for the answer to say (naming.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rag.conversation.about_library.word_classes import ClassifiedQuestion, WordClass, classify

_MAX_QUESTION_WORDS = 60  # most words of a question that is parsed
_HEAD = r"[qwsent1PplLijv_robkg]*?"  # what stands before "mention"
# The letters of the patterns (word_classes.py):
#   what is asked: w which, q how many, W where, s show, e is or have, C contain, m mention, y say, a about, O on,
#                  A "about what", z summary, d duplicate, K kinds, G languages
#   of what:       n documents, 1 document, F a file's name, Q quoted words, t a type of file, g a language's name,
#                  f folder, c section, L library, l here, v everything, p this, P my, x any other word
#   which of them: U unread, r newest, o oldest, b largest, k smallest, N new, h since, u a time, j in total
#   between them:  i in or of, _ filler; a blank is any number of fillers
# What is asked of one document: the classes around it, in order. Each pattern has an example that is read by it.
_FRAMES: tuple[tuple[str, str], ...] = (
    ("section", r"[swe ]*z c?(?P<x>Q) i[1 ]*(?P<file>.+)"),  # Summarise “Gates” in port.md
    ("says", r"[s ]*w[e ]*(?P<file>[^nqv]+?)(?:y|s(?=a))[e ]*[aO](?P<x>.+)"),  # What does tram.md say about fares?
    ("says", r"[s ]*w[e ]*y[i ]*(?P<file>[^nqv]+?)[aO](?P<x>.+)"),  # Was steht in tram.md über die Tarife?
    ("says", r"[s ]*w y[i1 ]*(?P<file>F) [aOi](?P<x>.+)"),  # ¿Qué dice tram.md de los precios?
    ("says", r"[e ]*1? (?P<file>F) [mCy][aO ]*(?P<x>.+)"),  # Does boiler.txt mention vinegar?
    ("says", r"_[e ]*(?P<file>p?1) [mCy][aO ]*(?P<x>.+)"),  # Does a file mention it?
    ("says", r"[mC] i?[1 ]*(?P<file>F)(?P<x>.+)"),  # Erwähnt boiler.txt Essig?
    ("says", r"m(?P<x>[^nqwm]+)i[1 ]*(?P<file>F) "),  # Kommt Essig in boiler.txt vor?
    # Is vinegar mentioned in boiler.txt?
    ("says", r"e(?P<x>[^nqwm]+)(?:m i[1 ]*(?P<file>F) |i[1 ]*(?P<between>F) m[i ]*)"),
    ("says", r"e i[1 ]*(?P<file>F)(?P<x>[^nqwm]+)m[i ]*"),  # Wird in boiler.txt Essig erwähnt?
    ("says", r"y i?[1 ]*(?P<file>F) [v ]*[aO](?P<x>.+)"),  # Sagt boiler.txt etwas über Essig?
    ("says", r"[s ]*w[e ]*[1 ]*(?P<file>F) [aO](?P<x>[^nqwy]+)y "),  # Sag mir, was boiler.txt über die Pumpe sagt
    ("summary", r"[sewP ]*z[i ]*(?P<file>.+)"),  # Summarise tram.md
    ("summary", r"[s ]*1? (?P<file>F)[i ]*z"),  # boiler.txt in a nutshell
    ("summary", r"_{2,}(?P<file>[^nqvwyaOmCse]+)z"),  # Kannst du den Mietvertrag zusammenfassen?
    ("about", r"[s ]*we? (?P<file>.+?)[e ]*a "),  # What is this about?
    ("about", r" sa(?P<file>F|p|p?1|p?n)"),  # Tell me about tram.md
    ("about", r"A[ei ]*(?P<file>.*)"),  # Wovon handelt boiler.txt?
    ("about", r"[s ]*w[e ]+i?[1 ]*(?P<file>F)[ie ]*"),  # What's in boiler.txt?
    ("about", r"[s ]*w[e ]*(?:y i?|i)[1 ]*(?P<file>F) "),  # Was sagt boiler.txt?
    ("about", r"[s ]*w[e ]*[1 ]*(?P<file>F) y[i ]*"),  # What does boiler.txt say?
    ("about", r"[e ]*1? (?P<file>F) e? "),  # boiler.txt; Is there a file boiler.txt?
)
_MENTIONS: tuple[str, ...] = (
    rf"(?P<head>{_HEAD})(?P<by>[mC]|y [aO]|[aO])(?P<x>.+)",  # Which documents mention the kiln?
    r"(?P<head>[iwqtn1P_]+)e(?P<x>[^nqw]+)(?P<by>m)[i ]*",  # In how many files is the chimney mentioned?
    r"(?P<head>W)[e ]+(?P<x>[^nqw]+)(?P<by>m)[i ]*",  # Where are cats mentioned?
    # A filler within the topic stands only behind "in" or "of".
    r"(?P<head>W)[p ]*(?P<by>m|y a)(?P<x>_*[^_]+(?:(?<=i)_+[^_]+)*_*)",  # Wo kommt der Kessel vor?
)
_OUR_DOCUMENTS = "[Pp][_Pp]*[tg]*n"  # "my documents"
# A question that names "my documents" asks which of them mention something.
_MENTIONS_OF_OURS: tuple[str, ...] = (
    rf"(?P<by>m)(?P<head>[i ]*{_OUR_DOCUMENTS})(?P<x>.+)",  # Erwähnen meine Dokumente Petra Vance?
    rf"(?P<by>m)(?P<x>[^nqw]+)(?P<head>i[i ]*{_OUR_DOCUMENTS}) ",  # ¿Se menciona el tranvía en mis documentos?
    rf"e(?P<x>[^nqwm]+)(?P<by>m)(?P<head>i[i ]*{_OUR_DOCUMENTS}) ",  # Is Petra Vance mentioned in my documents?
    rf"e(?P<x>[^nqwm]+)(?P<head>i[i ]*{_OUR_DOCUMENTS}) (?P<by>m)[i ]*",  # Wird Petra Vance in meinen Akten erwähnt?
)
_COUNT_OF_SOMETHING = re.compile(r"_*q[_iPp]*(?P<what>x{1,3})[_jlLPp]*e[_ejlLiPpn]*")  # How many leases are there?
_FOLDER_PATTERNS = (
    r"i?_*f_*(?P<name>[xFQ](?:[xFQi1n_]*[xFQ])?)",  # … in the folder leases
    r"i?_*(?P<name>[xFQ]+)f",  # … in the leases folder
)
# What is asked of the library as a whole: kind, classes needed (one of each group between bars), classes allowed.
# "The library" alone may be a building with books: it is ours in "my library", or where documents are in it.
_BY_CLASSES: tuple[tuple[str, str, str], ...] = (
    ("count", "q|nt1|nte", "gwps"),  # How many documents are there?
    ("duplicates", "d|n1", "wsqpvt"),  # Which files are duplicates?
    ("duplicates", "d", "sqpvt"),  # Are there duplicates?
    ("unread", "U|nt1", "gwsqp"),  # Which files could not be read?
    ("kinds", "K|wqs|nlP1", "pv"),  # What types of files do I have?
    ("languages", "G|wqs|nlP", "pvy"),  # In which languages are my documents?
    ("folders", "f|wqs|nelP", "p"),  # Which folders are there?
    ("list", "nt1", "gwspv"),  # List my PDFs
    ("list", "s|v|elP", "w"),  # Show all there is
    ("overview", "w|eCs|l", "p"),  # What is in here?
    ("overview", "w|eCi|L|Pp", ""),  # What is in this library?
    ("overview", "w|p|n", ""),  # What are these documents?
    ("overview", "z|nl", "wspv1P"),  # My documents in a nutshell
    ("overview", "z|L|Pp", "wsv"),  # This library in a nutshell
    ("summary", "z|s", "w1p"),  # Give me a summary
)
_ORDERS = {
    WordClass.NEWEST.value: "newest",
    WordClass.OLDEST.value: "oldest",
    WordClass.LARGEST.value: "largest",
    WordClass.SMALLEST.value: "smallest",
}
_IN_THE_LIBRARY = re.compile(r"(?<=.)(?:i[_Ppv]*n|i[_]*[Pp][_]*L|[lj]|_)+$")  # "… in my files, please"
_WHOLE_LIBRARY_CLASSES = frozenset("n1piPlLveCj_")  # only these: the question is about this document, or about all
_NEUTRAL_CLASSES = "_iejlLPCv"  # classes allowed in every question of _BY_CLASSES


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\[([^\]]*) \]", r"[\1_]", pattern).replace(" ", "_*"))


_FRAME_PATTERNS = [(kind, _compiled(pattern)) for kind, pattern in _FRAMES]
_MENTION_PATTERNS = [(_compiled(pattern), False) for pattern in _MENTIONS] + [
    (_compiled(pattern), True) for pattern in _MENTIONS_OF_OURS
]


@dataclass(frozen=True, slots=True)
class LibraryQuestion:
    """A question about the library: its kind and its parts.

    Kinds: overview, count, list, new, duplicates, unread, kinds, languages, folders (of the library); mention (of
    something in it); counted (of documents called so, or of anything else); about, summary, section, says (of one
    document).
    """

    kind: str
    language: str
    what: str = ""  # the words looked for, a section's heading, or the file's name
    type: str = ""  # endings, with commas between
    since: str = ""  # as it was said
    file: str = ""  # the document that is to be looked into, as it was said
    folder: str = ""  # as it was said
    written_in: str = ""  # ISO 639-1
    order: str = ""  # newest, oldest, largest, smallest
    this: bool = False  # the document last spoken of
    named_explicitly: bool = False  # "the file X", "in the folder X"; not "X"
    single: bool = False  # "the latest file"
    by_topic: bool = False  # "about X": a document may be that without the word


def parse_library_question(question: str, known: Callable[[str], bool] | None = None) -> LibraryQuestion | None:
    """Return the parsed question; None where it is not about the library.

    ``known`` tells whether a word occurs in the library: such a word is not a typing error.
    """
    for row in classify(question, known):
        if 0 < len(row.letters) <= _MAX_QUESTION_WORDS and (parsed := _read(row)) is not None:
            return parsed
    return None


def parse_count(question: str, known: Callable[[str], bool] | None = None) -> LibraryQuestion | None:
    """Return a question after the number of something that may be documents: "How many leases are there?"; else None.

    Whether documents are called so is for the answer to say.
    """
    for row in classify(question, known):
        match = _COUNT_OF_SOMETHING.fullmatch(row.letters)
        if match is not None:
            return LibraryQuestion("counted", row.language, row.text(match.span("what")))
    return None


def _read(row: ClassifiedQuestion) -> LibraryQuestion | None:
    parsed = _mention(row) or _of_a_document(row) or _of_the_library(row)
    if parsed is not None:
        return parsed
    for pattern in _FOLDER_PATTERNS:
        for match in re.finditer(pattern, row.letters):
            left = row.without(match.span())
            if (parsed := _mention(left) or _of_the_library(left) or _in_a_folder(left)) is not None:
                called = re.match(r"i_*f", match.group()) is not None
                return replace(parsed, folder=row.text(match.span("name")), named_explicitly=called)
    return None


def _mention(row: ClassifiedQuestion) -> LibraryQuestion | None:
    for pattern, asks in _MENTION_PATTERNS:
        match = pattern.fullmatch(row.letters)
        if match is None or not set(match["x"]) - set("_i"):
            continue
        if not asks and not _asks_for_documents(match["head"], match["by"]):
            continue
        slot = _IN_THE_LIBRARY.sub("", match["x"])
        topic = row.text(_trimmed(slot, match.start("x"), "iaO"))
        typed, written_in = _limits(row, match.span("head"))
        loosely = match["by"] in ("a", "O") or "v" in match["head"]
        return LibraryQuestion("mention", row.language, topic, typed, written_in=written_in, by_topic=loosely)
    return None


def _asks_for_documents(head: str, by: str) -> bool:
    """Whether what stands before "mention" asks which documents do, how many, or for them."""
    if head == "W":
        return True
    many, asks = set(head) & {"n", "t"}, set(head) & set("qse")
    which = re.search(r"w[i_Pp]*n" if many else "w1", head) or re.search(r"w[_P]*t", head)
    if not many and "1" not in head:
        return bool(re.fullmatch(r"(?:_+e_*|e_*P[_P]*|[s_]*)v[elLPpw_]*", head))
    if by == "C":
        return bool(many and (asks or which))
    if by in ("a", "O"):
        return bool(
            set(head) & set("sq") or re.match(r"_*e", head) or head.endswith("e") or head.strip("_Pv") in ("n", "t")
        )
    return bool(which or set(head) & set("qs") or re.match(r"_*e", head) or re.match(r"[_Pvi]*[nt]", head))


def _of_a_document(row: ClassifiedQuestion) -> LibraryQuestion | None:
    for kind, pattern in _FRAME_PATTERNS:
        match = pattern.fullmatch(row.letters)
        if match is not None and (parsed := _framed(row, kind, match)) is not None:
            return parsed
    return None


def _framed(row: ClassifiedQuestion, kind: str, match: re.Match[str]) -> LibraryQuestion | None:
    """Return what a frame asks of the document in it; None where that is no document."""
    groups = match.groupdict()
    group = "between" if groups.get("between") else "file"
    slot: str = match[group]
    what = row.text(match.span("x")) if "x" in groups else ""
    if kind == "says" and not set(match["x"]) - set("_ie"):
        return None
    if not set(slot) - _WHOLE_LIBRARY_CLASSES:
        return _of_these(row, kind, slot, what)
    if set(slot) <= set("gtKG_i1nP") and kind != "section":
        return None
    start, end = match.span(group)
    trimmed = _trimmed(slot, start, "_1nipaO") if len(slot) > 1 else (start, end)
    file = row.text(trimmed)
    return LibraryQuestion(kind, row.language, what or file, file=file, named_explicitly="1" in slot) if file else None


def _of_these(row: ClassifiedQuestion, kind: str, slot: str, what: str) -> LibraryQuestion | None:
    """Return what is asked of "this document", "the documents" or "it"; of nothing at all is of this document."""
    if set(slot) & set("nvlL"):
        ours = kind == "summary" or set(slot) & set("nvlPp")
        return LibraryQuestion("overview", row.language) if ours and kind in ("about", "summary") else None
    if set(slot) & set("n1plLvP") or not slot:
        return LibraryQuestion(kind, row.language, what, this=True)
    return None


def _of_the_library(row: ClassifiedQuestion) -> LibraryQuestion | None:
    """Return what is asked without a word that could be a topic, by the classes present, in any order."""
    letters = set(row.letters)
    typed, written_in = _limits(row, (0, len(row.letters)))
    parsed = LibraryQuestion("", row.language, type=typed, written_in=written_in)
    if letters & set("huN") and (fresh := _new(row, parsed)) is not None:
        return fresh
    if letters & set("robk") and (_fits(letters, "robk|nt1", "gwspv") or _fits(letters, "robk|lLP|ws", "v")):
        order = next(name for letter, name in _ORDERS.items() if letter in letters)
        return replace(parsed, kind="list", order=order, single="1" in letters)
    for kind, needed, allowed in _BY_CLASSES:
        if _fits(letters, needed, allowed) and (kind != "list" or _lists(row.letters, letters)):
            return replace(parsed, kind=kind, this=kind == "summary")
    return None


def _fits(letters: set[str], needed: str, allowed: str) -> bool:
    """Whether there is a class of each group of those needed, and none beside them and those allowed."""
    groups = needed.split("|")
    return letters <= set("".join(groups) + allowed + _NEUTRAL_CLASSES) and all(
        letters & set(group) for group in groups
    )


def _new(row: ClassifiedQuestion, parsed: LibraryQuestion) -> LibraryQuestion | None:
    """Return a question about what was added to the library, and since when."""
    match = re.search(r"h(.+?)(?=N*$)|(u)", row.letters)  # "… since Monday", and "since Monday new" as German has it
    since = row.text(match.span(match.lastindex or 0)) if match else ""
    bare = row.letters[: match.start()] + row.letters[match.end() :] if match else row.letters
    fresh = "N" in bare and set(bare) & set("wnv") and set(bare) <= set("Nrwntgspu1v" + _NEUTRAL_CLASSES)
    return replace(parsed, kind="new", since=since) if fresh else None


def _lists(row: str, letters: set[str]) -> bool:
    """Whether documents are asked for: to be shown, or which ones there are."""
    if "s" in letters:
        return bool(letters & set("ntv"))
    if re.search(r"w(?:[_iP]*|[_ie]*P[_ieP]*)[tg]*[nt]", row) and letters & set("elLPC"):
        return True
    if re.match(r"_*e", row) and letters & set("t"):  # "are there any PDFs"
        return True
    return bool(re.fullmatch(r"[_v]*e[_P]*n[lLiP_]*|v[_P]*n[_lLiP]*", row))


def _in_a_folder(row: ClassifiedQuestion) -> LibraryQuestion | None:
    """Return "what is in the folder X" without its folder."""
    letters = set(row.letters)
    if letters and letters <= set("wseC_ipnv") and letters & set("wsn"):
        return LibraryQuestion("list", row.language)
    return None


def _limits(row: ClassifiedQuestion, span: tuple[int, int]) -> tuple[str, str]:
    """Return the type of file and the language that these tokens name."""
    part = ClassifiedQuestion(row.question, row.language, row.tokens[span[0] : span[1]], row.letters[span[0] : span[1]])
    types, languages = part.values(WordClass.TYPE), part.values(WordClass.LANGUAGE)
    return ",".join(types), languages[0] if languages else ""


def _trimmed(slot: str, start: int, away: str) -> tuple[int, int]:
    """Return a slot's span in the row without meaningless classes at its ends."""
    head, tail = len(slot) - len(slot.lstrip(away)), len(slot.rstrip(away))
    return (start + head, start + max(head, tail))
