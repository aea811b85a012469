"""The page's words in its languages: plural forms, numbers, messages of the core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from rag.messages import Message, joined
from ui.shared import i18n
from ui.shared.i18n import (
    day,
    day_format,
    file_size,
    from_accept_language,
    is_translated,
    nearest_language,
    number,
    page_languages,
    show_message,
    tr,
    trn,
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    i18n.set_language_source(lambda: "en")


def speak(held: str) -> None:
    i18n.set_language_source(lambda: held)


def test_a_language_is_there_where_its_catalogue_is() -> None:
    folders = {path.name for path in i18n.LOCALE_FOLDER.iterdir() if (path / "LC_MESSAGES" / "oaken.po").exists()}
    assert set(page_languages()) == {"en", *folders} and next(iter(page_languages())) == "en"
    assert page_languages()["es"] == "Español" and page_languages()["ru"] == "Русский"


def test_counted_things_take_the_form_of_their_language() -> None:
    def counted(n: int) -> str:
        return trn(n, "{n} document", "{n} documents")

    assert [counted(n) for n in (1, 2, 1200)] == ["1 document", "2 documents", "1,200 documents"]
    speak("es")
    assert [counted(n) for n in (1, 2, 12000)] == ["1 documento", "2 documentos", "12.000 documentos"]
    speak("ru")
    said = [counted(n).split("\xa0")[-1].split()[-1] for n in (1, 2, 5, 11, 12, 21, 22, 111)]
    one, few, many = "документ", "документа", "документов"
    assert said == [one, few, many, many, many, one, few, many]


@pytest.mark.parametrize(
    ("held", "written"),
    [
        ("en", ["12,345", "0.9", "1,234.5", "93%", "12"]),
        ("es", ["12.345", "0,9", "1.234,5", "93%", "12"]),
        ("ru", ["12\xa0345", "0,9", "1\xa0234,5", "93%", "12"]),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(held: str, written: list[str]) -> None:
    speak(held)
    given = ((12345, ","), (0.9, ".1f"), (1234.5, ",.1f"), (0.93, ".0%"), (12.0, "g"))
    assert [number(value, spec) for value, spec in given] == written
    assert show_message(Message("{size:,} bytes", size=12345)).startswith(number(12345))


@pytest.mark.parametrize(
    ("held", "written"),
    [
        ("en", ["4.75 GB", "98.4 MB", "12 kB", "512 bytes", "1,234 GB"]),
        ("es", ["4,75 GB", "98,4 MB", "12 kB", "512 B", "1.234 GB"]),
        ("ru", ["4,75 ГБ", "98,4 МБ", "12 кБ", "512 Б", "1\xa0234 ГБ"]),
    ],
)
def test_sizes_are_written_as_the_language_writes_them(held: str, written: list[str]) -> None:
    speak(held)
    said = [file_size(count) for count in (4.7512e9, 98.4e6, 12_000, 512, 1.234e12)]
    assert [re.sub(r"\s", " ", each) for each in said] == [re.sub(r"\s", " ", each) for each in written]


@pytest.mark.parametrize(
    ("held", "written", "form"),
    [
        ("en", "2026-11-03", "YYYY-MM-DD"), ("es", "3/11/2026", "D/M/YYYY"), ("ru", "03.11.2026", "DD.MM.YYYY"),
        ("de", "03.11.2026", "DD.MM.YYYY"),
    ],
)  # fmt: skip
def test_dates_are_written_as_the_language_writes_them(held: str, written: str, form: str) -> None:
    speak(held)
    assert (day(date(2026, 11, 3)), day_format()) == (written, form)


def test_messages_of_the_core_are_shown_with_all_their_parts() -> None:
    speak("es")
    inner = Message("it is {what}", what=Message("an audio file, and speech is not transcribed"))
    assert show_message(Message("the attachment {name} was not read: {why}", name="sound", why=inner)) == (
        "el adjunto sound no se leyó: es un sonido, y el habla no se transcribe"
    )
    both = joined("; ", [Message("there is no text in it"), Message("moved from {file}", file="/a/{x}.txt")])
    assert show_message(both) == "no contiene texto; trasladado desde /a/{x}.txt"
    assert show_message("the moon is full") == "the moon is full" and show_message("") == ""
    assert show_message(
        Message("{path} cannot be read: {why}.", path="x", why=OSError(13, "Permission denied"))
    ).endswith("permiso denegado.")


def test_what_is_not_translated_is_said_in_english() -> None:
    speak("ru")
    assert tr("No such sentence {a}", a=1) == "No such sentence 1"
    assert not is_translated("No such sentence") and is_translated("there is no text in it")
    assert trn(2, "{n} such thing", "{n} such things") == "2 such things"
    speak("xx")
    assert i18n.language() == "en" and is_translated("No such sentence")


def test_the_nearest_language_is_taken() -> None:
    asked = ("es-MX", "ru", "EN_us", "tlh", None, "")
    assert [nearest_language(each) for each in asked] == ["es", "ru", "en", "en", "en", "en"]
    accepted = ("tlh, es;q=0.8", "ru;q=0.5, es;q=0.9", "es;q=0, ru", "es;q=x", "")
    assert [from_accept_language(each) for each in accepted] == ["es", "es", "ru", "en", "en"]
