"""Tables as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import UnreadableError
from ingest.readers.data import csv_table
from rag.types import Outcome
from tests.ingest.readers.reading import document_of, told
from tests.linear_time import excess


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_tables_as_text_in_any_dialect(tmp_path: Path, sign: str, encoding: str) -> None:
    lines = [["Имя", "Цена", "Где"], ["Хлеб ржаной", "3,50" if sign != "," else "3.50", "у моста через реку Немру"]]
    content = "\n".join(sign.join(line) for line in lines)
    document = document_of(tmp_path, "a.csv", content.encode(encoding))
    assert told(document)[1] == ("row", f"Имя: Хлеб ржаной | Цена: {lines[1][1]} | Где: у моста через реку Немру")


def test_quoted_cells_hold_signs_and_line_ends(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.csv", 'Who,Says\n"Reed, Anna","He said ""no"".\nThen he left."\n')
    assert told(document)[1] == ("row", 'Who: Reed, Anna | Says: He said "no". Then he left.')


def test_a_table_that_is_too_large_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.data.csv_table.MAX_CSV_CELLS", 5)
    with pytest.raises(UnreadableError) as caught:
        document_of(tmp_path, "a.csv", "a,b\n1,2\n3,4\n")
    assert caught.value.outcome is Outcome.TOO_LARGE


def rows_of(folder: Path, content: str | bytes, name: str = "a.csv") -> list[str]:
    return [text for _, text in told(document_of(folder, name, content))]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (
            "Vela;Largo;Ancho\n" + "".join(f"Foque {n};{n},40;{n},05\n" for n in range(3, 18)),
            "Vela: Foque 3 | Largo: 3,40 | Ancho: 3,05",
        ),
        (
            "Горшок;Цена\n" + "".join(f"Горшок № {n};{n}0,50\n" for n in range(7, 30)),
            "Горшок: Горшок № 7 | Цена: 70,50",
        ),
        (
            "Booked;Boat\n" + "".join(f'"May {n}, 2021";Skiff {n}\n' for n in range(1, 15)),
            "Booked: May 1, 2021 | Boat: Skiff 1",
        ),
        (
            "Booked;Boat;Crew\n" + "".join(f"May {n}, 2021;Skiff;{n}\n" for n in range(1, 15)),
            "Booked: May 1, 2021 | Boat: Skiff | Crew: 1",
        ),
        ("1,5;2,5;Ost\n" * 12, "1,5 | 2,5 | Ost"),
        ("Who\tSays\n" + "Ada\tno, never, no\n" * 12, "Who: Ada | Says: no, never, no"),
        ("Name,Tags\n" + "Oak,tree;old;tall\n" * 12, "Name: Oak | Tags: tree;old;tall"),
        ("Name|Notes\n" + "Oak|old, tall; green\n" * 12, "Name: Oak | Notes: old, tall; green"),
        (
            "Boats of the club, 2024\n\nBoat;Length;Crew\n" + "Skiff;4,20;2\n" * 12,
            "Boat: Skiff | Length: 4,20 | Crew: 2",
        ),
        ("sep=;\nBoat;Crew\nSkiff, old;2\n", "Boat: Skiff, old | Crew: 2"),
        ("Name\n" + "Reed, Anna\n" * 12, "Reed, Anna"),
    ],
)
def test_the_delimiter_divides_the_header_as_the_rows(tmp_path: Path, content: str, row: str) -> None:
    assert row in rows_of(tmp_path, content)


def test_a_cell_over_many_lines_is_one_cell(tmp_path: Path) -> None:
    notes = "\n".join(f"line {n}, of the log" for n in range(120))
    rows = rows_of(tmp_path, f'no;entry;hand\n1;"{notes}";Ada\n2;short, dull;Bo\n')
    assert len(rows) == 3 and rows[1].endswith("line 119, of the log | hand: Ada")
    assert rows[2] == "no: 2 | entry: short, dull | hand: Bo"


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_space_may_follow_the_delimiter(tmp_path: Path, sign: str) -> None:
    rows = rows_of(tmp_path, f'name{sign} says\nAda{sign} "yes, no; or"\nBo{sign} "none"\n')
    assert rows == ["name | says", "name: Ada | says: yes, no; or", "name: Bo | says: none"]


@pytest.mark.parametrize(
    ("broken", "rows"),
    [
        ('rod,"4 long,blue', ['part: rod | size: "4 long | hue: blue']),
        ('rod,4,"blue', ['part: rod | size: 4 | hue: "blue']),
        ('"rod,4,blue', ['part: "rod | size: 4 | hue: blue']),
        (
            'rod,"4 long,blue\nbar,"5 long,red',
            ['part: rod | size: "4 long | hue: blue', 'part: bar | size: "5 long | hue: red'],
        ),
        (
            'rod,"4 long,blue\nbar,"5, or 6",red',
            ['part: rod | size: "4 long | hue: blue', "part: bar | size: 5, or 6 | hue: red"],
        ),
    ],
)
def test_an_open_quotation_mark_takes_no_other_row(tmp_path: Path, broken: str, rows: list[str]) -> None:
    others = [f"peg {n},{n},grey" for n in range(30)]
    document = document_of(tmp_path, "a.csv", "\n".join(["part,size,hue", broken, *others]))
    assert [text for _, text in told(document)][1 : 1 + len(rows)] == rows
    assert len(told(document)) == 1 + len(rows) + len(others)
    assert document.remark.endswith("in line 2")


def test_quotation_marks_within_a_cell_are_no_fault(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.csv", 'bolt,use\n3" steel,door\n"Smith" Ltd.,gate\n"two\nlines" x,wall\n')
    assert document.remark == ""
    assert [text for _, text in told(document)][1:] == [
        'bolt: 3" steel | use: door',
        "bolt: Smith Ltd. | use: gate",
        "bolt: two lines x | use: wall",
    ]


def test_too_many_open_quotation_marks_are_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.data.csv_table._MAX_UNCLOSED", 3)
    rows = rows_of(tmp_path, "a,b\n" + 'x,"y\n' * 5 + 'z,"w"\n')
    assert rows == ["a | b", *['a: x | b: "y'] * 5, 'a: z | b: "w"']


@pytest.mark.parametrize(
    "form",
    [
        "Client;Potter & Sons\nInvoice no.;P-118\nPayable;2023-06-30\nSum;412,80\n",
        "Surname,Ortiz\nTown,Lugo\nBorn,1971-02-03\nShoe size,41\n",
        "Участник,Лугин\nНомер лодки,14\nДата,2024-05-09\nКласс,Швертбот\n",
    ],
)
def test_a_form_has_no_header(tmp_path: Path, form: str) -> None:
    sign = ";" if ";" in form else ","
    assert rows_of(tmp_path, form) == [line.replace(sign, " | ", 1) for line in form.splitlines()]


@pytest.mark.parametrize("seed", ['"', 'x,"y\n', '"""\n', 'a,"b"",\n', '"a\nb" x,y\n', ";,"])
def test_the_time_grows_with_the_table(seed: str) -> None:
    def cells(text: str) -> int:
        lines = text.splitlines(keepends=True)
        return sum(len(row) for row in csv_table._records(lines, csv_table._delimiter(text, ","), []))

    assert excess(cells, "", seed, (20_000, 80_000)) == ""
