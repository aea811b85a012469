"""Samples tokens from logits: a chain of llama.cpp's samplers for each answer. Runs in the worker.

OpenAssistant's server applied the temperature before the candidates are cut (temperature, top_k, top_p, typical_p);
llama.cpp's program of 2023, which the article used, cuts them first (top_k, typical_p, top_p, temperature). The
repetition penalty comes before both; it looks back over ``repeat_last_n`` tokens of prompt and answer.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])  # llama.h: llama_token_data
Logits = NDArray[np.float32]


class Sampler:
    """One answer's chain. Close it."""

    def __init__(
        self, sampling: Mapping[str, Any], prompt: Sequence[int], window: int, size: int, grammar: Any = None
    ) -> None:
        """``grammar`` is llama.cpp's own sampler of one, which the chain owns from now on."""
        import llama_cpp

        self._llama_cpp = llama_cpp
        self._size = size
        self._plain = False  # greedy, without penalties
        self._chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
        back = window if sampling["repeat_last_n"] < 0 else sampling["repeat_last_n"]
        penalised = bool(back) and sampling["repeat_penalty"] != 1.0
        if penalised:
            self._add(llama_cpp.llama_sampler_init_penalties(size, back, sampling["repeat_penalty"], 0.0, 0.0))
            for token in prompt[-back:]:
                llama_cpp.llama_sampler_accept(self._chain, token)
        if grammar is not None:
            self._add(grammar)
        if sampling["temperature"] <= 0:
            self._plain = not penalised and grammar is None
            self._add(llama_cpp.llama_sampler_init_greedy())
            return
        temperature = llama_cpp.llama_sampler_init_temp(sampling["temperature"])
        top_k = llama_cpp.llama_sampler_init_top_k(sampling["top_k"])
        top_p = llama_cpp.llama_sampler_init_top_p(sampling["top_p"], 1)
        typical = llama_cpp.llama_sampler_init_typical(sampling["typical_p"], 1)
        in_order = (
            (temperature, top_k, top_p, typical)
            if sampling["temperature_first"]
            else (top_k, typical, top_p, temperature)
        )
        for each in (*in_order, llama_cpp.llama_sampler_init_dist(sampling["seed"] % 2**32)):
            self._add(each)

    def first(self, logits: Logits) -> int:
        """Return the token sampled from these logits, one for each token of the vocabulary."""
        if self._plain:
            return int(logits.argmax())
        candidates = np.empty(len(logits), dtype=_CANDIDATE)
        candidates["id"] = np.arange(len(logits), dtype=np.int32)
        candidates["logit"] = logits
        candidates["p"] = 0
        data = ctypes.cast(candidates.ctypes.data, ctypes.POINTER(self._llama_cpp.llama_token_data))
        array = self._llama_cpp.llama_token_data_array(data, len(logits), -1, False)
        self._llama_cpp.llama_sampler_apply(self._chain, ctypes.byref(array))
        token = int(array.data[array.selected].id)
        self._llama_cpp.llama_sampler_accept(self._chain, token)
        return token

    def next(self, context: Any) -> int:
        """Return the token sampled from the logits that the context computed last."""
        if self._plain:  # without a list of candidates: saves a tenth of a millisecond a token
            logits = self._llama_cpp.llama_get_logits_ith(context, -1)
            return int(np.ctypeslib.as_array(logits, (self._size,)).argmax())
        return int(self._llama_cpp.llama_sampler_sample(self._chain, context, -1))

    def close(self) -> None:
        """Free the chain."""
        self._llama_cpp.llama_sampler_free(self._chain)

    def _add(self, sampler: Any) -> None:
        self._llama_cpp.llama_sampler_chain_add(self._chain, sampler)
