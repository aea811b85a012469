"""A table fits its terminal: side by side where there is room, else a line for each cell."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ui.cli.layout.tables import MAX_LINE_CHARS, FittedTable, RunningText, hanging


def drawn(width: int, *labels: str) -> list[str]:
    table = FittedTable(*labels, no_wrap=("Id",))
    table.add_row("papers/lease.pdf", Text("a1b2c3d4e5f6"), "en", "read in part: page 3 is a picture of a page")
    table.add_row("papers/mill.txt", "0f0f0f0f0f0f", "")
    console = Console(width=width, no_color=True)
    with console.capture() as caught:
        console.print(table)
    return [line.rstrip() for line in caught.get().splitlines()]


def test_rows_stand_side_by_side_where_there_is_room() -> None:
    assert drawn(120, "File", "Id", "Language", "Outcome")[:2] == [
        "File              Id            Language  Outcome",
        "papers/lease.pdf  a1b2c3d4e5f6  en        read in part: page 3 is a picture of a page",
    ]


def test_spare_columns_are_left_out_before_anything_is_wrapped() -> None:
    table = FittedTable("File", "Title", "Id", spare=("Title",))
    table.add_row("papers/lease.pdf", "The lease of the mill", "a1b2c3d4e5f6")
    for width, shown in ((60, True), (44, False)):
        console = Console(width=width, no_color=True)
        with console.capture() as caught:
            console.print(table)
        assert ("The lease" in caught.get()) is shown and "a1b2c3d4e5f6" in caught.get()


def test_in_a_narrow_terminal_each_cell_has_a_line_with_its_label() -> None:
    assert drawn(40, "File", "Id", "Language", "Outcome") == [
        "File: papers/lease.pdf",
        "Id: a1b2c3d4e5f6",
        "Language: en",
        "Outcome: read in part: page 3 is a",
        "         picture of a page",
        "",
        "File: papers/mill.txt",
        "Id: 0f0f0f0f0f0f",
    ]


def test_nothing_is_lost_at_any_width() -> None:
    for width in (20, 40, 57, 80, 200):
        words = "".join("".join(drawn(width, "File", "Id", "", "Outcome")).split())
        for part in ("papers/lease.pdf", "a1b2c3d4e5f6", "papers/mill.txt", "0f0f0f0f0f0f"):
            assert part in words, width


def test_further_lines_begin_below_the_first() -> None:
    console = Console(width=12, no_color=True)
    with console.capture() as caught:
        console.print(hanging(Text("- "), Text("one two three four")))
    assert [line.rstrip() for line in caught.get().splitlines()] == ["- one two", "  three four"]


def test_running_text_has_lines_that_can_be_read_where_a_person_sees_them() -> None:
    for width, seen, longest in ((200, True, MAX_LINE_CHARS), (60, True, 60), (200, False, 200)):
        console = Console(width=width, force_terminal=seen, no_color=True)
        with console.capture() as caught:
            console.print(hanging(Text("- "), RunningText(Text("to be read " * 80))))
        lines = caught.get().splitlines()
        assert longest - 12 < max(len(line.rstrip()) for line in lines) <= longest + 2, (width, seen)
