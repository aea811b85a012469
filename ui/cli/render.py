"""What the command line prints, as Rich renderables.

Takes the types of rag/types.py, prints nothing, reads nothing but the name of the current folder. Every text from a
document, a file's name or an error is cleaned and put into a ``Text``, never into markup.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rag.citations import numbered_sources, source_numbers
from rag.grounding.code_blocks import code_language
from rag.text.sentences import fenced
from rag.types import NOT_FOUND, Answer, Citation, Claim, Document, FileRecord, Outcome, Passage
from ui.cli.layout.tables import FittedTable, RunningText, hanging
from ui.cli.render_quotes import ACCENT, quotes, side_by_side
from ui.shared.formatting import clean, exchanges, one_line, place_text, tokens_read, what_was_compared
from ui.shared.i18n import file_size, tr

if TYPE_CHECKING:
    from ingest.report import FileOutcome, IngestReport
    from rag.library.maintenance.health import HealthCheck
    from ui.shared.folders import DocumentName

SUCCESSFUL_OUTCOMES = frozenset({Outcome.INDEXED, Outcome.UNCHANGED, Outcome.MOVED, Outcome.DUPLICATE})
_STYLES = {Outcome.FAILED: "red", Outcome.ENCRYPTED: "red", Outcome.TOO_LARGE: "red"}
MOST_IN_PART = 20  # files read in part of which a report says what was not read
_SPARE = ("Pages", "Language", "Title")  # columns of a list that a narrow terminal lacks
_NOT_THERE = "(not in your documents)"


def sentence(claim: Claim, sources: Sequence[Citation]) -> RenderableType:
    """Return a sentence of the prose with its source numbers, or marked as translated or not in the documents.

    Code keeps its lines and is coloured by its language.
    """
    marks = "".join(f" [{number}]" for number in source_numbers(claim.citations, sources))
    block = fenced(claim.text)
    if block is not None:
        mark = Text(marks.strip(), style=f"bold {ACCENT}") if claim.supported else Text(_NOT_THERE, style="yellow")
        return Group(code(*block), mark)
    text = Text()
    if claim.supported:
        text.append(one_line(claim.text))
        text.append(marks, style=f"bold {ACCENT}")
    elif claim.translated:
        text.append(one_line(claim.text))
        text.append("  (translated from", style="cyan").append(marks, style="bold cyan").append(")", style="cyan")
    else:
        text.append(one_line(claim.text), style="dim italic")
        text.append(f"  {_NOT_THERE}", style="yellow")
    if claim.conflict:
        others = [f"[{number}]" for number in source_numbers(claim.conflict, sources)]
        verb = "says" if len(others) == 1 else "say"
        text.append("  (", style="yellow").append(" ".join(others), style=f"bold {ACCENT}")
        text.append(f" {verb} otherwise)", style="yellow")
    return RunningText(text)


def written_by_model() -> Text:
    """Return the heading of the prose, which tells it from the quotes above."""
    return Text("In the model's words:", style="dim")


def legend(claims: Iterable[Claim]) -> list[Text]:
    """Return what "translated from" means, a line per kind of comparison; [] where nothing is translated."""
    told = dict.fromkeys(claim.unchecked for claim in claims if claim.translated)
    return [Text(f"Translated: {what_was_compared(unchecked)}", style="dim") for unchecked in told]


def corrected(question: str) -> Text:
    """Return the note of the question as it was corrected."""
    return Text(tr("Showing answers for “{question}”.", question=one_line(question)), style="dim")


def own_reply(answer: Answer) -> RenderableType:
    """Return Oaken's own reply, and the sentences it points to."""
    said = [_reply_line(line) for line in clean(answer.reply).split("\n")]
    if not answer.quotes:
        return Group(*said)
    if answer.comparison is not None:
        return Group(*said, Text(), side_by_side(answer, answer.comparison, numbered_sources(answer)))
    return Group(*said, Text(), quotes(answer, answer.quotes))


def _reply_line(line: str) -> RenderableType:
    """Return a line, an item of a list so that its further lines begin below its first word."""
    if not line.startswith("- "):
        return RunningText(Text(line))
    return hanging(Text("- "), RunningText(Text(line[2:], overflow="fold")))


def code(language: str, lines: str) -> RenderableType:
    """Return code between its fences, coloured where the language is known."""
    from rich.syntax import Syntax

    name = one_line(language)
    body = Syntax(clean(lines).rstrip("\n"), name or "text", theme="ansi_dark", background_color="default")
    return Group(Text(f"```{name}", style="dim"), body, Text("```", style="dim"))


