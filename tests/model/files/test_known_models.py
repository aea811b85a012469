"""The table of known models."""

from __future__ import annotations

from rag.model.files import download as downloads
from rag.model.files.known_models import MODELS, writer_of
from rag.model.files.memory import bytes_needed


def test_the_table_is_sound() -> None:
    from rag.model.prompting.families import FAMILIES, TEMPLATE

    names = [model.name for model in MODELS]
    assert len(set(names)) == len(names) and names == [name.lower() for name in names]
    files = [offer.file for model in MODELS for offer in model.files]
    assert len(set(files)) == len(files)
    for model in MODELS:
        assert model.family in {*FAMILIES, TEMPLATE} and model.context and model.cache
        assert model.repo or model.note  # either it can be had, or it is said why not
        assert bool(model.files) <= bool(model.repo or model.package) and not (model.repo and model.package)
        for offer in model.files:
            assert model.package or downloads.chosen_file(model, offer.file) == offer.file
            assert offer.size > 10**8 and len(offer.sha256) in (0, 64)
            assert offer.sha256 or not model.package  # of a package nobody else gives one


def test_each_of_our_languages_has_a_model_to_offer_that_fits_a_small_machine() -> None:
    offered = [model for model in MODELS if model.writes_more]
    assert 4 <= len(offered) <= 8
    for model in offered:
        [offer] = model.files
        assert bytes_needed(offer.size, model.cache, 2048) < 4 * 10**9 and offer.sha256 and model.license
        assert (model.license == "apache-2.0") is not bool(model.terms)
    for language in ("es", "ru", "fr", "de", "xx"):
        found = writer_of(language, lambda model: model.parameters < 1.6)
        assert found is not None and found.name == "qwen2.5-1.5b-instruct"
    smallest = writer_of("es", lambda model: False)
    assert smallest is not None and smallest.name == "qwen2.5-0.5b-instruct"
