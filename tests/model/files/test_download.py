"""Downloads from a hub on this machine that breaks off, lies about sizes, serves wrong bytes, is slow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import ModelBrokenError, ModelError, UsageError
from rag.model.files import download as downloads
from rag.model.files import store
from rag.model.files.download import chosen_file, pull, resolve_name
from rag.model.files.known_models import KnownModel, ModelFile
from rag.model.files.store import stored
from tests.model.hub import COMMIT, REPO, Hub, serving

Write = Callable[..., Path]


REPOSITORY = Path(__file__).resolve().parents[3]


MODEL = KnownModel("some-model", "oasst-llama", 0.001, "x", 256, 1, repo=REPO)


@pytest.fixture
def hub(write_gguf: Write, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving(Hub(write_gguf(("<|prompter|>", "<|assistant|>")).read_bytes())) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        from huggingface_hub import constants, file_download

        monkeypatch.setattr(file_download.time, "sleep", lambda _: None)
        monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
        monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 3)
        monkeypatch.setattr(downloads, "_DOWNLOAD_BYTES", 1000)
        yield served


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def parts(home: Path) -> list[Path]:
    return list((store.store_folder(home) / ".parts").rglob("*.gguf"))


def test_a_file_arrives_whole_with_its_origin_and_progress(hub: Hub, home: Path) -> None:
    told: list[tuple[str, int, int]] = []
    held = pull(MODEL, hub.file, home, lambda *step: told.append(step))
    assert held.path.read_bytes() == hub.content
    assert held.note.verified and held.note.origin == f"{REPO}@{COMMIT}"
    assert stored(home) == [held]
    assert {stage for stage, _, _ in told} == {"downloading", "checking"}
    assert told[-1][1:] == (len(hub.content), len(hub.content))
    assert not list((store.store_folder(home) / ".parts").iterdir())
    # The exact commit is fetched, and nobody's token is sent.
    assert any(f"/resolve/{COMMIT}/" in path for method, path, _ in hub.requests if method == "GET")
    assert not any("authorization" in headers for _, _, headers in hub.requests)
    assert [path for _, path, _ in hub.requests if not path.startswith(f"/{REPO}/resolve/")] == []


def test_offline_nothing_is_asked_of_the_hub(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAKEN_OFFLINE", "1")
    with pytest.raises(UsageError, match="set to be offline") as refused:
        pull(MODEL, hub.file, home)
    assert "unset OAKEN_OFFLINE" in refused.value.hint and hub.requests == [] and stored(home) == []


def test_what_is_there_is_not_fetched_again(hub: Hub, home: Path) -> None:
    pull(MODEL, hub.file, home)
    pull(MODEL, hub.file, home)
    assert len(hub.ranges()) == 1


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: Hub, home: Path) -> None:
    hub.breaks_after, hub.breaks = 10_000, 2
    assert pull(MODEL, hub.file, home).path.read_bytes() == hub.content
    assert list(dict.fromkeys(hub.ranges())) == ["", "bytes=10000-", "bytes=20000-"]  # each, were it asked for twice


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(hub: Hub, home: Path) -> None:
    hub.breaks_after = 0
    with pytest.raises(ModelError, match="could not be downloaded") as caught:
        pull(MODEL, hub.file, home)
    assert "resumes where it stopped" in caught.value.hint
    hub.breaks_after, hub.breaks, hub.status = 12_000, 1, 200
    first = len(hub.requests)

    def vanish(stage: str, done: int, total: int) -> None:
        hub.status = 503

    with pytest.raises(ModelError, match="answered 503"):
        pull(MODEL, hub.file, home, vanish)
    assert [part.stat().st_size for part in parts(home)] == [12_000]
    assert stored(home) == []
    hub.status = 200
    assert pull(MODEL, hub.file, home).path.read_bytes() == hub.content
    assert hub.requests[first:] and hub.ranges()[-1] == "bytes=12000-"


def test_a_server_that_ignores_the_range_is_read_from_the_start(hub: Hub, home: Path) -> None:
    hub.breaks_after, hub.breaks, hub.ignores_range = 10_000, 1, True
    assert pull(MODEL, hub.file, home).path.read_bytes() == hub.content


def test_wrong_bytes_are_deleted(hub: Hub, home: Path) -> None:
    hub.sent = bytes(reversed(hub.content))
    with pytest.raises(ModelBrokenError, match="checksum differs"):
        pull(MODEL, hub.file, home)
    assert stored(home) == [] and parts(home) == []


def test_a_part_that_was_tampered_with_is_found_out(hub: Hub, home: Path) -> None:
    hub.breaks_after, hub.breaks = 20_000, 1

    def stop(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(MODEL, hub.file, home, stop)
    [part] = parts(home)
    part.write_bytes(b"x" * part.stat().st_size)
    with pytest.raises(ModelBrokenError, match="checksum differs"):
        pull(MODEL, hub.file, home)
    assert pull(MODEL, hub.file, home).path.read_bytes() == hub.content


@pytest.mark.parametrize("told", [1000, 10**6])
def test_a_lie_about_the_size_is_found_out(hub: Hub, home: Path, told: int) -> None:
    hub.size = told
    with pytest.raises(ModelError, match=r"more bytes come|fewer bytes came"):
        pull(MODEL, hub.file, home)
    assert stored(home) == []
    assert sum(part.stat().st_size for part in parts(home)) <= max(told, len(hub.content))


def test_a_true_checksum_of_no_model_is_refused(hub: Hub, home: Path) -> None:
    hub.content = b"<!DOCTYPE html><title>Sign in</title>" * 100
    with pytest.raises(ModelBrokenError, match="web page"):
        pull(MODEL, hub.file, home)
    assert stored(home) == [] and parts(home) == []


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_a_refusal_is_reported(hub: Hub, home: Path, status: int) -> None:
    hub.status = status
    with pytest.raises(ModelError) as caught:
        pull(MODEL, hub.file, home)
    assert caught.value.hint and REPO in caught.value.message


def test_a_file_that_is_not_there(hub: Hub, home: Path) -> None:
    with pytest.raises(ModelError, match=r"has no file other\.gguf"):
        pull(MODEL, "other.gguf", home)


def test_no_checksum_no_download(hub: Hub, home: Path) -> None:
    hub.sha256 = "abc"
    with pytest.raises(ModelError, match="no checksum"):
        pull(MODEL, hub.file, home)
    assert not hub.ranges()


def test_a_server_that_falls_silent_is_given_up(hub: Hub, home: Path) -> None:
    hub.stalls = True
    with pytest.raises(ModelError, match="could not be downloaded"):
        pull(MODEL, hub.file, home)
    assert stored(home) == []


def test_nobody_answers(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"http://127\.0\.0\.1:9 cannot be reached") as caught:
        pull(MODEL, hub.file, home)
    assert "internet" in caught.value.hint


def test_the_disk_is_looked_at_first(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: free)
    with pytest.raises(ModelError, match=r"needs .* and the disk of .* has 1 kB left"):
        pull(MODEL, hub.file, home)
    assert not hub.ranges()


def test_another_file_under_a_known_name_is_refused(hub: Hub, home: Path) -> None:
    model = KnownModel("some-model", "chatml", 1, "x", 256, 1, repo=REPO, files=(ModelFile(hub.file, 1, "0" * 64),))
    with pytest.raises(ModelBrokenError, match="another"):
        pull(model, hub.file, home)
    assert not hub.ranges()


def test_two_processes_do_not_write_one_file(hub: Hub, home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.model.files.download import resolve_name, pull\n"
        f"pull(resolve_name({REPO!r}), {hub.file!r}, Path(sys.argv[1]))"
    )
    others: list[str] = []

    def another(stage: str, done: int, total: int) -> None:
        if not others:
            child = subprocess.run(
                [sys.executable, "-c", code, str(home)], capture_output=True, text=True, cwd=REPOSITORY, check=False
            )
            others.append(child.stderr)

    assert pull(MODEL, hub.file, home, another).path.read_bytes() == hub.content
    assert "Another process is downloading" in others[0]


def test_ctrl_c_keeps_what_has_arrived(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.stalls = True
    code = (
        "import sys; from pathlib import Path; import rag.model.files.download\n"
        "from rag.model.files.download import resolve_name, pull\n"
        "rag.model.files.download._DOWNLOAD_BYTES = 1000\n"
        f"pull(resolve_name({REPO!r}), {hub.file!r}, Path(sys.argv[1]), lambda *s: print(*s, flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(home)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=REPOSITORY,
        env=os.environ | {"HF_HUB_DOWNLOAD_TIMEOUT": "20", "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert child.stdout is not None
    try:
        assert child.stdout.readline().startswith(b"downloading")
        until = time.monotonic() + 20
        while not parts(home) and time.monotonic() < until:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        assert child.wait(20) != 0
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    [part] = parts(home)
    kept = part.stat().st_size
    assert 0 < kept < len(hub.content)
    hub.stalls = False
    assert pull(MODEL, hub.file, home).path.read_bytes() == hub.content
    assert hub.ranges()[-1] == f"bytes={kept}-"


def test_names() -> None:
    assert resolve_name("Falcon-7B-sft-top1-696").repo.startswith("maddes8cht/")
    assert resolve_name("owner/name").repo == "owner/name"
    for wrong in ("nonsense", "../x", "a/b/c", "http://a/b", "-o/x"):
        with pytest.raises(UsageError):
            resolve_name(wrong)


def test_files() -> None:
    orca = resolve_name("llama2-13b-orca-8k-3319")
    assert chosen_file(orca).endswith("Q4_0.gguf")
    assert chosen_file(orca, "q5_k_m") == "openassistant-llama2-13b-orca-8k-3319.Q5_K_M.gguf"
    assert chosen_file(orca, "other.Q8_0.gguf") == "other.Q8_0.gguf"
    assert chosen_file(resolve_name("falcon-40b-sft-mix-1226")) == ""
    for wrong in ("Q9", "../x.gguf", "/etc/x.gguf", "x.bin", "x-00001-of-00003.gguf"):
        with pytest.raises(UsageError):
            chosen_file(orca, wrong)
    with pytest.raises(UsageError, match="cannot be downloaded"):
        chosen_file(resolve_name("oasst-sft-1-pythia-12b"))


def test_the_hubs_token_goes_to_no_other_host(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with serving(Hub(hub.content)) as other:
        hub.sends_to = other.address.replace("127.0.0.1", "localhost")
        pull(MODEL, hub.file, home)
        assert any(headers.get("authorization") == "Bearer hf_secret" for _, _, headers in hub.requests)
        assert other.requests and not any("hf_secret" in str(headers) for _, _, headers in other.requests)
