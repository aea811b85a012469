"""Writes a BERT encoder as an ONNX graph for onnxruntime, without torch: token ids in, unit vectors or scores out.

Layers are in 8 bits, with one scale for each output of a matrix and one for each *token* of the input: with one scale
for the whole input (``DynamicQuantizeMatMul``) the vector of a text would depend on what else is in its batch. Word
embeddings stay as their file has them: in 4-bit blocks, or as floats. Weights lie in a file beside the graph, which
onnxruntime memory-maps: only the rows that a text uses become resident.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding.bert import BertEncoder, EncoderLayer, Floats, Linear, Norm, PackedRows

if TYPE_CHECKING:
    import onnx

_MICROSOFT = "com.microsoft"  # onnxruntime's own operators
_OPSET = 18
_EXTERNAL_TENSOR_BYTES = 1024  # bytes from which on a tensor lies in the file beside the graph
GRAPH_FILE, WEIGHTS_FILE = "model.onnx", "model.weights"


def write_graph(model: BertEncoder, folder: Path, *, bits: int | None = 8, head: Linear | None = None) -> None:
    """Write ``model.onnx`` and ``model.weights`` into ``folder``.

    ``bits`` of the layers' weights: 8, or 7 for processors that add products in 16 bits, or None for floats (the
    reference). Inputs ``input_ids`` and ``attention_mask``, int64 of shape (batch, tokens); output ``vectors``, unit
    vectors of shape (batch, dimension), the mean over the tokens. With a ``head`` the output is ``scores`` instead, the
    head's output for each token, of shape (batch, tokens, rows of the head).
    """
    import onnx

    onnx.save_model(
        _Graph(model, bits).build(head),
        str(folder / GRAPH_FILE),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS_FILE,
        size_threshold=_EXTERNAL_TENSOR_BYTES,
    )


class _Graph:
    def __init__(self, model: BertEncoder, bits: int | None) -> None:
        self._model = model
        self._quantized_max = 2 ** (bits - 1) - 1 if bits else 0  # 127 or 63; 0: floats
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}
        self._quantized: tuple[str, str, str] = ("", "", "")  # of the last input: its name, its bytes, its scales

    def build(self, head: Linear | None = None) -> onnx.ModelProto:
        from onnx import TensorProto, helper

        encoded = self._encoded()
        name, made = ("vectors", self._pooled(encoded)) if head is None else ("scores", self._scored(encoded, head))
        self._nodes.append(helper.make_node("Identity", [made], [name]))
        names = ("input_ids", "attention_mask")
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in names]
        shape = ["batch", self._model.positions.shape[1]] if head is None else ["batch", "tokens", len(head.bias)]
        output = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self._nodes, "encoder", inputs, [output], list(self._weights.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="oaken")

    def _encoded(self) -> str:
        from onnx import TensorProto

        words = self._words()
        length = self._node("Shape", "input_ids", start=1, end=2)
        first = self._constant("first", np.array([0], np.int64))
        places = self._node("Slice", self._constant("positions", self._model.positions), first, length)
        x = self._normalized(words, self._node("Expand", places, self._node("Shape", words)), self._model.norm, "words")
        mask = self._node("Cast", "attention_mask", to=TensorProto.INT32)
        for i, layer in enumerate(self._model.layers):
            x = self._layer(x, mask, layer, f"layer{i}")
        return x

    def _scored(self, x: str, head: Linear) -> str:
        """Return the output of a linear layer, in floats, for each token."""
        product = self._node("MatMul", x, self._constant("head.weight", head.weight.T))
        return self._node("Add", product, self._constant("head.bias", head.bias))

    def _pooled(self, x: str) -> str:
        """Return the mean of the tokens as a unit vector: their sum has the same direction."""
        from onnx import TensorProto

        axis = self._constant("last", np.array([2], np.int64))
        weights = self._node("Unsqueeze", self._node("Cast", "attention_mask", to=TensorProto.FLOAT), axis)
        tokens = self._constant("tokens", np.array([1], np.int64))
        summed = self._node("ReduceSum", self._node("Mul", x, weights), tokens, keepdims=0)
        return self._node("LpNormalization", summed, axis=-1, p=2)

    def _words(self) -> str:
        words = self._model.words
        if not isinstance(words, PackedRows):
            return self._node("Gather", self._constant("words", words), "input_ids")
        rows = len(words.bits)
        pairs = (words.bits[..., 0::2] | (words.bits[..., 1::2] << 4)).reshape(rows, -1)
        scales = self._constant("word_scales", words.scales.astype(np.float32))
        return self._node(
            "GatherBlockQuantized", self._constant("words", pairs), "input_ids", scales,
            domain=_MICROSOFT, bits=4, block_size=32, gather_axis=0, quantize_axis=1,
        )  # fmt: skip

    def _layer(self, x: str, mask: str, layer: EncoderLayer, name: str) -> str:
        joined = Linear(
            np.concatenate([layer.query.weight, layer.key.weight, layer.value.weight]),
            np.concatenate([layer.query.bias, layer.key.bias, layer.value.bias]),
        )
        projected = self._linear(x, joined, f"{name}.projected")
        query, key, value = self._nodes_of("Split", [projected], 3, axis=2, num_outputs=3)
        seen = self._node(
            "MultiHeadAttention", query, key, value, "", mask, domain=_MICROSOFT, num_heads=self._model.heads
        )
        attended = self._linear(seen, layer.attended, f"{name}.attended")
        x = self._normalized(attended, x, layer.attention_norm, f"{name}.attention_norm")
        inner = self._node("Gelu", self._linear(x, layer.inner, f"{name}.inner"), domain=_MICROSOFT)
        outer = self._linear(inner, layer.outer, f"{name}.outer")
        return self._normalized(outer, x, layer.output_norm, f"{name}.output_norm")

    def _normalized(self, x: str, rest: str, norm: Norm, name: str) -> str:
        scale, shift = self._constant(f"{name}.scale", norm[0]), self._constant(f"{name}.shift", norm[1])
        epsilon = self._model.epsilon
        return self._node("SkipLayerNormalization", x, rest, scale, shift, domain=_MICROSOFT, epsilon=epsilon)

    def _linear(self, x: str, linear: Linear, name: str) -> str:
        from onnx import TensorProto

        bias = self._constant(f"{name}.bias", linear.bias)
        if not self._quantized_max:
            weight = self._constant(f"{name}.weight", linear.weight.T)
            return self._node("Add", self._node("MatMul", x, weight), bias)
        scale = np.abs(linear.weight).max(axis=1) / self._quantized_max
        scale[scale == 0] = 1.0
        rounded = np.rint(linear.weight / scale[:, None]).astype(np.int8).T
        scales = self._constant(f"{name}.scale", scale.astype(np.float32))
        values, step = self._by_token(x)
        zero = self._constant("zero_point", np.array(128, np.uint8))
        product = self._node("MatMulInteger", values, self._constant(f"{name}.weight", rounded), zero)
        exact = self._node("Mul", self._node("Cast", product, to=TensorProto.FLOAT), step)
        return self._node("Add", self._node("Mul", exact, scales), bias)

    def _by_token(self, x: str) -> tuple[str, str]:
        """Return the input quantised to bytes around 128, and the scale of each token."""
        from onnx import TensorProto

        if self._quantized[0] != x:
            last = self._constant("last", np.array([2], np.int64))
            largest = self._node("ReduceMax", self._node("Abs", x), last, keepdims=1)
            step = self._node("Mul", largest, self._constant("per_step", np.array(1 / 127, np.float32)))
            rounded = self._node("Round", self._node("Div", x, step))
            shifted = self._node("Add", rounded, self._constant("shift", np.array(128, np.float32)))
            self._quantized = (x, self._node("Cast", shifted, to=TensorProto.UINT8), step)
        return self._quantized[1:]

    def _constant(self, name: str, value: NDArray[Any] | Floats) -> str:
        from onnx import numpy_helper

        if name not in self._weights:
            self._weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def _node(self, operator: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        return self._nodes_of(operator, inputs, 1, domain, **attributes)[0]

    def _nodes_of(
        self, operator: str, inputs: object, outputs: int, domain: str = "", **attributes: object
    ) -> list[str]:
        from onnx import helper

        label = f"{operator}{len(self._nodes)}"
        names = [f"{label}.{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, names, name=label, domain=domain, **attributes))
        return names
