"""Models as they are listed: what fits, languages, measurements."""

from __future__ import annotations

import pytest

from rag.settings import load
from tests.model.conftest import embedded as embedded
from tests.model.conftest import write_gguf as write_gguf
from ui.shared import model_catalog


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OAKEN_MODEL", "OAKEN_MODEL_URL", "OAKEN_FAMILY", "OAKEN_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")


def test_what_does_not_fit_is_reported_with_numbers() -> None:
    found = model_catalog.listing(load(), free=4 * 10**9)
    fits = {row.name: row.fits for row in found.rows}
    assert fits["falcon-7b-sft-top1-696"] is False and fits["smollm2-135m-instruct"] is True
    assert fits["llama2-70b-oasst-sft-v10"] is False and fits["oasst-sft-1-pythia-12b"] is None


def test_languages_and_measurements_in_few_letters() -> None:
    assert model_catalog.language_list(("en", "es")) == "en es"
    assert model_catalog.language_list(("en", "es", "ru", "fr", "de", "it")) == "en es ru +3"
    assert model_catalog.language_list(("en", "es", "ru", "mul")) == "en es ru +"
    assert model_catalog.language_list(("en", "de", "es", "fr")) == "en de es fr"
    assert model_catalog.marks({"en": 0.673, "ru": 0.8}) == "en 67%, ru 80%" and model_catalog.marks({}) == ""
