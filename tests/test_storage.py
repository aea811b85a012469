"""Small files are written whole or not at all, and a full disk is told as a full disk."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import storage
from rag.errors import LibraryError, OakenError
from rag.library import notices
from rag.library.db.ledger import Ledger
from rag.model.local import tuned
from rag.settings import remember, remembered
from rag.storage import free_space, is_full, memory_error, write_error, write_file
from tests.doubles import BagEmbedder
from ui.cli import api as cli_api
from ui.cli.main import run
from ui.web.server import passwords

PASSWORD = passwords.PasswordHash.of("a long password")
# What stores a small file -> how: a home, and a value that differs each time.
WRITERS: dict[str, Callable[[Path, str], Any]] = {
    "settings.json": lambda home, value: remember(home, model=value),
    "ui-password.json": lambda home, value: passwords.keep(home, PASSWORD),
    "tuning.json": lambda home, value: tuned.remember(Path(__file__), home, tuned.LoadSettings(len(value))),
}


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk without a byte left."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        (folder / "home").mkdir()
        with (folder / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(bytes(4096))
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("content", ["žluťoučký", b"\x00\xff"])
def test_a_file_is_private_and_holds_all_of_it(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_file(path, content)
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and list(tmp_path.iterdir()) == [path]


def test_a_new_file_replaces_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    for name in ("linked", "moved"):
        path = tmp_path / name
        write_file(path, "first", new=True)
        with pytest.raises(FileExistsError):
            write_file(path, "second", new=True)
        assert path.read_text() == "first"
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["linked", "moved"]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("step", ["mkstemp", "fdopen", "fsync", "replace"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_step_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, step: str, error: int
) -> None:
    WRITERS[name](tmp_path, "a")
    before = (tmp_path / name).read_bytes()

    def fail(*given: Any, **_: Any) -> None:
        if step == "fdopen":
            os.close(given[0])
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patch:
        where: Any = {"mkstemp": storage.tempfile, "replace": Path}.get(step, storage.os)
        patch.setattr(where, step, fail)
        with pytest.raises(OakenError) as caught:
            WRITERS[name](tmp_path, "longer")
    assert ("disk is full" in str(caught.value)) == (error != errno.EIO)
    assert (tmp_path / name).read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {name}


def test_a_full_disk_is_told_with_what_is_left_and_needed(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert is_full(full) and not is_full(OSError(errno.EIO, "")) and not is_full(ValueError("full"))
    words = str(write_error(tmp_path / "file", full, 5_000))
    assert f"{tmp_path / 'file'} was not written" in words and "5,000 are needed" in words and "repair" not in words
    assert free_space(tmp_path / "not" / "there") is not None


def test_on_a_full_disk_nothing_half_stays_behind(full_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = full_disk / "home"
    monkeypatch.delenv(cli_api.TOKEN_VARIABLE, raising=False)
    for write in (*WRITERS.values(), lambda home, _: cli_api._token(home)):
        with pytest.raises(OakenError, match=r"disk is full.*0 bytes are left"):
            write(home, "x")
    notices.remember_shown(home, "x")  # is never worth an error
    assert list(home.iterdir()) == []
    with pytest.raises(LibraryError, match=r"no room left.*0 bytes are left") as caught:
        Ledger.open(home / "libraries" / "default" / "ledger.sqlite", BagEmbedder().card)
    assert "repair" not in str(caught.value)
    (full_disk / "filler").unlink()
    for write in WRITERS.values():
        write(home, "x")
    assert remembered(home)["model"] == "x" and cli_api._token(home) == cli_api._token(home)
    Ledger.open(home / "libraries" / "default" / "ledger.sqlite", BagEmbedder().card).close()


def test_an_empty_token_of_an_earlier_version_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cli_api.TOKEN_VARIABLE, raising=False)
    (tmp_path / cli_api.TOKEN_FILE).touch()
    assert len(cli_api._token(tmp_path)[0]) > 30


def test_a_command_that_meets_a_full_disk_anywhere_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "somewhere"))

    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    monkeypatch.setattr("rag.settings.load", fail)
    assert run(["list"]) == 1
    said = capsys.readouterr().err
    assert "The disk is full" in said.replace("\n", " ") and "Traceback" not in said
    with pytest.raises(OSError, match="No space"):
        run(["list", "--debug"])


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory"), RuntimeError("std::bad_alloc"),
        ImportError("libx.so: failed to map segment from shared object"), RuntimeError("can't start new thread"),
    ],
)  # fmt: skip
def test_a_command_that_runs_out_of_memory_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("rag.settings.load", fail)
    assert run(["list"]) == 1
    assert "not enough memory" in capsys.readouterr().err
    with pytest.raises(type(error)):
        run(["list", "--debug"])


@pytest.mark.parametrize("met", [MemoryError(), memory_error()], ids=["by Python", "told by an adapter"])
@pytest.mark.parametrize("loading", [MemoryError(), SystemError("error return without exception set")])
def test_where_not_even_what_paints_the_error_can_be_loaded_it_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], met: Exception, loading: Exception
) -> None:
    def fail(error: Exception) -> None:
        raise error

    monkeypatch.setattr("rag.settings.load", lambda: fail(met))
    monkeypatch.setattr("ui.cli.main.human_output", lambda **_: fail(loading))
    assert run(["list"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: There is not enough memory for this.") and "Close other programs" in said


def test_an_error_of_the_program_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("rag.settings.load", fail)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        run(["list"])


@pytest.mark.parametrize("stranger", [False, True])
def test_a_home_of_an_earlier_version_becomes_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stranger: bool
) -> None:
    home = tmp_path / "home"
    (home / "models" / "gguf").mkdir(parents=True)
    (home / "models" / "gguf" / "some.gguf").touch()
    (tmp_path / "elsewhere").touch()
    (home / "models" / "link").symlink_to(tmp_path / "elsewhere")
    for path in (home, home / "models", home / "models" / "gguf"):
        path.chmod(0o755)
    for path in (home / "models" / "gguf" / "some.gguf", tmp_path / "elsewhere"):
        path.chmod(0o644)
    if stranger:
        (home / "photos").mkdir()
    monkeypatch.setenv("OAKEN_HOME", str(home))
    run(["list"])
    modes = {path.relative_to(tmp_path).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    folders = {modes[name] for name in ("home", "home/models", "home/models/gguf")}
    assert folders == ({0o755} if stranger else {0o700})
    assert modes["home/models/gguf/some.gguf"] == (0o644 if stranger else 0o600)
    assert modes["elsewhere"] == 0o644


def test_a_home_of_another_account_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    with monkeypatch.context() as other_account:
        other_account.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
        storage.make_home_private(tmp_path)
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    storage.make_home_private(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_every_folder_of_a_new_home_is_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        storage.private_folder(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(old)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").rglob("*")} == {0o700}


def test_no_other_module_makes_a_folder_with_those_above_it() -> None:
    """``mkdir(parents=True, mode=0o700)`` makes those above as the umask says: a new home was readable by everybody."""
    root = Path(storage.__file__).parents[1]
    # Of a translator's, and within a worker's own folder.
    others = {"ui/locale/catalogue.py", "ingest/readers/office/doc_ppt.py"}
    found = {
        path.relative_to(root).as_posix()
        for part in ("rag", "ingest", "ui")
        for path in (root / part).rglob("*.py")
        if "parents=True" in path.read_text(encoding="utf-8") or "makedirs" in path.read_text(encoding="utf-8")
    }
    assert found == others


def test_settings_are_json(tmp_path: Path) -> None:
    remember(tmp_path / "new" / "home", model="ж", family="chatml")
    assert json.loads((tmp_path / "new" / "home" / "settings.json").read_text()) == {"model": "ж", "family": "chatml"}
    assert stat.S_IMODE((tmp_path / "new" / "home").stat().st_mode) == 0o700


def test_a_home_that_nobody_has_stays_as_it_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert storage.expanded("~/papers") == tmp_path / "papers"
    assert storage.expanded("~nobody-of-that-name/papers") == Path("~nobody-of-that-name/papers")
