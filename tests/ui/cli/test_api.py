"""The command that serves the API."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rag.errors import UsageError
from rag.model.remote.client import RemoteModel
from tests.ui.api.serving import CHAT, RAW, TOKEN
from tests.ui.conftest import REPOSITORY, Command
from ui.cli import api as cli_api


def test_a_token_is_made_once_and_kept_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cli_api.TOKEN_VARIABLE, raising=False)
    old = os.umask(0)
    try:
        token, chosen = cli_api._token(tmp_path / "home")
    finally:
        os.umask(old)
    path = tmp_path / "home" / cli_api.TOKEN_FILE
    assert not chosen and len(token) >= 32 and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert cli_api._token(tmp_path / "home") == (token, False) and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("short")
    with pytest.raises(Exception, match="too short"):
        cli_api._token(tmp_path / "home")
    monkeypatch.setenv(cli_api.TOKEN_VARIABLE, TOKEN)
    assert cli_api._token(tmp_path / "home") == (TOKEN, True)
    for wrong in ("short", "with a space in it!", "ж" * 20):
        monkeypatch.setenv(cli_api.TOKEN_VARIABLE, wrong)
        with pytest.raises(UsageError):
            cli_api._token(tmp_path / "home")


def test_other_machines_only_with_a_chosen_token_and_by_name() -> None:
    assert cli_api._names("127.0.0.1", [], chosen=False) == ["127.0.0.1", "localhost"]
    assert cli_api._names("::1", [], chosen=False)[0] == "[::1]"
    with pytest.raises(UsageError, match="other machines"):
        cli_api._names("192.0.2.7", [], chosen=False)
    with pytest.raises(UsageError, match="the names by which"):
        cli_api._names("0.0.0.0", [], chosen=True)
    assert cli_api._names("0.0.0.0", ["Office"], chosen=True) == ["office"]


@pytest.mark.real
def test_the_command_serves_this_machine_and_ends_at_ctrl_c(real: Command) -> None:
    environment = os.environ | {"OAKEN_HOME": str(real.home), "PYTHONPATH": str(REPOSITORY), "OAKEN_THREADS": "1"}
    environment.pop(cli_api.TOKEN_VARIABLE, None)
    child = subprocess.Popen(
        [sys.executable, "-m", "ui.cli.main", "api", "--json", "--port", "8700"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=real.folder,
    )  # fmt: skip
    assert child.stdout is not None and child.stderr is not None
    try:
        row = json.loads(child.stdout.readline())
        headers = {"authorization": f"Bearer {row['token']}"}
        with httpx.Client(headers=headers, timeout=120, trust_env=False) as client:
            answer = client.post(f"{row['address']}/chat/completions", json=CHAT).json()
            assert "Tobias Wren" in json.dumps(answer["oaken"]["quotes"])
            alone = client.post(f"{row['address']}/chat/completions", json=RAW | {"max_tokens": 5}).json()
            assert alone["usage"]["completion_tokens"] <= 5 and alone["choices"][0]["message"]["content"]
            gap = client.post(f"{row['address']}/completions", json={"prompt": "a", "suffix": "b"})
            assert gap.status_code == 400 and "fill a gap" in gap.json()["error"]["message"]
            on = client.post(
                f"{row['address']}/completions", json={"prompt": "The capital of France is", "max_tokens": 4}
            )
            assert "Paris" in on.json()["choices"][0]["text"]
            # What a stranger sends writes nothing into the owner's terminal: a websocket, no HTTP at all.
            upgrade = {"connection": "upgrade", "upgrade": "websocket"}
            httpx.get(row["address"], headers=upgrade, timeout=30, trust_env=False)
            with socket.create_connection((httpx.URL(row["address"]).host, 8700), timeout=30) as stranger:
                stranger.sendall(b"\x16\x03\x01 no HTTP\r\n\r\n")
                assert stranger.recv(1_000)
        # An OpenAI-compatible client of ours is one more client.
        with RemoteModel.connect(row["address"], key=row["token"], name="oaken-raw", context=512) as model:
            assert model.card.name == "oaken-raw"
        child.send_signal(signal.SIGINT)
        assert child.wait(20) in (0, 130)
        assert [line for line in child.stderr.read().splitlines() if not line.startswith("Preparing the model")] == []
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()
