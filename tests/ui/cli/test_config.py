"""Settings are shown with where they come from, and set for every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import settings
from ui.cli import main as cli


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in settings.Settings.__dataclass_fields__:
        monkeypatch.delenv(f"OAKEN_{name.upper()}", raising=False)
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, tuple[object, str]]:
    assert cli.run(["config", *arguments, "--json"]) == 0
    return {row["name"]: (row["value"], row["from"]) for row in json.loads(capsys.readouterr().out)["settings"]}


def test_each_setting_has_a_value_and_an_origin(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(told(capsys)) == set(settings.Settings.__dataclass_fields__)
    assert told(capsys)["passages"] == (6, "default") and told(capsys)["home"] == (str(home), "environment")
    assert told(capsys, "passages", "9") == {"passages": (9, "file")} and settings.load().passages == 9
    assert settings.load().feedback  # unless it is turned off
    assert told(capsys, "feedback", "off") == {"feedback": (False, "file")} and not settings.load().feedback
    assert told(capsys, "OAKEN-STRICT", "yes") == {"strict": (True, "file")} and settings.load().strict
    monkeypatch.setenv("OAKEN_PASSAGES", "3")
    assert told(capsys, "passages") == {"passages": (3, "environment")} and settings.load().passages == 3
    assert cli.run(["config", "passages", "4"]) == 0
    assert "OAKEN_PASSAGES is set and overrides" in capsys.readouterr().out
    monkeypatch.delenv("OAKEN_PASSAGES")
    assert told(capsys, "--unset", "passages") == {"passages": (6, "default")} and settings.load().strict


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["passages", "many"], "OAKEN_PASSAGES must be a whole number of 1 or more, not 'many'"),
        (["strict", "perhaps"], "OAKEN_STRICT must be 0 or 1"),
        (["pasages", "3"], "There is no setting 'pasages'"),
        (["model", "x.gguf"], "oaken models use NAME"),
        (["home", "/x"], "OAKEN_HOME"),
        (["embedder", "nope"], "There is no embedder 'nope'"),
        (["passages", " "], "The value is empty"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.run(["config", *arguments]) == 2
    shown = capsys.readouterr().err
    assert said in shown and "unset OAKEN" not in shown and not (home / settings.REMEMBERED_FILE).exists()


def test_a_choice_of_model_and_a_setting_leave_each_other_alone(home: Path) -> None:
    settings.store(home, "context", "4096")
    settings.remember(home, model="/m.gguf", family="chatml")
    assert settings.load().context == 4096 and settings.load().model == "/m.gguf"
    settings.store(home, "context", "")
    assert settings.load().context == 2048 and settings.load().family == "chatml"
    settings.remember_server(home, "http://127.0.0.1:1", key="secret")
    settings.store(home, "passages", "2")
    assert settings.load().model_url == "http://127.0.0.1:1" and settings.load().passages == 2


def test_a_key_is_never_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.remember_server(home, "http://127.0.0.1:1", key="secret")
    for arguments in (["config"], ["config", "--json"]):
        assert cli.run(arguments) == 0
        assert "secret" not in capsys.readouterr().out


def test_a_bad_value_in_the_file_says_how_to_mend_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / settings.REMEMBERED_FILE).write_text('{"passages": "many"}')
    assert cli.run(["config"]) == 2
    assert "oaken config --unset passages" in capsys.readouterr().err
    assert cli.run(["config", "--unset", "passages"]) == 0
