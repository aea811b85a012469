"""Tuning: what is chosen from what was measured. Speeds are made up here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.model.local import tuned, tuning
from rag.model.local.tuned import LoadSettings
from tests.model.local.measured import measured


def test_nothing_gained_leaves_the_engine_as_it_is(monkeypatch: pytest.MonkeyPatch, file: Path, tmp_path: Path) -> None:
    measured(monkeypatch, {})
    done = tuning.tune(file, tmp_path)
    assert done.tuning == LoadSettings(threads=0, batch=128)
    assert (done.prompt, done.writing) == (100.0, 50.0)
    assert [trial.name for trial in done.trials] == [
        "1 thread", "64 tokens at once", "512 tokens at once", "flash attention", "keys in 8 bits",
    ]  # fmt: skip
    assert tuned.known(file, tmp_path) == done.tuning


def test_a_gain_is_kept_and_what_alters_the_numbers_must_gain_more(
    monkeypatch: pytest.MonkeyPatch, file: Path, tmp_path: Path
) -> None:
    measured(monkeypatch, {"threads=1": (1.0, 1.5), "batch=512": (1.05, 1.0), "flash=True": (1.06, 1.0)})
    assert tuning.tune(file, tmp_path).tuning == LoadSettings(threads=1, batch=512)
    measured(monkeypatch, {"flash=True": (1.6, 1.15)})
    assert tuning.tune(file, tmp_path).tuning.flash
    measured(monkeypatch, {"flash=True": (1.4, 1.4)})
    assert not tuning.tune(file, tmp_path).tuning.flash
    measured(monkeypatch, {"flash=True": (1.6, 0.8)})
    assert not tuning.tune(file, tmp_path).tuning.flash


def test_beside_busy_programs_threads_are_not_measured(
    monkeypatch: pytest.MonkeyPatch, file: Path, tmp_path: Path
) -> None:
    measured(monkeypatch, {"threads=1": (9.0, 9.0), "batch=64": (1.2, 1.0)}, cores=4, free=2)
    done = tuning.tune(file, tmp_path)
    assert done.busy and done.tuning == LoadSettings(threads=0, batch=64)
    assert all(trial.tuning.threads == 2 for trial in done.trials)


def test_a_setting_that_cannot_win_is_given_up(monkeypatch: pytest.MonkeyPatch, file: Path, tmp_path: Path) -> None:
    """Each setting's own speeds, measured a hundred times faster than life."""
    loads: list[int] = []

    class Model:
        def __init__(self, tuning: LoadSettings) -> None:
            self._speed = 0.5 if tuning.flash else 2.0 if tuning.batch == 512 else 1.0
            self._number = len(loads)
            loads.append(0)

        def measure(self, prompt: int, tokens: int) -> tuple[float, float]:
            loads[self._number] += prompt > 64
            return 100 * self._speed, 10.0

        def __enter__(self) -> Model:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(tuning, "_load", lambda _, tuning: Model(tuning))
    monkeypatch.setattr(tuning, "_fits_twice", lambda _: True)
    monkeypatch.setattr(tuning, "_load_for", lambda *_: tuning.TuningLoad(512, 24))
    monkeypatch.setattr("rag.model.worker.threads.cores", lambda: 1)
    done = tuning.tune(file, tmp_path)
    assert done.tuning == LoadSettings(threads=0, batch=512) and done.prompt == 200
    chosen = {trial.name: trial.chosen for trial in done.trials}
    assert chosen == {
        "64 tokens at once": False,
        "512 tokens at once": True,
        "flash attention": False,
        "keys in 8 bits": False,
    }
    assert loads[4:6] == [tuning._ENOUGH] * 2 and loads[2:4] == [tuning._ROUNDS] * 2  # of flash attention, and of 512


@pytest.mark.real
@pytest.mark.parametrize("twice", [True, False], ids=["in turns", "one by one"])
def test_a_model_is_tuned_and_loads_with_what_won(
    write_gguf: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twice: bool
) -> None:
    from rag.model.local.client import LlamaCpp

    monkeypatch.setattr(tuning, "_ROUNDS", 1)
    monkeypatch.setattr(tuning, "_READ_SECONDS", 1e-9)  # a slow model: short prompts
    monkeypatch.setattr("rag.model.worker.threads.cores", lambda: 1)
    monkeypatch.setattr(tuning, "_fits_twice", lambda _: twice)
    path = write_gguf(("<|prompter|>", "<|assistant|>"), name="oasst", window=1024)
    told: list[tuning.TuningTrial] = []
    done = tuning.tune(path, tmp_path, on_trial=told.append)
    assert tuple(told) == done.trials
    assert [trial.name for trial in told][:1] == ["64 tokens at once"]  # 512 at once need a longer prompt
    assert done.prompt > 0 and done.writing > 0
    assert all(trial.prompt > 0 and trial.writing > 0 for trial in told)
    with LlamaCpp.load(path, context=512, models=tmp_path) as model:
        assert model.facts["batch"] == done.tuning.batch
