"""The catalogues hold what the source says: nothing is missing, left over, or loses what fills it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ui.locale import catalogue
from ui.locale.catalogue import FILE, TERMINAL_ONLY, faults, main, messages, read, updated, write
from ui.shared.i18n import LOCALE_FOLDER

SOURCE = """
from rag.messages import Message, marked

raise UsageError(Message("There is no file {path!r}.", path=path), "oaken list")
LABEL = marked("Files")
tr("of {size:,} bytes", size=size)
trn(3, "{n} file", "{n} files")
Message(unknown), Message("{only}; {gaps}", only=1, gaps=2), Message("oaken ingest {folder}", folder=folder)
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source of one file, with a Spanish catalogue of it that is whole."""
    for package in ("rag", "ingest", "ui/cli"):
        (tmp_path / package).mkdir(parents=True)
    (tmp_path / "rag" / "one.py").write_text(SOURCE)
    (tmp_path / "ui" / "cli" / "main.py").write_text('Message("only a terminal says this")')
    monkeypatch.setattr(catalogue, "LOCALE_FOLDER", tmp_path / "locale")
    monkeypatch.setattr(catalogue, "messages", lambda: messages(tmp_path))
    assert main(["--add", "es"]) == 1  # nothing is translated yet
    held = read(tmp_path / "locale" / "es" / FILE)
    for ident in ("There is no file {path!r}.", "Files", "of {size:,} bytes"):
        held[ident].string = ident.upper().replace("{PATH!R}", "{path!r}").replace("{SIZE:,}", "{size:,}")
    held["{n} file"].string = ("{n} archivo", "{n} archivos", "{n} archivos")
    write(held, tmp_path / "locale" / "es" / FILE)
    return tmp_path


def test_every_message_has_a_translation_in_each_language(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails where a message is new or mended: run ``make messages`` and translate it in ui/locale."""
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_exempt_modules_are_there() -> None:
    assert [each for each in TERMINAL_ONLY if not (catalogue.ROOT / each).exists()] == []


def test_what_the_source_says_is_found(tree: Path) -> None:
    said = {*messages(tree)}
    assert said == {("There is no file {path!r}.",), ("Files",), ("of {size:,} bytes",), ("{n} file", "{n} files")}
    assert main(["--check"]) == 0


def test_a_new_message_is_missed_until_it_is_translated(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "rag" / "two.py").write_text('Message("It rains.")')
    assert main(["--check"]) == 1 and "es: no translation: It rains." in capsys.readouterr().out
    assert main([]) == 1  # it is in the file now
    held = read(tree / "locale" / "es" / FILE)
    held["It rains."].string = "Llueve."
    write(held, tree / "locale" / "es" / FILE)
    assert main([]) == 0 and main(["--check"]) == 0


def test_an_unused_message_is_reported_and_removed(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "rag" / "one.py").write_text(SOURCE.replace('marked("Files")', "None"))
    assert main(["--check"]) == 1 and "es: no longer used: Files" in capsys.readouterr().out
    assert main([]) == 0 and "Files" not in read(tree / "locale" / "es" / FILE)


@pytest.mark.parametrize("translation", ["no hay archivo", "no hay archivo {file!r}", "{path!r} {n}"])
def test_a_translation_with_other_gaps_is_reported(tree: Path, translation: str) -> None:
    held = read(tree / "locale" / "es" / FILE)
    held["There is no file {path!r}."].string = translation
    assert [each[:16] for each in faults(held)] == ["other gaps than "]


def test_writing_a_catalogue_again_changes_nothing(tmp_path: Path) -> None:
    for path in LOCALE_FOLDER.glob(f"*/{FILE}"):
        again = tmp_path / path.relative_to(LOCALE_FOLDER)
        again.parent.mkdir(parents=True)
        shutil.copy(path, again)
        write(updated(read(again), messages()), again)
        assert again.read_bytes() == path.read_bytes()
