"""The process that holds a model: killed, refused, left behind."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelBrokenError, ModelError
from rag.model.local import client as llama
from rag.model.local.client import LlamaCpp
from rag.model.local.process import ModelProcess, Reply
from rag.types import Prompt, Sampling, Turn
from tests.model.local.answers import LONG, SHORT, answer, ending, prompt

pytestmark = pytest.mark.real


def test_killed_worker_is_said_and_the_next_call_starts_another(model: LlamaCpp) -> None:
    expected = answer(model, "What is 2+2?")
    stream = model.stream(prompt(model, "Tell me a long story."), LONG)
    next(stream)
    before = model.worker
    os.kill(before, signal.SIGKILL)
    with pytest.raises(ModelBrokenError, match=r"ended unexpectedly \(SIGKILL\)") as caught:
        list(stream)
    assert caught.value.hint
    assert answer(model, "What is 2+2?") == expected
    assert model.worker != before


def test_a_processor_that_refuses_amx_gets_the_model_without_it(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As llama.cpp compiled by gcc 12 does on a processor with AMX: it says so, loads, and dies of the first prompt."""
    loaded: list[bool] = []

    class Amx(ModelProcess):
        def ask(self, op: str, **fields: Any) -> Reply:
            if op == "measure" and not loaded[-1]:
                os.kill(self.pid, signal.SIGILL)
            reply = super().ask(op, **fields)
            if op == "load":
                loaded.append(fields.get("plain", False))
                reply["done"]["build"] += " AMX_INT8 = 1"
            return reply

    monkeypatch.setattr(llama, "ModelProcess", Amx)
    with LlamaCpp.load(whole, context=512) as refused:
        assert loaded == [False, True]
        assert ending(refused.stream(Prompt((), (1, 2, 3), 512, 16), SHORT)).finish in ("length", "stop")


def test_assertion_of_llama_cpp_ends_the_worker_and_not_the_program(write_gguf: Callable[..., Path]) -> None:
    twice = write_gguf(("</s>",), name="twice")
    with pytest.raises(ModelBrokenError, match=r"failed while it loaded twice\.gguf \(SIGABRT\)") as caught:
        LlamaCpp.load(twice, family="oasst-llama")
    assert "GGML_ASSERT" in str(caught.value.__cause__)


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_worker_ends_with_close_and_with_a_forgotten_model(whole: Path) -> None:
    model = LlamaCpp.load(whole)
    stream = model.stream(prompt(model, "the river"), Sampling(max_tokens=200, temperature=1.0))
    next(stream)
    model.close()
    model.close()
    with pytest.raises(ModelError, match="was closed"):
        list(stream)
    with pytest.raises(ModelError, match="was closed"):
        model.encode(())
    assert gone(model.worker)
    forgotten = LlamaCpp.load(whole)
    pid = forgotten.worker
    del forgotten
    gc.collect()
    assert gone(pid)


def test_worker_ends_with_a_program_that_was_killed(whole: Path) -> None:
    program = (
        "import os, pathlib, sys; from rag.model.local.client import LlamaCpp;"
        "print(LlamaCpp.load(pathlib.Path(sys.argv[1])).worker, flush=True); os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program, whole], cwd=root, capture_output=True, text=True)
    assert gone(int(done.stdout))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    before = Path.cwd()
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the folder one stands in')")
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_worker_imports_nothing_from_the_folder_one_stands_in(whole: Path, elsewhere: Path) -> None:
    with LlamaCpp.load(whole) as model:
        assert model.encode((Turn("user", "the river"),))
