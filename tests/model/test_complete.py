"""Completion: plain, and in the middle, on a small model of random weights whose file names its tokens for gaps."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError, UsageError
from rag.model.complete import complete
from rag.model.files.check import check_gguf
from rag.model.files.describe import facts
from rag.model.local.client import LlamaCpp
from rag.types import GenerationEnd, Sampling
from tests.doubles import ScriptedModel
from ui.cli import main as cli

Write = Callable[..., Path]


GAP = ("<aa>", "<bb>", "<cc>")  # names that llama.cpp would not guess


KEYS = ("fim_pre", "fim_suf", "fim_mid")


@pytest.fixture
def filler(write_gguf: Write) -> Path:
    """A model whose metadata says which tokens stand around a gap."""
    markers = ("<|prompter|>", "<|assistant|>", *GAP)
    ids = {text: number for number, text in check_gguf(write_gguf(markers, kind=3)).marker_ids.items()}
    more = {f"tokenizer.ggml.{key}_token_id": ids[text] for key, text in zip(KEYS, GAP, strict=True)}
    return write_gguf(markers, kind=3, name="filler", more=more)


def written(stream: Any) -> tuple[str, GenerationEnd]:
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            return "".join(pieces), stop.value


def test_a_gap_is_asked_for_with_the_models_own_tokens(filler: Path) -> None:
    assert facts(filler).fills
    with LlamaCpp.load(filler, threads=1) as model:
        ids = {text: number for number, text in check_gguf(filler).marker_ids.items()}
        tokens = model.encode_gap("the river", "the <cc>")
        before, after, middle = (ids[text] for text in GAP)
        assert [token for token in tokens if token in (before, after, middle)] == [before, after, middle]
        assert tokens[-1] == middle  # and a forged mark in the text is none
        text, finish = written(complete(model, "the river", "the", Sampling(max_tokens=12)))
        assert finish.tokens <= 12 and isinstance(text, str)


def test_a_model_without_such_tokens_says_so(write_gguf: Write) -> None:
    path = write_gguf(("<|prompter|>", "<|assistant|>"))
    assert not facts(path).fills
    with LlamaCpp.load(path, threads=1) as model:
        with pytest.raises(UsageError, match="fill a gap") as caught:
            complete(model, "the", "river", Sampling())
        assert caught.value.hint
        assert written(complete(model, "the river", "", Sampling(max_tokens=5)))[1].tokens <= 5
        with pytest.raises(UsageError, match="no text to continue"):
            complete(model, "", "", Sampling())


def test_long_texts_keep_what_is_next_to_the_gap(filler: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LlamaCpp.load(filler, threads=1) as model:
        prompts: list[Any] = []
        real = model.stream

        def watched(prompt: Any, sampling: Sampling, **options: Any) -> Any:
            prompts.append(prompt)
            return real(prompt, sampling, **options)

        monkeypatch.setattr(model, "stream", watched)
        near = {model.encode_text(text)[-1] for text in ("a the", "the", "xthe")}
        for before, after in (("a " * 2000, ""), ("a " * 2000, "b " * 2000), ("", "b " * 2000), ("x", "b " * 3000)):
            gap = ("river" + after) if after else ""
            finish = written(complete(model, before + "the", gap, Sampling(max_tokens=40)))[1]
            tokens = prompts[-1].tokens
            assert len(tokens) + 40 <= model.card.window and finish.tokens <= 40
            assert len(tokens) > model.card.window // 4  # … and not much less than there is room for
            assert near & set(tokens)


def test_a_model_that_only_chats_completes_nothing() -> None:
    with pytest.raises(UsageError, match="is a chat model"):
        complete(ScriptedModel("x"), "a", "", Sampling())


@pytest.fixture
def command(filler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("OAKEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OAKEN_MODEL", str(filler))
    monkeypatch.setenv("OAKEN_THREADS", "1")
    monkeypatch.delenv("OAKEN_MODEL_URL", raising=False)

    def run(*arguments: str, code: int = 0) -> str:
        assert cli.run(["complete", *arguments]) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return run


def test_the_command(command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = json.loads(command("--prefix", "the river", "--max-tokens", "6", "--json"))
    assert set(row) == {"text", "finish", "fills"} and row["fills"] is False
    assert json.loads(command("--prefix", "the", "--suffix", "river", "--max-tokens", "6", "--json"))["fills"] is True
    file = tmp_path / "code.py"
    file.write_text("def add(a, b):\n    return\n\nprint(add)\n")
    assert json.loads(command(str(file), "--line", "2", "--max-tokens", "6", "--json"))["fills"] is True
    assert json.loads(command(str(file), "--max-tokens", "6", "--json"))["fills"] is False
    monkeypatch.setattr("sys.stdin", io.StringIO("the"))
    assert json.loads(command("--suffix", "river", "--max-tokens", "3", "--json"))["fills"] is True
    assert command("--prefix", "the", "--max-tokens", "3") is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.py"], "cannot be read"),
        (["--line", "3"], "needs a FILE"),
        (["x.py", "--prefix", "y"], "were given"),
        (["--prefix", ""], "no text to continue"),
        (["--prefix", "x", "--preset", "nope"], "not a preset"),
    ],
)
def test_mistakes(command: Any, arguments: list[str], words: str) -> None:
    assert words in command(*arguments, code=2)


def test_a_base_model_without_a_family_completes(write_gguf: Write, tmp_path: Path) -> None:
    from rag.settings import Settings
    from ui.shared.completion import opened

    path = write_gguf(("<eot>",), name="plain")
    with pytest.raises(ModelError, match="does not say how to ask"):
        LlamaCpp.load(path, threads=1)
    with opened(Settings(tmp_path, model=str(path), threads=1)) as model:
        assert written(complete(model, "the river", "", Sampling(max_tokens=4)))[1].tokens <= 4
