"""Prose in one language about a document in another, from the question to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.assistant import Assistant
from rag.conversation.chats.answer_codec import dump, load
from rag.conversation.history import history_turns
from rag.embedding import registry
from rag.evaluation.evaluate import is_quoted_in
from rag.interfaces import Embedder
from rag.library.library import Library
from rag.serialize import answer_json
from rag.types import AnswerStatus, ClaimChecked
from tests.doubles import ScriptedModel
from tests.town import file_away

pytestmark = pytest.mark.real

SPANISH = (
    "El mercado de los jueves tiene sesenta y cuatro puestos desde 1887. La multa por pesar de menos es de 25 coronas. "
    "Remedios Carrasco no cobra nada a los niños que traen su cesta."
)
ASKED = "How many stalls does the Thursday market have?"
TRANSLATED = "The Thursday market has had sixty-four stalls since 1887."


@pytest.fixture(scope="module")
def embedder(models: Path) -> Embedder:
    return registry.load(models, registry.E5.name)


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", embedder.card) as held:
        file_away(held, "mercado.md", SPANISH, "es", embedder)  # type: ignore[arg-type]
        held.follow()
        yield held


def test_a_translation_is_the_answer_where_the_source_is_in_another_language(
    library: Library, embedder: Embedder
) -> None:
    model = ScriptedModel(f"{TRANSLATED} The mayor paid for it.", "never asked for")
    answer = Assistant(library, embedder, lambda: model).ask(ASKED, insist=True)
    assert len(model.prompts) == 1  # the words as they stand would be Spanish
    first, second = answer.claims
    assert first.translated and not first.supported and not second.translated and second.citations == ()
    assert all(is_quoted_in(citation, library) for citation in first.citations)
    assert answer.status is AnswerStatus.QUOTED  # nothing in it is proven
    row = answer_json(answer)["claims"][0]
    assert row["translated"] and not row["supported"] and row["unchecked"] == []
    assert load(dump(answer)) == answer
    assert history_turns([(ASKED, answer)])[1].text == answer.quotes[0].quote  # what is not proven is not built upon


def test_a_changed_number_makes_the_model_copy(library: Library, embedder: Embedder) -> None:
    copy = "El mercado de los jueves tiene sesenta y cuatro puestos desde 1887."
    model = ScriptedModel("The Thursday market has had forty-six stalls since 1887.", copy)
    answer = Assistant(library, embedder, lambda: model).ask(ASKED, insist=True)
    assert len(model.prompts) == 2 and model.prompts[1].verbatim
    assert [(claim.supported, claim.translated) for claim in answer.claims] == [(True, False)]


def test_strict_leaves_translations_out(library: Library, embedder: Embedder) -> None:
    model = ScriptedModel(TRANSLATED, "El mercado de los jueves tiene sesenta y cuatro puestos desde 1887.")
    events = list(Assistant(library, embedder, lambda: model).stream(ASKED, insist=True, strict=True))
    shown = [event.claim for event in events if isinstance(event, ClaimChecked)]
    assert [(claim.supported, claim.translated) for claim in shown] == [(True, False)]
    assert len(model.prompts) == 2
