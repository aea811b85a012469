"""What a request reaches: the library, the model alone, a server in place of a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.factory import model_loader
from rag.library.library import Library
from rag.settings import Settings
from rag.types import Turn
from tests.doubles import ScriptedModel
from tests.model.chat_server import Server, chunk, event, serving
from tests.ui.api.serving import CHAT, RAW, SAID, Start, events


def test_what_is_ignored_is_said_and_history_goes_along(start: Start) -> None:
    model = ScriptedModel(SAID)
    before = [
        {"role": "system", "content": "You are a pirate."}, {"role": "user", "content": "Who was the miller?"},
        {"role": "assistant", "content": "Tobias Wren."},
    ]  # fmt: skip
    last = {"role": "user", "content": [{"type": "text", "text": "Who was the miller?"}]}
    asked = {"model": "oaken", "temperature": 0.9, "stop": "x", "messages": [*before, last]}
    row = start(model).post("/v1/chat/completions", json=asked).json()
    assert row["oaken"]["ignored"] == ["system messages", "temperature", "stop"]
    texts = [turn.text for turn in model.prompts[0].turns]
    assert "Tobias Wren." in texts and not any("pirate" in text for text in texts)


def test_an_answer_goes_along_as_it_does_on_the_page_without_sources_and_what_no_document_says(start: Start) -> None:
    model = ScriptedModel("The miller was Tobias Wren. He was born in Paris in 1822.", SAID, window=2048)
    client = start(model)
    first = {"role": "user", "content": "Who was the miller?"}
    text = client.post("/v1/chat/completions", json={"messages": [first]}).json()["choices"][0]["message"]["content"]
    assert "Paris" in text and "Sources:" in text
    told = [first, {"role": "assistant", "content": text}, {"role": "user", "content": "What did he grind?"}]
    client.post("/v1/chat/completions", json={"messages": told, "insist": True})
    question, answer = next(each.turns[-3:-1] for each in model.prompts if "grind?" in each.turns[-1].text)
    assert question.text.endswith(first["content"]) and "Tobias Wren" in question.text, "with its evidence"
    assert "Tobias Wren" in answer.text and "Paris" not in answer.text and "[1]" not in answer.text


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_is_too_long_is_refused_with_the_same_sentence(start: Start, stream: bool) -> None:
    client = start(ScriptedModel(SAID))
    for question, told in (("When?".ljust(4_001, "?"), "4,001"), ("“a " * 60_000, "180,000")):
        asked = {"stream": stream, "messages": [{"role": "user", "content": question}]}
        refused = client.post("/v1/chat/completions", json=asked)
        assert refused.status_code == 400
        assert f"The question is {told} characters long; 4,000 is the most." in refused.text


def test_half_a_character_in_a_question_is_no_error_of_the_server(start: Start) -> None:
    half = b'{"messages": [{"role": "user", "content": "Who was the miller\\ud800?"}]}'
    refused = start(ScriptedModel(SAID)).post(
        "/v1/chat/completions", content=half, headers={"content-type": "application/json"}
    )
    assert refused.status_code < 500


def test_a_search_finds_passages_and_asks_no_model(start: Start, library: Library) -> None:
    model = ScriptedModel(SAID)
    client = start(model)
    found = client.post("/v1/search", json={"query": "Who was the miller?", "k": 2})
    assert found.status_code == 200 and set(found.json()) == {"object", "query", "results"}
    first = found.json()["results"][0]
    assert "Tobias Wren" in first["text"] and first["rank"] == 1 and len(found.json()["results"]) <= 2
    assert first["place"] == "papers/mill.txt" and "title" in first
    document = library.document(first["document_id"])
    assert document is not None and document.text[first["start"] : first["end"]] == first["text"]
    assert model.prompts == [] and client.service.busy == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"query": "miller", "types": ["txt"], "languages": ["en"]}, 200, ""),
        ({"query": "miller", "languages": ["zz"]}, 400, "No document is written in zz"),
        ({"query": "miller", "since": "soon"}, 400, "soon"),
        ({"query": "miller", "since": "9999"}, 400, "No document was changed since 9999"),
        ({"query": "miller", "folder": "~nobody-of-that-name"}, 400, "No document is in ~nobody-of-that-name"),
        ({"query": "  "}, 400, "The question is empty."),
        ({"query": "a " * 3_000}, 400, "4,000 is the most"),
        ({"query": "miller", "k": 0}, 400, "k: "),
        ({"query": "miller", "kind": "pdf"}, 400, "kind: Extra inputs are not permitted"),
        ({"question": "miller"}, 400, "query: Field required"),
    ],
)
def test_a_search_is_narrowed_or_refused_in_words(
    start: Start, asked: dict[str, object], status: int, said: str
) -> None:
    client = start(ScriptedModel(SAID))
    answer = client.post("/v1/search", json=asked)
    assert answer.status_code == status and said in answer.text, answer.text
    assert client.service.busy == 0  # type: ignore[attr-defined]


def test_half_a_character_in_a_search_is_cleaned(start: Start) -> None:
    half = b'{"query": "Who was the miller\\ud800?"}'
    found = start(ScriptedModel(SAID)).post("/v1/search", content=half, headers={"content-type": "application/json"})
    assert found.status_code in (200, 400), found.text
    assert found.status_code == 400 or (found.json()["results"] and "\ud800" not in found.json()["query"])


def test_the_model_alone(start: Start) -> None:
    model = ScriptedModel("one two three STOP four")
    asked = RAW | {"temperature": 0.5, "top_k": 3, "seed": -1, "max_tokens": 50, "stop": ["STOP"]}
    client = start(model)
    row = client.post("/v1/chat/completions", json=asked).json()
    assert row["choices"][0]["message"]["content"] == "one two three " and row["choices"][0]["finish_reason"] == "stop"
    assert model.prompts[0].turns == (Turn("user", "Who was the miller?"),)
    streamed = events(client.post("/v1/chat/completions", json=asked | {"stream": True}))
    assert "".join(piece["choices"][0]["delta"].get("content", "") for piece in streamed) == "one two three "


def test_without_a_library_there_is_the_model_alone(start: Start) -> None:
    client = start(ScriptedModel("Hi"), held=None)
    assert [row["id"] for row in client.get("/v1/models").json()["data"]] == ["oaken-raw"]
    assert client.post("/v1/chat/completions", json=CHAT).status_code == 404
    assert client.post("/v1/search", json={"query": "miller"}).status_code == 404
    assert client.post("/v1/chat/completions", json=RAW).status_code == 200


def test_a_server_as_the_model_of_the_api(library: Library, tmp_path: Path, start: Start) -> None:
    said = "The miller's name was Tobias Wren."
    with serving(Server(answer=[chunk(said, "stop").encode()])) as server:
        loader = model_loader(Settings(tmp_path, model_url=server.root))
        try:
            row = start(loader()).post("/v1/chat/completions", json=CHAT).json()
            assert row["oaken"]["status"] == "answered"
            server.answer = [event(choices=[{"text": said, "finish_reason": "stop"}])]
            done = start(loader()).post("/v1/completions", json={"prompt": "x", "suffix": "y"}).json()
            assert done["choices"][0]["text"] == said
        finally:
            loader.close()
