"""Headers of GGUF files, whole and damaged."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import ModelBrokenError
from rag.model.files.check import check_gguf

Write = Callable[..., Path]


def test_truncated_file_names_both_lengths(write_gguf: Write) -> None:
    path = write_gguf(("<|prompter|>",))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1000])
    with pytest.raises(ModelBrokenError, match=f"byte {len(whole):,}, the file at byte {len(whole) - 1000:,}"):
        check_gguf(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damage_never_raises_anything_else(write_gguf: Write, data: st.DataObject) -> None:
    path = write_gguf(("<|prompter|>",))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, 12_000))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        check_gguf(path)
    except ModelBrokenError as error:
        assert error.hint
