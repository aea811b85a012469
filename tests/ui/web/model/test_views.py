"""A model in plain words."""

from __future__ import annotations

from dataclasses import replace

from rag.settings import load
from tests.ui.web.test_html_views import Witness
from ui.shared import model_catalog
from ui.web.model.views import model, shown_name, suits


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
    assert "writes English only ·" in few
    more = Witness(model(replace(qwen, languages=("en", "de", "es", "fr", "it", "pt"))).replace("<br>", " ")).text
    assert "writes English, German, Spanish, French and 2 more" in more


def test_a_model_with_a_hostile_name_stays_text(tmp_path: object) -> None:
    rows = model_catalog.listing(load({"OAKEN_HOME": str(tmp_path)}), free=1).rows
    payload = "<img src=x onerror=alert(1)>"
    assert (
        payload
        in Witness(model(replace(rows[0], name=payload, license=payload, family=payload)).replace("<br>", " ")).text
    )


def test_every_known_model_has_a_readable_name_and_is_for_somebody(tmp_path: object) -> None:
    rows = model_catalog.listing(load({"OAKEN_HOME": str(tmp_path)}), free=10**12).rows
    names = {row.name: shown_name(row) for row in rows}
    assert names["falcon-7b-sft-top1-696"] == "OpenAssistant Falcon 7B"
    assert names["codellama-13b-oasst-sft-v10"] == "OpenAssistant Codellama 13B"
    assert names["granite-3.3-2b-instruct"] == "Granite 3.3 2B" and names["gemma-3-270m"] == "Gemma 3 270M"
    to_download = [names[row.name] for row in rows if row.size]
    assert len(to_download) == len(set(to_download)) and not any("sft" in each.lower() for each in to_download)
    by_size = sorted((row for row in rows if row.size), key=lambda row: row.size)
    assert len({suits(row) for row in by_size}) == 5
    assert suits(by_size[0]).startswith("The quickest") and "powerful" in suits(by_size[-1])


def test_the_recommended_one_says_so(tmp_path: object) -> None:
    row = model_catalog.listing(load({"OAKEN_HOME": str(tmp_path)}), free=4 * 10**9).rows[1]
    assert "recommended for this computer" in model(row, recommended=True)
    assert "recommended" not in model(row)


def test_what_differs_is_told_the_wait_and_the_library_s_own_languages(tmp_path: object) -> None:
    rows = model_catalog.listing(load({"OAKEN_HOME": str(tmp_path)}), free=4 * 10**9).rows
    bundled = next(row for row in rows if row.languages == ("en",) and row.path)
    qwen = next(row for row in rows if row.name == "qwen2.5-0.5b-instruct")

    def told(row: model_catalog.ModelRow, *spoken: str) -> str:
        return Witness(model(row, spoken=spoken, smallest=bundled.size).replace("<br>", " ")).text

    assert "About 5 times the wait of the smallest." in told(qwen)
    assert "wait" not in told(bundled) and "your documents" not in told(bundled)
    assert "Writes the languages of your documents: German, English." in told(qwen, "de", "en")
    assert "Does not write German, which some of your documents are in: they are quoted." in told(bundled, "de", "en")
    assert "your documents" not in told(replace(qwen, languages=()), "de")