def source_list(sources: Sequence[Citation]) -> RenderableType:
    """Return the numbered sources: file, page, section."""
    grid = Table.grid(padding=(0, 1))
    for number, source in enumerate(sources, 1):
        grid.add_row(
            Text(f"[{number}]", style=f"bold {ACCENT}"),
            Text(place_text(source.source, source.page, source.section), overflow="fold"),
        )
    return Group(Text("Sources", style="bold"), grid)


def footer(answer: Answer) -> Text:
    """Return one quiet line: use of the context window, and time."""
    parts = [f"{sum(answer.timings.values()):.1f} s"]
    if answer.prompt_tokens:
        parts.insert(0, f"prompt {tokens_read(answer)}")
    if answer.budget is not None:
        left_out = [
            _count(len(answer.budget.dropped), "passage"),
            _count(exchanges(answer.budget.dropped_turns), "earlier question"),
        ]
        named = " and ".join(filter(None, left_out))
        if named:
            parts.insert(1, f"{named} did not fit")
    return Text(" · ".join(parts), style="dim")


def _count(number: int, noun: str) -> str:
    return "" if not number else f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def not_found(answer: Answer, insist: str = "--insist") -> RenderableType:
    """Return the statement that the documents do not answer, with the nearest passages.

    ``insist`` is the option that asks for an answer all the same.
    """
    said = Text(NOT_FOUND, style="bold yellow")
    if not answer.passages:
        return said
    rows: list[RenderableType] = [said, Text("The nearest passages:", style="dim"), passages(answer.passages[:3])]
    return Group(*rows, Text(f"To have them answer anyway, add {insist}.", style="dim"))


def passages(found: Sequence[Passage], *, whole: bool = False) -> RenderableType:
    """Return passages by rank with their place and score; cut to a few lines unless ``whole``."""
    rows: list[RenderableType] = []
    for rank, passage in enumerate(found, 1):
        place = Text(place_text(passage.source, passage.page, passage.section), style="bold", overflow="fold")
        head = hanging(
            Text(f"{rank}. ", style=f"bold {ACCENT}"), place.append(f"  {passage.score:.3f}", style="not bold dim")
        )
        lines = clean(passage.text).strip()
        text = lines if whole else _cut(lines if code_language(passage.source) else one_line(passage.text), 300)
        rows += [head, Padding(Text(text), (0, 0, 1, 3), expand=False)]
    return Group(*rows)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def report(report: IngestReport, name: Callable[[str], str] = one_line) -> RenderableType:
    """Return an ingest run's totals, and the reason for each file that was not added, or not all of it.

    ``name`` gives the words that name a file, from its source.
    """
    counts = dict.fromkeys(Outcome, 0)
    for each in report.outcomes:
        counts[each.outcome] += 1
    line = Text()
    for outcome, count in counts.items():
        if count:
            line.append(f"{'  ' if line else ''}{count} ", style="bold")
            line.append(
                outcome.value.replace("_", " "),
                style=_STYLES.get(outcome, ACCENT if outcome in SUCCESSFUL_OUTCOMES else "yellow"),
            )
        if outcome is Outcome.INDEXED and report.in_part:
            line.append(f" ({len(report.in_part)} in part)", style="yellow")
    if report.removed:
        line.append(f"  {report.removed} ", style="bold")
        line.append("removed (their files are gone)")
    chunks = sum(each.chunks for each in report.outcomes)
    line.append(f"  ·  {chunks} passages, {report.seconds:.1f} s", style="dim")
    left_out = [each for each in report.outcomes if each.outcome not in SUCCESSFUL_OUTCOMES]
    told = [*left_out, *report.in_part[:MOST_IN_PART]]
    parts: list[RenderableType] = [_reasons(told, name)] if told else []
    if more := len(report.in_part[MOST_IN_PART:]):
        parts.append(Text(f"{more} more were read in part: oaken show DOCUMENT says what was not.", style="dim"))
    if report.stopped:
        parts.append(Text("Stopped before the end; run it again to go on.", style="yellow"))
    if report.note:
        parts.append(Text(report.note, style="dim"))
    return Group(*parts, line)


