"""A model server as a person enters it: the error is told before it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ModelError, UsageError
from rag.settings import load, remember, remembered
from ui.shared.model_server import try_server, use_server, with_scheme


def test_an_address_may_lack_what_people_leave_out() -> None:
    assert with_scheme("localhost:11434") == "http://localhost:11434"
    assert [with_scheme(each) for each in ("", "https://far.example/v1")] == ["", "https://far.example/v1"]


def test_what_is_wrong_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    settings = load({"OAKEN_HOME": str(tmp_path)})
    with pytest.raises(ModelError):
        try_server(settings, "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(UsageError):
        use_server(settings, "no address")
    assert remembered(tmp_path) == {}


def test_a_server_is_remembered_until_a_model_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OAKEN_MODEL_URL", "OAKEN_MODEL"):
        monkeypatch.delenv(name, raising=False)
    home = {"OAKEN_HOME": str(tmp_path)}
    assert use_server(load(home), "http://localhost:8080", key="secret", name="tiny") == ""
    now = load(home)
    assert (now.model_url, now.model_key, now.model_name) == ("http://localhost:8080", "secret", "tiny")
    assert load(home | {"OAKEN_MODEL_URL": "http://other:1"}).model_key == ""  # the key goes to its own server alone
    assert load(home | {"OAKEN_MODEL": "/x.gguf"}).model_url == ""
    monkeypatch.setenv("OAKEN_MODEL", "/x.gguf")
    assert use_server(now, "http://localhost:8080") == "OAKEN_MODEL"
    remember(tmp_path, model="")
    assert load(home).model_url == ""
