"""Text files in the encodings that are still around, in several at once, and damaged."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from benchmarks.quality.encodings import LANGUAGES, every_file, text_in
from ingest.readers import UnreadableError
from ingest.readers.shared.decoding.text_decoding import decode
from tests.ingest.readers.reading import document_of, outcome_of
from tests.linear_time import excess

SPANISH = "El molino está junto al río. ¿Quién lo construyó? La señora Núñez, en el año 1884."
RUSSIAN = "Мельница стоит у реки. Её построила семья Орловых в 1884 году, и она работает до сих пор."
GERMAN = "Die Mühle gehört der Gemeinde, und die Schlüssel hängen über der Tür."
ENGLISH = "The miller’s daughter said it wasn’t “hers” – the naïve answer cost £20."
JAPANESE = "図書館は九時に開きます。駅のとなりにあります。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_western_text_in_its_encodings(encoding: str) -> None:
    assert decode((SPANISH * 3).encode(encoding)) == SPANISH * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r"])
def test_russian_text_in_its_encodings(encoding: str) -> None:
    assert decode((RUSSIAN * 3).encode(encoding)) == RUSSIAN * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_short_text_in_every_encoding_of_its_language(language: str) -> None:
    text = text_in(language)
    read = {encoding: (decode(data), wanted) for encoding, data, wanted in every_file(text, language, 120)}
    assert len(read) > 10
    assert [encoding for encoding, (got, wanted) in read.items() if not re.fullmatch(wanted, got, re.DOTALL)] == []


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (SPANISH, "latin-1 iso8859-15 mac_roman cp850 cp437"),
        (GERMAN, "cp1252 latin-1 iso8859-15 mac_roman cp850 cp437"),
        (ENGLISH, "cp1252 mac_roman"),
        (RUSSIAN, "cp866 mac_cyrillic iso8859-5 utf-16-le utf-16-be utf-32-le utf-32-be"),
        (RUSSIAN.upper(), "cp1251 koi8-r cp866 mac_cyrillic iso8859-5 utf-16-le"),
        ("Ключ от печи у сторожа", "cp1251 koi8-r cp866 utf-16-le utf-16-be"),
        ("Książka leży na stole, a źdźbło trawy rośnie już w ogrodzie.", "cp1250 iso8859-2 utf-16-le"),
        ("Az őszi erdőben sétáltunk, és gyűjtöttük a gombát.", "cp1250 iso8859-2"),
        ("Η βιβλιοθήκη ανοίγει στις εννέα το πρωί και κλείνει το βράδυ.", "cp1253 iso8859-7 utf-16-le"),
        ("Бібліотека відчиняється о девятій ранку, її збудували давно.", "cp1251 koi8-u utf-16-be"),
        ("Güneş doğdu ve çocuklar bahçede oynamaya başladı.", "cp1254"),
        (JAPANESE, "cp932 euc_jp utf-16-le utf-16-be"),
        ("图书馆九点开门，六点关门。它在火车站旁边。", "gb18030 utf-16-le"),
    ],
)
def test_an_encoding_that_nothing_declares(text: str, encodings: str) -> None:
    for encoding in encodings.split():
        assert decode(text.encode(encoding, errors="ignore")) == text.encode(encoding, errors="ignore").decode(encoding)


@pytest.mark.parametrize(
    "text",
    [
        "Concepto;Importe;Saldo\nNÓMINA EMPRESA;1.850,00 €;3.765,65 €\nPANADERÍA PEÑA;-3,20 €;3.762,45 €\n",
        "Fecha;Importe\n02/01/2024;12,50 €\n03/01/2024;13,00 €\n05/01/2024;-4,00 €\n",
    ],
)
def test_names_in_capitals_and_prices_of_a_bank_statement(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_signs_of_an_encoding_are_not_taken_for_another_one() -> None:
    assert decode("Es kostet 50 € für alle, so der Bäcker aus der Straße.".encode("iso8859-15")).count("€") == 1
    assert decode("Mantener a 25 °C, n.º 4 del señor Peña".encode("cp1252")).count("°C, n.º 4") == 1
    drawn = "║ Цена      │ Рублей ║\n╟───────────┼────────╢\n║ Хлеб      │ 50     ║\n"
    assert decode(drawn.encode("cp866")) == drawn


@pytest.mark.parametrize("text", [SPANISH, RUSSIAN, GERMAN, ENGLISH, JAPANESE])
@pytest.mark.parametrize("lost", [0, -1])
def test_a_lost_byte_damages_its_letter_alone(text: str, lost: int) -> None:
    places = [at for at, letter in enumerate(text) if letter > "\x7f" and at < len(text) - 1]
    at = places[len(places) // 2]
    letter = bytearray(text[at].encode())
    del letter[lost]
    file = f"{text}\n{text[:at]}".encode() + bytes(letter) + f"{text[at + 1 :]}\n{text}".encode()
    assert decode(file) == f"{text}\n{text[:at]}\ufffd{text[at + 1 :]}\n{text}"


def test_damage_is_counted_in_a_remark(tmp_path: Path) -> None:
    data = f"{SPANISH}\nLos d".encode() + b"\xc3" + f"as de fiesta.\n{SPANISH}".encode()
    document = document_of(tmp_path, "a.txt", data)
    assert "Los d\ufffdas de fiesta." in document.text and document.remark.endswith(": 1")
    assert document_of(tmp_path, "b.txt", SPANISH.encode() + "\ufffd".encode()).remark == ""  # it was there before
    table = b"Bebida;Precio\ncaf\xc3;2,50\nt\xc3\xa9;1,80\ninfusi\xc3\xb3n;2,00\n"
    assert document_of(tmp_path, "c.csv", table).remark.endswith(": 1")


def test_a_log_cut_within_a_letter_is_read_from_the_next_one(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.log", f"{RUSSIAN}\n{SPANISH}\n{RUSSIAN}".encode()[1:-2])
    assert document.text.startswith(RUSSIAN[1:]) and document.text.endswith(RUSSIAN[:-2])
    assert document.remark.endswith(": 2")


@pytest.mark.parametrize(
    ("text", "other", "encoding"),
    [
        (RUSSIAN, "Ключ от печи у сторожа", "cp1251"),
        (RUSSIAN, "Ключ от печи у сторожа", "koi8-r"),
        (SPANISH, "La señora Ibáñez tiene la llave", "cp1252"),
        (ENGLISH, "Don’t touch it", "cp1252"),
        (GERMAN, "Der Bäcker öffnet früh", "mac_roman"),
        (ENGLISH, RUSSIAN, "cp866"),
    ],
)
def test_a_line_pasted_in_another_encoding_is_read_too(text: str, other: str, encoding: str) -> None:
    assert (
        decode(f"{text}\n".encode() + other.encode(encoding) + f"\n{text}\n".encode()) == f"{text}\n{other}\n{text}\n"
    )


def test_words_pasted_into_a_line_are_read_too() -> None:
    line = "Смотритель сказал: ".encode() + "ключ от печи у сторожа".encode("cp1251") + " и ушёл домой.".encode()
    assert decode(line) == "Смотритель сказал: ключ от печи у сторожа и ушёл домой."


def test_lines_of_one_file_in_different_encodings_that_are_no_utf_8() -> None:
    file = f"{RUSSIAN}\n".encode("cp1251") * 3 + f"{RUSSIAN}\n".encode("koi8-r") + f"{SPANISH}\n".encode("cp1252")
    assert decode(file) == f"{RUSSIAN}\n" * 4 + f"{SPANISH}\n"


def test_what_a_file_declares_is_believed_unless_it_reads_badly() -> None:
    assert decode(JAPANESE.encode("iso2022_jp"), "iso-2022-jp") == JAPANESE
    assert decode(b"it wasn\x92t", "iso-8859-1") == "it wasn’t"  # as browsers have it
    assert decode("Ключ от печи у сторожа".encode("cp1251"), "iso-8859-1") == "Ключ от печи у сторожа"
    assert decode("Güneş doğdu".encode("cp1254"), "windows-1254") == "Güneş doğdu"
    assert decode(SPANISH.encode("cp1252"), "no-such-charset") == SPANISH


def test_bytes_of_a_program_are_no_text_in_any_encoding(tmp_path: Path) -> None:
    draw = random.Random(1)
    hostile = [
        draw.randbytes(5_000),
        b"".join(number.to_bytes(2, "little") for number in range(4_000)),
        b"".join(draw.randrange(300).to_bytes(4, "little") for _ in range(2_000)),
        bytes(range(256)) * 20,
    ]
    for data in hostile:
        with pytest.raises(UnreadableError):
            decode(data)
        outcome, _ = outcome_of(tmp_path / "a.txt", data)
        assert outcome.value != "indexed"


def test_a_log_with_zeros_of_a_crash_stays_what_it_is() -> None:
    text = f"{RUSSIAN}\n" * 30
    assert decode(text.encode() + b"\0" * 80 + text.encode()) == text + "\0" * 80 + text


@pytest.mark.parametrize(
    "seed", [b"\xf1", b"\xc3", b"\xe2\x80", b"a\xc3\xa9\xd0 ", b"\xeb\xc5\xd0\xc5\xeb\n\xf1a\n", b"\0a", b"\xff"]
)
def test_the_time_grows_with_the_file(seed: bytes) -> None:
    text = seed.decode("latin-1")
    assert excess(lambda text: decode(text.encode("latin-1"), strict=False), "", text, (20_000, 80_000)) == ""
