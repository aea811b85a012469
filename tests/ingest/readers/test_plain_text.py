"""Text files: lines wrapped by hand, and what is no text."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ingest.readers import UnreadableError, read
from ingest.readers.plain_text import paragraphs
from rag.types import Outcome
from tests.ingest.readers.reading import document_of, told


def test_lines_wrapped_by_hand_are_joined_and_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(
        "Dear Anna,\n\n"
        "the tram to the observatory now runs every quarter of an\n"
        "hour, and the last one leaves at half past eleven in the\n"
        "evening.\n\n"
        "- bread\n- milk for the journey\n\n"
        "Yours,\nBoris\n"
    )
    document = read(path)
    assert [text for _, text in told(document)] == [
        "Dear Anna,",
        "the tram to the observatory now runs every quarter of an hour, and the last one leaves at half past eleven "
        "in the evening.",
        "- bread\n- milk for the journey",
        "Yours,\nBoris",
    ]
    assert document.language == "en" and document.pages is None
    assert {element.section for element in document.elements} == {()}


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_a_text_file_without_text_is_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / "a.txt")
    assert caught.value.outcome is Outcome.EMPTY


def test_bytes_that_are_no_text_fail(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(UnreadableError, match="not text"):
        read(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "text",
    [
        "What to bring to the boathouse on the first Sunday of the month:\nropes, two of them\na lamp\noil\npaint",
        "The ferry across the lower ford sails on these days and hours of the week:\nMonday none\n"
        "Tuesday 9-17\nFriday 10-16",
        "The ferry across the lower ford sails on these days and hours of the week\nMonday none\n"
        "Tuesday 9-17\nFriday 10-16",
        "[02/05/2023, 08:00:00] Ada: is anybody down at the slipway this morning?\n[02/05/2023, 08:01:10] Bo: yes\n"
        "[02/05/2023, 08:02:00] Ada: Who has the key of the shed then?\n[02/05/2023, 08:03:00] Bo: Carl",
        "12.05.23, 10:00 - Аня: кто-нибудь сейчас есть на пристани у сарая?\n12.05.23, 10:01 - Боря: да\n"
        "12.05.23, 10:02 - Аня: где ключ?\n12.05.23, 10:03 - Боря: за часами",
        "The river took the bridge away that spring,\nAnd nobody could cross it but the birds.\n"
        "The ferryman came down to us to sing,\nAnd then he went away without his words.",
        "Anna Reed, chairwoman of the club since 2011\nBoris Lindqvist, keeper of all the boats and oars\n"
        "Carla Fuentes, treasurer and secretary\nDora Weiss, cook",
        "Otto Lind\n12 Mill Lane\nTresvado",
    ],
)
def test_lines_of_lists_timetables_poems_and_chats_stay_lines(text: str) -> None:
    assert list(paragraphs(f"{text}\n")) == [text]


@pytest.mark.parametrize("width", [48, 60, 72])
@pytest.mark.parametrize(
    "text",
    [
        "The river took the bridge away in the spring of 1957, and Otto Lind built the ferry that has crossed the "
        "lower ford ever since, summer and winter, except on the days when there is ice.",
        "Im Frühling 1957 nahm der Fluss die Brücke mit, und der Müller baute die Fähre, die seither die untere Furt "
        "Tag und Nacht quert, außer wenn Eis auf dem Fluss liegt oder der Wind zu stark ist.",
        "Весной 1957 года река унесла мост, и мельник построил паром, который с тех пор ходит через нижний брод зимой "
        "и летом, кроме дней, когда стоит лёд.",
        "El río se llevó el puente en la primavera de 1957, y desde entonces cruza la barca.",
        "The ferry sails at six. Nobody waits for it any longer.",
    ],
)
def test_prose_that_was_wrapped_by_hand_is_one_line(tmp_path: Path, text: str, width: int) -> None:
    document = document_of(tmp_path, "a.txt", f"{textwrap.fill(text, width)}\n\nOtto Lind\n12 Mill Lane\n")
    assert document.text == f"{text}\n\nOtto Lind\n12 Mill Lane"


def test_a_list_below_wrapped_prose_is_not_part_of_it(tmp_path: Path) -> None:
    prose = (
        "Everybody who comes to the boathouse on the first Sunday of\n"
        "the month brings something of this, and a sandwich, and if\n"
    )
    document = document_of(tmp_path, "a.txt", f"{prose}possible good weather:\nropes\noil\npaint\n")
    assert document.text == f"{' '.join(prose.split())} possible good weather:\nropes\noil\npaint"


def test_columns_between_tabs_are_a_table(tmp_path: Path) -> None:
    stock = "Stock of the kiln\n\nItem\tCount\tPrice\nJar\t5\t200\nBowl\t\t30\n\n"
    text = f"{stock}Counted in May.\n1.\tone\tmore\n2.\ttwo\tmore\n\nMon\t9:00\tdentist\nTue\t\tgarden\n"
    assert told(document_of(tmp_path, "a.txt", text.replace("\n", "\r\n"))) == [
        ("text", "Stock of the kiln"),
        ("row", "Item | Count | Price"),
        ("row", "Item: Jar | Count: 5 | Price: 200"),
        ("row", "Item: Bowl | Price: 30"),
        ("text", "Counted in May.\n1. one more\n2. two more"),
        ("row", "Mon | 9:00 | dentist"),
        ("row", "Tue | | garden"),
    ]
