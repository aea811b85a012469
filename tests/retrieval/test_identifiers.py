"""Identifiers, numbers and names are found as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.text.analyzer import codes, grams, symbols, terms
from tests.doubles import BagEmbedder
from tests.town import file_away

NOTES = {
    "home.md": "Set OAKEN_HOME to move the folder.",
    "other-home.md": "The home of oaken things is a folder; home is where oaken lives, and the folder moves.",
    "code.md": "Call getUserById(7) once.",
    "user.md": "A user may get an id by mail; users get it by post.",
    "version.md": "Fixed in v1.5.9 of the store.",
    "versions.md": "Fixed in v1.5.8 and in v1.9.5 of the store.",
    "house.txt": "Жилой дом № 17-б по улице Речной.",
    "houses.txt": "Дома № 17 и № 18-б по улице Речной; б — это строение.",
    "levels.csv": "month: 2023-04 | highest: 2.91\n\nmonth: 2023-05 | highest: 2.40",
    "april.md": "In April the water is high, the highest of all months. The year 2023 was dry.",
    "invoice.md": "Invoice INV-2023/044 was paid late.",
    "invoices.md": "Invoices INV-2023/045 and INV-2022/044 were paid. 2023 had 044 of them.",
}


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("OAKEN_HOME", "home.md"),
        ("where is OAKEN_HOME set", "home.md"),
        ("getUserById", "code.md"),
        ("get user by id function getUserById", "code.md"),
        ("v1.5.9", "version.md"),
        ("1.5.9", "version.md"),
        ("№ 17-б", "house.txt"),
        ("INV-2023/044", "invoice.md"),
        ("when was inv-2023/044 paid", "invoice.md"),
        ("What was the highest in April 2023?", "levels.csv"),
        ("¿Cuál fue el máximo de abril de 2023?", "levels.csv"),
    ],
)
def test_an_identifier_is_found_exactly(query: str, source: str, library: Library, embedder: BagEmbedder) -> None:
    for name, text in NOTES.items():
        file_away(library, name, text, "ru" if name.endswith(".txt") else "en", embedder)
    assert source in [each.source for each in Assistant(library, embedder).search(query, 3)[:2]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("set OAKEN_HOME, then", ["oaken_home"]),
        ("getUserById() and XMLReader", ["getuserbyid", "xmlreader"]),
        ("v1.5.9 or 1.5.9.", ["v1.5.9", "1.5.9"]),
        ("дом № 17-б, кв. 4", ["17-б"]),
        ("INV-2023/044.", ["inv-2023/044"]),
        ("C++ and C#", ["c++", "c#"]),
        ("/etc/hosts, src/app/main.py", ["/etc/hosts", "src/app/main.py"]),
        ("a well-known line and/or 3.5 at 6:30", []),
        ("3.5 km on 9 March 2024", ["2024-03-09", "2024-03", "km"]),
        ("", []),
    ],
)
def test_codes(text: str, found: list[str]) -> None:
    assert codes(text) == found


KEYS = {
    "masks.csv": "Mask,What it does\n[N],inserts the name of the file\n[C],inserts a counter\n[E],inserts the ending\n",
    "keys.csv": "Key,What it does\nCtrl+K,opens the list of keys\nCtrl+L,empties the list\n",
    "c.md": "A C mask is what a file's name means when names are written in C. It is a mask of names in C.",
}


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What does [C] mean?", "counter"),
        ("что значит [c] в имени файла?", "counter"),
        ("what is [N] for?", "name of the file"),
        ("What does Ctrl+K do in the list?", "opens the list"),
    ],
)
def test_what_signs_make_what_it_is_is_found_with_its_signs(
    question: str, quoted: str, tmp_path: Path, library: Library, embedder: BagEmbedder
) -> None:
    for name, text in KEYS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ingest([tmp_path / name for name in KEYS], library, embedder)
    assert quoted in Assistant(library, embedder).ask(question, insist=True).quotes[0].quote


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What does “[C]” mean? And $Name?", ["[c]", "$name"]),
        ("Ctrl+K, {name} or .env:", ["ctrl+k", "{name}", ".env"]),
        ("5% of 10 + 3, $5, a well-known e-mail (or two)", []),
        ("", []),
    ],
)
def test_symbols(text: str, found: list[str]) -> None:
    assert symbols(text) == found


def test_a_name_in_camel_case_is_its_parts_too() -> None:
    assert {"getuserbyid", "user", "id"} <= set(terms("getUserById", "en"))
    assert terms("NATO", "en") == ["nato"]


def test_grams_meet_where_stems_do_not() -> None:
    assert set(grams("хлоропласт", "ru")) & set(grams("хлоропластный", "ru"))
    assert grams("the mill 1234", "en") == ["mill", "1234"]
