"""Opens ONNX graphs in onnxruntime, and tests this processor's integer arithmetic."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ModelBrokenError, ModelError
from rag.messages import Message
from rag.storage import is_out_of_memory, memory_error, private_folder

_INNER, _OUTER = 64, 32  # shape of the test product


def open_session(path: Path, threads: int = 0, *, hint: str = "") -> Any:
    """Open a session on the processor; ``threads`` 0 is one for each core.

    Raises ModelBrokenError with that ``hint``, ModelError where memory ran out.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Waiting threads sleep rather than spin: an answer and an ingest may be at work at once.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if threads:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen classes of its own, documented nowhere
        if is_out_of_memory(error):
            known = memory_error()
            raise ModelError(known.message, known.hint) from error
        raise ModelBrokenError(
            Message("The embedding model {model} cannot be loaded: {error}", model=path.name, error=error), hint
        ) from error


def products_overflow(folder: Path) -> bool:
    """Tell whether products of bytes overflow on this processor, so that only 7-bit weights are right.

    AVX2 and AVX-512 without VNNI add two products of an unsigned and a signed byte in 16 bits and saturate. Tested with
    onnxruntime's own code: 255 * 127 + 255 * 127 does not fit. The test graph is kept in ``folder``.
    """
    probe = folder / "products.onnx"
    if not probe.exists():
        _write_probe(probe)
    session = open_session(probe, 1, hint=f"Delete the file, it is made again: {probe}")
    product = session.run(None, {"x": np.full((4, _INNER), 255, np.uint8)})[0]
    return bool((product != _INNER * 255 * 127).any())


def _write_probe(path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.full((_INNER, _OUTER), 127, np.int8), "w")
    x = helper.make_tensor_value_info("x", TensorProto.UINT8, [4, _INNER])
    y = helper.make_tensor_value_info("y", TensorProto.INT32, [4, _OUTER])
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["x", "w"], ["y"])], "products", [x], [y], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    private_folder(path.parent)
    number, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(model.SerializeToString())
        Path(scratch).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(scratch).unlink()
