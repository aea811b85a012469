"""What starts Oaken elsewhere: the image, the compose file, the systemd units and the manual page.

No daemon is needed: the image's commands are run as it would run them, in an empty home.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from typer.main import get_command

from docs import generate_man
from rag.errors import UsageError
from tests.copies import share_prepared
from ui.cli import api as cli_api
from ui.cli.main import app
from ui.container import __main__ as container

REPOSITORY = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))
PAGE_PORT, API_PORT = 18_511, 18_621


def test_the_dockerfile_follows_the_rules_of_its_linter() -> None:
    done = subprocess.run(
        [shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint", str(REPOSITORY / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_gets_every_file_that_the_wheel_is_built_from() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    given = {name for line in copied for name in line.split()}
    let_in = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert given == let_in and all((REPOSITORY / name).exists() for name in given)
    assert {"rag", "ingest", "ui", "oaken.py", "docs/man"} <= given


def test_services_are_unprivileged_and_have_their_secrets_by_file() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert all(value.startswith("/run/secrets/") for value in service.get("environment", {}).values()), name
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())


@pytest.mark.real
@pytest.mark.slow
def test_the_services_start_as_the_image_starts_them(models: Path, tmp_path: Path) -> None:
    home = share_prepared(tmp_path / "data", models)
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "kiln.txt").write_text("The kiln was lit in May by Rosa Quint.")
    for name in ("page_password", "api_token"):
        (tmp_path / name).write_text("a-long-secret-of-words\n")
    environment = {"PATH": os.environ["PATH"], "OAKEN_HOME": str(home), "HOME": str(tmp_path)}
    started = []
    try:
        for name, port in (("watch", None), ("api", API_PORT), ("page", PAGE_PORT)):
            service = COMPOSE["services"][name]
            command = [each.replace("/documents", str(documents)) for each in service["command"]]
            secrets = {
                variable: value.replace("/run/secrets", str(tmp_path))
                for variable, value in service.get("environment", {}).items()
            }
            if port is not None:
                command += ["--port", str(port)]
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "ui.cli.main", *command],
                    cwd=REPOSITORY,
                    env=environment | secrets,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            if name == "watch":
                wait_for(lambda: (home / "libraries" / "default" / "ledger.sqlite").exists())
            else:
                check = service["healthcheck"]["test"]
                assert check[:4] == ["CMD", "python", "-m", "ui.container"]
                wait_for(lambda port=port, check=check: container.main([check[4], str(port), check[6]]) == 0)
        headers = {"Authorization": "Bearer a-long-secret-of-words"}
        asked = {"query": "Who lit the kiln?"}
        wait_for(
            lambda: (
                "Rosa Quint"
                in httpx.post(f"http://localhost:{API_PORT}/v1/search", json=asked, headers=headers, timeout=30).text
            )
        )
        page = httpx.get(f"http://localhost:{PAGE_PORT}/", timeout=30, follow_redirects=True)
        assert page.status_code == 401 and "Log in to Oaken" in page.text
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def wait_for(holds: Any, seconds: float = 90.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.3)


def test_the_units_start_commands_that_there_are() -> None:
    program: Any = get_command(app)
    for unit in (REPOSITORY / "docs" / "systemd").iterdir():
        read = configparser.ConfigParser(interpolation=None)
        read.optionxform = str  # type: ignore[assignment,method-assign]
        read.read(unit, encoding="utf-8")
        assert set(read) == {"DEFAULT", "Unit", "Service", "Install"}
        path, name, *arguments = read["Service"]["ExecStart"].split()
        assert path == "%h/.local/bin/oaken"
        known = {option for parameter in program.commands[name].params for option in parameter.opts}
        assert {each for each in arguments if each.startswith("--")} <= known


def test_the_manual_page_is_that_of_the_commands() -> None:
    assert generate_man.PAGE.read_text(encoding="utf-8") == generate_man.page(), "run: make man"
    assert ".SS oaken ask" in generate_man.page() and r".B \-\-no\-prose" in generate_man.page()


def test_a_token_is_read_from_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cli_api.TOKEN_VARIABLE, raising=False)
    (tmp_path / "token").write_text("a-long-secret-of-words\n")
    monkeypatch.setenv(cli_api.TOKEN_FILE_VARIABLE, str(tmp_path / "token"))
    assert cli_api._token(tmp_path) == ("a-long-secret-of-words", True)
    monkeypatch.setenv(cli_api.TOKEN_FILE_VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(UsageError, match="The token cannot be read from"):
        cli_api._token(tmp_path)


def test_it_says_what_it_can_do_when_asked_for_something_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert container.main(["dance"]) == container.main(["is-up", "x", "/"]) == 2
    assert "prepare" in capsys.readouterr().err
    assert container.main(["is-up", "9", "/health"]) == 1
