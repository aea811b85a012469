"""Any sentence-transformers model becomes an embedder: exported in a child, tried, measured, kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import add as module
from rag.embedding import registry
from rag.embedding.add import EmbeddingPrefixes, add, calibrated, remove
from rag.embedding.prepare import damaged_files
from rag.errors import ModelBrokenError, ModelNotFoundError, UsageError
from tests.embedding.added_models import SAID
from tests.embedding.tiny_models import hub

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def added(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder to which both were added."""
    models = tmp_path_factory.mktemp("models")
    for name in ("e5", "bge"):
        add(models, str(tiny / name))
    return models


def same(vectors: object, expected: object) -> None:
    """To the fifth digit: cosines of so small a model are all above .9999."""
    np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_a_model_gives_the_vectors_of_sentence_transformers_with_its_own_prefixes(added: Path, tiny: Path) -> None:
    embedder = registry.load(added, "e5")
    assert (embedder.card.dimension, embedder.card.max_tokens) == (48, 64)
    assert (embedder.card.query_prefix, embedder.card.document_prefix) == ("query: ", "passage: ")
    same(embedder.embed_documents(SAID), np.load(tiny / "e5-d.npy"))
    same([embedder.embed_query(text) for text in SAID], np.load(tiny / "e5-q.npy"))
    assert embedder.count("the tram") == 4


def test_one_that_pools_by_its_first_token_and_names_no_prefix(added: Path, tiny: Path) -> None:
    embedder = registry.load(added, "bge")
    assert (embedder.card.query_prefix, embedder.card.document_prefix) == ("", "")
    same(embedder.embed_documents(SAID), np.load(tiny / "bge-n.npy"))
    same([embedder.embed_query(text) for text in SAID], np.load(tiny / "bge-n.npy"))


def test_it_is_listed_with_what_was_measured_and_where_it_comes_from(added: Path, tiny: Path) -> None:
    assert registry.embedder_names(added) == [*registry.BUILT_IN, "bge", "e5"]
    assert registry.source_of(added, "e5") == str(tiny / "e5")
    card = registry.card_of(added, "e5")
    assert set(card.trust_by_language) == {"en", "es", "ru", "fr", "de", "pt", "uk", "zh", ""} and 0 <= card.floor < 1
    assert card.language_trust("fi") == min(card.trust_by_language.values())
    assert damaged_files(registry.added_folder(added, "e5")) == []


def test_adding_again_replaces_and_what_a_person_says_of_prefixes_holds(tiny: Path, tmp_path: Path) -> None:
    told: list[str] = []
    add(tmp_path, str(tiny / "bge"), name="mine", notify=told.append)
    assert any("mine" in each for each in told)
    card = add(tmp_path, str(tiny / "e5"), name="mine", prefixes=EmbeddingPrefixes("", "passage: "))
    assert (card.query_prefix, card.document_prefix) == ("", "passage: ")
    assert registry.card_of(tmp_path, "mine") == card
    embedder = registry.load(tmp_path, "mine")
    same([embedder.embed_query(text) for text in SAID], np.load(tiny / "e5-n.npy"))
    assert [path.name for path in (tmp_path / "embedders").iterdir()] == ["mine"]  # nothing is left of the first
    with pytest.raises(UsageError, match="The library letters already uses mine"):
        add(tmp_path, str(tiny / "bge"), name="mine", users=lambda name: ["letters"])
    remove(tmp_path, "mine")
    assert list((tmp_path / "embedders").iterdir()) == [] and "mine" not in registry.embedder_names(tmp_path)


def test_a_damaged_one_says_how_it_is_added_again(added: Path, tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(added / "embedders" / "e5", tmp_path / "embedders" / "renamed")
    weights = tmp_path / "embedders" / "renamed" / "model.weights"
    weights.chmod(0o644)
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelBrokenError, match="damaged") as caught:
        registry.load(tmp_path, "renamed")
    assert caught.value.hint == f"Add it again: oaken embedder add {tiny / 'e5'} --name renamed"


def test_from_a_hub_comes_what_is_needed_and_no_more(tiny: Path, tmp_path: Path, online: pytest.MonkeyPatch) -> None:
    with hub("owner/small-e5", tiny / "e5") as (address, fetched):
        online.setenv("HF_ENDPOINT", address)
        card = add(tmp_path, "owner/small-e5")
        assert {"model.safetensors", "1_Pooling/config.json", "modules.json"} <= set(fetched)
        assert "README.md" not in fetched and len(fetched) == len(set(fetched))
        with pytest.raises(ModelNotFoundError, match="owner/other does not exist"):  # this hub has only the one
            add(tmp_path, "owner/other")
    assert card.name == "small-e5" and registry.source_of(tmp_path, "small-e5") == "owner/small-e5"
    same(registry.load(tmp_path, "small-e5").embed_documents(SAID), np.load(tiny / "e5-d.npy"))
    assert not (tmp_path / "embedders" / ".parts" / "owner--small-e5").exists()