def _reasons(outcomes: Iterable[FileOutcome], name: Callable[[str], str]) -> RenderableType:
    table = FittedTable("File", "Outcome", "Reason")
    for each in outcomes:
        style = _STYLES.get(each.outcome, "yellow")
        outcome = Text("read in part" if each.in_part else each.outcome.value.replace("_", " "), style=style)
        table.add_row(name(each.source), outcome, one_line(each.reason))
    return table


def documents(records: Sequence[FileRecord], names: Mapping[str, DocumentName]) -> RenderableType:
    """Return the library's documents as a table; ``names`` are those of the records, by id."""
    labels = ["Document", "Title", "Id", "Language", "Pages", "Passages", "Outcome"]
    has_tags = any(record.tags for record in records)
    table = FittedTable(*labels, *(["Tags"] if has_tags else []), no_wrap=("Id",), spare=_SPARE)
    for record in records:
        lasting = Outcome.INDEXED if record.outcome is Outcome.MOVED else record.outcome  # it moved in an earlier run
        outcome = Text(lasting.value.replace("_", " "), style="" if lasting in SUCCESSFUL_OUTCOMES else "yellow")
        if record.reason and record.outcome not in SUCCESSFUL_OUTCOMES:
            outcome.append(f": {one_line(record.reason)}", style="dim")
        table.add_row(
            names[record.id].place,
            names[record.id].title,
            Text(record.id, style="dim"),
            record.language,
            "" if record.pages is None else str(record.pages),
            str(record.chunks) if record.chunks else "",
            outcome,
            *([", ".join(record.tags)] if has_tags else []),
        )
    return table


def tagged(name: str, tags: Sequence[str]) -> RenderableType:
    """Return a document's name with its tags."""
    return Text.assemble(one_line(name), ": ", (", ".join(tags) or "no tags", "" if tags else "dim"))


def tags(counts: Mapping[str, int]) -> RenderableType:
    """Return the tags as a table, each with the number of documents that have it."""
    table = FittedTable("Tag", "Documents")
    for tag, number in counts.items():
        table.add_row(tag, str(number))
    return table


def document(record: FileRecord, held: Document | None, name: DocumentName) -> RenderableType:
    """Return what is known of one document, a fact a line; ``held`` is its text, where it has some."""
    changed = ""
    with contextlib.suppress(ValueError, OverflowError, OSError):  # a file system may tell any number
        changed = f"{datetime.fromtimestamp(record.stamp.mtime_ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC"
    facts = [
        ("Document", name.place),
        ("Title", name.title),
        ("Path", path_from(Path.cwd(), record)),
        ("Id", record.id),
        ("Outcome", ": ".join(filter(None, (record.outcome.value.replace("_", " "), record.reason)))),
        ("Type", record.media_type),
        ("Size", file_size(record.stamp.size)),
        ("Changed", changed),
        ("Ingested", f"{record.ingested_at[:16].replace('T', ' ')} UTC" if record.ingested_at else ""),
        ("Language", record.language),
        ("Pages", str(record.pages or "")),
        ("Passages", str(record.chunks or "")),
        ("Tags", ", ".join(record.tags)),
    ]
    if held is not None:
        facts += [
            ("Sections", "\n".join(_sections(held))),
            ("Links", str(len(held.links) or "")),
            ("Not read", held.remark),
        ]
    grid = Table.grid(padding=(0, 2))
    for label, value in facts:
        if value:
            lines = "\n".join(map(one_line, value.split("\n")))
            grid.add_row(Text(label, style="dim"), Text(lines, overflow="fold"))
    return grid


def _sections(held: Document) -> list[str]:
    """Return the names of the sections on the first level that has several; of a mail, its attachments among them.

    Where no level has several, the names of all levels.
    """
    sections = [each.section for each in held.elements]
    levels = [dict.fromkeys(section[depth] for section in sections if len(section) > depth) for depth in range(3)]
    return next((list(names) for names in levels if len(names) > 1), [name for names in levels for name in names])


def path_from(folder: Path, record: FileRecord) -> str:
    """Return the path of a document's file: relative to the folder if it is inside it, otherwise absolute."""
    location = Path(record.root, record.path)
    return str(location.relative_to(folder) if location.is_relative_to(folder) else location)


def checks(rows: Iterable[HealthCheck]) -> RenderableType:
    """Return the lines of ``oaken doctor``."""
    grid = Table.grid(padding=(0, 2))
    for check in rows:
        mark = Text("ok", style=ACCENT) if check.ok else Text("not ok", style="bold red")
        grid.add_row(mark, Text(one_line(check.name), style="bold"), Text(one_line(check.detail), overflow="fold"))
    return grid
