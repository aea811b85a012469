"""A model in plain words."""

from __future__ import annotations

from dataclasses import replace

from rag.settings import load
from tests.ui.web.test_html_views import Witness
from ui.shared import model_catalog
from ui.web.model.views import model


def test_a_model_is_told_in_plain_words_and_the_rest_on_demand(tmp_path: object) -> None:
    rows = model_catalog.listing(load({"OAKEN_HOME": str(tmp_path)}), free=4 * 10**9).rows
    qwen = next(row for row in rows if row.name == "qwen2.5-0.5b-instruct")
    told = Witness(model(qwen).replace("<br>", " ")).text
    first, _, details = told.partition("Details")
    assert "writes English, Spanish, Russian, Chinese and many more" in first and "apache" not in first
    assert first.startswith("Qwen2.5 0.5B") and "q4_k_m" not in first and "qwen2.5-0.5b-instruct-q4_k_m.gguf" in details
    assert "491 MB" in first and "of memory" in first
    assert "chatml" not in first and "tokens" not in first
    assert "chatml" in details and "32,768 tokens" in details
    few = Witness(model(replace(qwen, languages=("en",))).replace("<br>", " ")).text
    assert "writes English ·" in few
    more = Witness(model(replace(qwen, languages=("en", "de", "es", "fr", "it", "pt"))).replace("<br>", " ")).text
    assert "writes English, German, Spanish, French and 2 more" in more


def test_a_model_with_a_hostile_name_stays_text(tmp_path: object) -> None:
    rows = model_catalog.listing(load({"OAKEN_HOME": str(tmp_path)}), free=1).rows
    payload = "<img src=x onerror=alert(1)>"
    assert (
        payload
        in Witness(model(replace(rows[0], name=payload, license=payload, family=payload)).replace("<br>", " ")).text
    )