def test_without_a_hub_and_with_a_repository_of_another_kind(
    tiny: Path, tmp_path: Path, online: pytest.MonkeyPatch
) -> None:
    online.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelNotFoundError, match="could not be downloaded"):
        add(tmp_path, "owner/any")
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text("{}")
    with hub("owner/other", other) as (address, fetched):
        online.setenv("HF_ENDPOINT", address)
        with pytest.raises(UsageError, match="not a sentence-transformers model"):
            add(tmp_path, "owner/other")
        assert fetched == []
    online.setenv("HF_HUB_OFFLINE", "1")
    online.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelNotFoundError):
        add(tmp_path, "owner/any")


# -- what is refused


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        ("./nowhere", "", "'./nowhere' is neither a folder"),
        ("word2vec", "", "nor an OWNER/NAME"),
        ("../../etc/passwd", "", "neither a folder"),
        ("owner/all-MiniLM-L6-v2", "", "is built in"),
        ("owner/any", "../up", "not a valid name"),
        ("owner/any", ".hidden", "not a valid name"),
    ],
)
def test_wrong_sources_and_names_are_reported_before_anything_is_done(
    source: str, name: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        add(tmp_path, source, name=name)
    assert "oaken embedder add" in caught.value.hint and list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_none_and_one_that_is_damaged(tiny: Path, tmp_path: Path) -> None:
    models, empty, broken = tmp_path / "models", tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    with pytest.raises(UsageError, match=r"modules\.json is missing"):
        add(models, str(empty))
    shutil.copytree(tiny / "bge", broken)
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelBrokenError, match="broken cannot be exported"):
        add(models, str(broken))
    assert list((models / "embedders").iterdir()) == []


def test_without_torch_the_pip_line_is_shown_and_nothing_is_fetched(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _: None)
    for source in (str(tiny / "bge"), "owner/any"):
        with pytest.raises(ModelNotFoundError, match="torch") as caught:
            add(tmp_path, source)
        assert "pip install sentence-transformers" in caught.value.hint and list(tmp_path.iterdir()) == []


def test_what_is_done_to_a_text_before_its_tokens_is_done_here_too(tiny: Path, tmp_path: Path) -> None:
    lowering = tmp_path / "lowering"
    shutil.copytree(tiny / "bge", lowering)
    (lowering / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64, "do_lower_case": True}))
    add(tmp_path / "models", str(lowering))
    embedder = registry.load(tmp_path / "models", "lowering")
    same([embedder.embed_query("THE TRAM LINE")], [embedder.embed_query("the tram line")])

    other = embedder.embed_query("when did opened")
    assert np.abs(embedder.embed_query("the tram line") - other).max() > 1e-4


@pytest.mark.parametrize(("name", "said"), [("all-MiniLM-L6-v2", "built in"), ("x", "No emb"), ("..", "No emb")])
def test_what_was_not_added_is_not_removed(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "embedders").mkdir()
    with pytest.raises(UsageError, match=said):
        remove(tmp_path, name)


# -- what is measured


def test_the_built_in_embedders_are_measured_as_larger_benchmarks_have_them(models: Path) -> None:
    wide = calibrated(registry.load(models, registry.E5.name))
    assert min(wide.trust_by_language.values()) > 0.85 and 0.7 < wide.floor < 0.85
    assert wide.unrelated == pytest.approx((0.79, 0.02), abs=0.03)
    narrow = calibrated(registry.load(models, registry.MINILM.name))
    assert (
        narrow.trust_by_language["en"] > 0.9
        and narrow.trust_by_language["ru"] < 0.5
        and 0.5 < narrow.trust_by_language["es"] < 0.9
    )
    assert narrow.language_trust("fi") < 0.5 and narrow.floor < 0.15
    assert narrow.unrelated == pytest.approx((0.05, 0.08), abs=0.04)
    assert (
        registry.weak_languages(narrow, {"ru": 1}) == ["ru"] and registry.weak_languages(wide, {"ru": 1, "fi": 1}) == []
    )


def test_the_measuring_set_has_as_many_pairs_in_each_language() -> None:
    pairs = json.loads(module._CALIBRATION.read_text(encoding="utf-8"))
    assert set(pairs) == {"en", "es", "ru", "fr", "de", "pt", "uk", "zh"}
    assert {len(held) for held in pairs.values()} == {12}
    every = [text for held in pairs.values() for pair in held for text in pair]
    assert len(every) == len(set(every)) == 12 * 2 * 8
