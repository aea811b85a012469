from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import registry, session
from rag.errors import ModelError

pytestmark = pytest.mark.real


def test_the_product_that_is_tried_is_one_that_16_bits_cannot_hold(tmp_path: Path) -> None:
    """On whatever processor the tests run, the answer must be what the products of such bytes show."""
    overflows = session.products_overflow(tmp_path)
    assert overflows == session.products_overflow(tmp_path)  # now from the file
    probe = session.open_session(tmp_path / "products.onnx", 1)
    small = probe.run(None, {"x": np.full((4, 64), 2, np.uint8)})[0]
    assert (small == 64 * 2 * 127).all()  # what fits is right everywhere
    large = probe.run(None, {"x": np.full((4, 64), 255, np.uint8)})[0]
    assert overflows == bool((large != 64 * 255 * 127).any())


def test_where_products_overflow_seven_bits_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(registry, "_build_minilm", lambda weights, folder, bits: made.append(bits))
    for overflow in (True, False):
        monkeypatch.setattr(registry, "products_overflow", lambda _, overflow=overflow: overflow)
        registry._prepared(tmp_path, registry.MINILM.name, None)
    assert made == [7, 8] and len(list((tmp_path / "prepared").glob("all-MiniLM*"))) == 2


@pytest.mark.parametrize("said", [None, "0"])
def test_reports_to_the_vendor_are_off_before_onnxruntime_is_imported(models: Path, said: str | None) -> None:
    code = (
        "import sys, os\n"
        "class Watch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'onnxruntime': print(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        "from pathlib import Path\nfrom rag.embedding import registry\n"
        "registry.load(Path(sys.argv[1]), registry.DEFAULT_EMBEDDER.name).embed_query('mill')\n"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'chromadb', 'onnx')\n"
        "print([m for m in heavy if m in sys.modules])\n"
    )
    env = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    env |= {} if said is None else {"ORT_DISABLE_TELEMETRY": said}
    done = subprocess.run(
        [sys.executable, "-c", code, str(models)], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.split("\n")[:2] == ["1", "[]"]


def test_nothing_is_written_to_a_persons_home(models: Path, tmp_path: Path) -> None:
    """onnxruntime keeps a device id and a queue of events there unless its reports are off."""
    code = "import sys\nfrom pathlib import Path\nfrom rag.embedding import registry\n"
    code += "registry.load(Path(sys.argv[1]), registry.DEFAULT_EMBEDDER.name).embed_query('mill')\n"
    env = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    env |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    subprocess.run([sys.executable, "-c", code, str(models)], check=True, env=env)
    assert list(tmp_path.rglob("*")) == []


def test_memory_that_ran_out_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    def fail(*_: object, **__: object) -> None:
        raise Exception("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : std::bad_alloc")

    monkeypatch.setattr(onnxruntime, "InferenceSession", fail)
    with pytest.raises(ModelError, match="not enough memory") as caught:
        session.open_session(tmp_path / "model.onnx", hint="Delete the folder")
    assert "Delete" not in str(caught.value)
