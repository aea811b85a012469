"""Name and number sources the same on every screen, and clean text for display. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

from rag.citations import paragraph_break, passage_of, spans_within
from rag.messages import marked
from rag.text.invisible import visible
from rag.types import Answer, Citation, ClaimChecked, Event, FileRecord, Finished, Passage, QuotesReady, is_address
from ui.shared.i18n import tr

_UNSAFE_CHARS = {
    # What moves a terminal's cursor or recolours it (C0 and C1 without newline and tab), and what turns the order of
    # letters around so that a name reads as another (the bidirectional overrides).
    **dict.fromkeys((code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"), ""),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), ""),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # halves of characters: file names that are not UTF-8
}
_SLIDE_EXTENSIONS = frozenset(".pptx .pptm .ppsx .ppt .pps .pot .odp".split())
_SHEET_EXTENSIONS = frozenset(".xlsx .xlsm .xls .ods".split())
_ARCHIVE_EXTENSIONS = frozenset(".zip .tar .gz .tgz .bz2 .tbz .tbz2 .xz .txz".split())
_BOOK = ".fb2.zip"  # a book as it is handed on, no archive
_SAME_LENGTH = dict.fromkeys(_UNSAFE_CHARS, "�")
_PAGE, _SLIDE, _SHEET = marked("page {page}"), marked("slide {page}"), marked("sheet {page}")
PAGE_LABELS = (_PAGE, _SLIDE, _SHEET)


UNSUPPORTED_LABEL = marked("not in your documents")
DISAGREEMENT_LABEL = marked("other sources disagree")
TRANSLATED_LABEL = marked("translated from")
SHOWN_OF_TOTAL = marked("{shown} of {total} shown")
_COMPARED = marked(
    "found by meaning in another language; numbers, names and negation were compared, the rest was not proven."
)
_NEGATION_UNKNOWN = marked(
    "found by meaning in another language; numbers and names were compared, negation could not be, and the rest was "
    "not proven."
)


def what_was_compared(unchecked: Sequence[str]) -> str:
    """Return, in English, what of a translated claim was compared with its source; ``unchecked`` are the claim's."""
    return _NEGATION_UNKNOWN if unchecked else _COMPARED


def clean(text: str) -> str:
    """Return the text without the control characters that a terminal would obey, and without letters nobody sees."""
    return visible(text.translate(_UNSAFE_CHARS))


def clean_in_place(text: str) -> str:
    """Return the text as :func:`clean` does, but with a replacement character for each, so that offsets still hold."""
    return visible(text.translate(_SAME_LENGTH), "�")


def one_line(text: str) -> str:
    """Return the text on one line, clean."""
    return " ".join(clean(text).split())


def duration(seconds: float) -> str:
    """Format seconds as "0:12" or "1:02:03"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def file_name(source: str) -> str:
    """Return the last part of a source's path; of a web page its address without the scheme."""
    if is_address(source):
        return one_line(source.partition("://")[2].removesuffix("/"))
    return one_line(PurePath(source).name) or one_line(source)


def record_name(record: FileRecord) -> str:
    """Return the name of a document's file; of a web page its address without the scheme."""
    return file_name(record.source if is_address(record.source) else record.path)


def heading(section: Sequence[str]) -> str:
    """Return the heading path, outermost first."""
    return " › ".join(filter(None, map(one_line, section)))


def names_apart(sources: Iterable[str]) -> dict[str, str]:
    """Name each source by the end of its path: its file name, and as many folders as tell it from the others."""
    parts = {source: PurePath(source).parts for source in sources}
    names: dict[str, str] = {}
    many = 1
    while left := [source for source in parts if source not in names]:
        alike = Counter(parts[source][-many:] for source in left)
        for source in left:
            if alike[parts[source][-many:]] == 1 or many >= len(parts[source]):
                names[source] = one_line("/".join(parts[source][-many:]).replace("//", "/")) or one_line(source)
        many += 1
    return {source: names[source] for source in parts}


def page_label(source: str, page: int) -> str:
    """Return what a page of that file is called: "page 3", "slide 3", "sheet 3"."""
    return tr(page_template(source), page=page)


def page_template(source: str) -> str:
    """Return, in English, how a page of that file is called: one of PAGE_LABELS."""
    suffix = "" if is_address(source) else PurePath(source).suffix.lower()
    if suffix in _SLIDE_EXTENSIONS:
        return _SLIDE
    return _SHEET if suffix in _SHEET_EXTENSIONS else _PAGE


def in_archive(source: str, section: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return source and section as they are cited: a member of an archive by its path, "papers.zip/lease.pdf"."""
    while (
        section
        and not is_address(source)
        and PurePath(source).suffix.lower() in _ARCHIVE_EXTENSIONS
        and not source.lower().endswith(_BOOK)
    ):
        source, section = f"{source}/{one_line(section[0])}", section[1:]
    return source, section


def place_text(source: str, page: int | None, section: Sequence[str]) -> str:
    """Return the place of something: the path, the page and the heading, as far as they are known."""
    source, section = in_archive(source, section)
    parts = [one_line(source)]
    if page is not None:
        parts.append(f"page {page}")
    if section:
        parts.append(heading(section))
    return ", ".join(filter(None, parts))


def answer_after(answer: Answer | None, event: Event) -> Answer:
    """Return the answer as known after this event; None is before the first event, which brings the quotes."""
    if isinstance(event, QuotesReady | Finished):
        return event.answer
    if answer is None:
        raise ValueError("an answer begins with its quotes")
    if isinstance(event, ClaimChecked):
        return replace(answer, claims=(*answer.claims, event.claim))
    return answer


def tokens_read(answer: Answer) -> str:
    """Return what the model read: "120 of 2,048 tokens", and what the prompt of a discarded first draft cost."""
    last = answer.prompt_tokens if answer.budget is None else answer.budget.prompt_tokens
    first = answer.prompt_tokens - last
    read = tr("{read:,} of {window:,} tokens", read=last, window=answer.window)
    if not first:
        return read
    discarded = tr(
        "a first draft, from a prompt of {first:,}, was discarded because your documents did not support it",
        first=first,
    )
    return f"{read}; {discarded}"


def exchanges(turns: int) -> int:
    """Return how many questions with their answers so many turns are."""
    return (turns + 1) // 2


def text_around(citation: Citation, passages: Iterable[Passage], reach: int) -> tuple[str, str]:
    """Return up to ``reach`` characters of a citation's paragraph before and after it, in whole words on one line each.

    "" where the paragraph or the passage begins or ends there, or where the passage is missing.
    """
    passage = passage_of(citation, passages)
    if passage is None:
        return "", ""
    [(start, end)] = spans_within(passage, [citation])
    first, last = _paragraph(passage.text, start, end, paragraph_break(citation))
    before, after = one_line(passage.text[first:start]), one_line(passage.text[end:last])
    if len(before) > reach:
        before = f"… {before[-reach:].partition(' ')[2]}"
    if len(after) > reach:
        after = f"{after[:reach].rpartition(' ')[0]} …"
    return before, after


def _paragraph(text: str, start: int, end: int, ends: str) -> tuple[int, int]:
    """Return the start and end of the paragraph that holds these characters."""
    first, last = text.rfind(ends, 0, start), text.find(ends, end)
    return first + len(ends) if first >= 0 else 0, last if last >= 0 else len(text)


def text_between(one: Citation, other: Citation, passages: Iterable[Passage]) -> str:
    """Return the text from the end of one citation to the beginning of the other, on one line."""
    passage = passage_of(one, passages)
    return one_line(passage.text[one.end - passage.start : other.start - passage.start]) if passage else ""
