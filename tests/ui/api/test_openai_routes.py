"""OpenAI's own client against the API, unchanged."""

from __future__ import annotations

import json
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from tests.doubles import BagEmbedder, ScriptedModel
from tests.ui.api.serving import CHAT, RAW, SAID, TOKEN, Start

QUESTION = [{"role": "user", "content": "Who was the miller?"}]
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def connect(client: httpx.Client) -> Any:
    return openai.OpenAI(
        base_url=f"{str(client.base_url).rstrip('/')}/v1", api_key=TOKEN, max_retries=0, timeout=30,
    )  # fmt: skip


def test_an_answer_with_annotations_that_open_the_source(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    answer = connect(client).chat.completions.create(model="oaken", messages=QUESTION)
    message = answer.choices[0].message
    note = message.annotations[0].url_citation
    assert message.content[note.start_index : note.end_index] == "[1]" and "mill.txt" in note.title
    page = httpx.get(note.url, trust_env=False)  # no token
    assert page.status_code == 200 and "<mark id=source>The miller" in page.text
    for wrong in (note.url[:-1], note.url.replace("start=0", "start=1"), f"{note.url}&library=library"):
        assert httpx.get(wrong, trust_env=False).status_code == 401
    assert answer.usage.completion_tokens > 0 and answer.usage.prompt_tokens > 0


def test_a_stream_with_usage(start: Start) -> None:
    asked = {"model": "oaken", "messages": QUESTION, "stream": True, "stream_options": {"include_usage": True}}
    chunks = list(connect(start(ScriptedModel(SAID))).chat.completions.create(**asked))
    assert chunks[-1].usage.completion_tokens > 0
    assert "Tobias Wren" in "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["oaken", "oaken-raw"])
def test_responses(start: Start, model: str, stream: bool) -> None:
    client = connect(start(ScriptedModel(SAID)))
    if stream:
        with client.responses.stream(model=model, input="Who was the miller?") as events:
            kinds = [event.type for event in events]
            response = events.get_final_response()
        assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
        assert "response.output_text.delta" in kinds
    else:
        response = client.responses.create(model=model, input=[*QUESTION])
    assert "Tobias Wren" in response.output_text and response.usage.output_tokens > 0
    noted = client.responses.create(model="oaken", input="Who was the miller?").output[0].content[0]
    assert noted.annotations[0].type == "url_citation"
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        client.responses.create(model=model, input="x", previous_response_id="resp_1")


def test_embeddings(start: Start) -> None:
    client = connect(start(ScriptedModel(SAID)))
    for form in ("float", "base64"):  # the client asks for base64 by itself and decodes it
        found = client.embeddings.create(model="bag-of-words", input=["the mill", "rye"], encoding_format=form)
    assert found.usage.prompt_tokens > 0 and len(found.data) == 2
    plain = client.embeddings.create(model="bag-of-words", input="the mill").data[0].embedding
    assert np.allclose(plain, BagEmbedder().embed_query("the mill"))
    with pytest.raises(openai.BadRequestError, match="dimensions"):
        client.embeddings.create(model="bag-of-words", input="x", dimensions=3)


def test_json_by_a_schema_is_asked_of_the_model_and_refused_by_the_library(start: Start) -> None:
    model = ScriptedModel('{"name": "Tobias"}')
    client = connect(start(model))
    form = {"type": "json_schema", "json_schema": {"name": "miller", "schema": {"type": "object"}}}
    text = client.chat.completions.create(model="oaken-raw", messages=QUESTION, response_format=form)
    assert json.loads(text.choices[0].message.content) == {"name": "Tobias"}
    assert json.loads(model.prompts[-1].json_schema) == {"type": "object"}
    with pytest.raises(openai.BadRequestError, match="oaken-raw"):
        client.chat.completions.create(model="oaken", messages=QUESTION, response_format=form)


@pytest.mark.parametrize("stream", [False, True])
def test_a_function_that_must_be_called(start: Start, stream: bool) -> None:
    model = ScriptedModel('{"name": "weather", "arguments": {"town": "Tresvado"}}')
    client = connect(start(model))
    asked: Any = {"model": "oaken-raw", "messages": QUESTION, "tools": [WEATHER], "tool_choice": "required"}
    if stream:
        chunks = list(client.chat.completions.create(**asked, stream=True))
        [call] = [each.choices[0].delta.tool_calls[0] for each in chunks if each.choices[0].delta.tool_calls]
        assert chunks[-1].choices[0].finish_reason == "tool_calls"
    else:
        choice = client.chat.completions.create(**asked).choices[0]
        [call], finish = choice.message.tool_calls, choice.finish_reason
        assert finish == "tool_calls"
    assert call.function.name == "weather" and json.loads(call.function.arguments) == {"town": "Tresvado"}
    assert "weather" in model.prompts[-1].turns[0].text and "weather" in model.prompts[-1].json_schema
    for tools in ({"tool_choice": "required"}, {"tool_choice": {"type": "function", "function": {"name": "none"}}}):
        with pytest.raises(openai.BadRequestError, match="tool_choice"):
            client.chat.completions.create(**(asked | {"model": "oaken"} | tools))


def test_tools_are_accepted_and_what_has_no_effect_is_said(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    for asked in (CHAT, RAW):
        row = client.post(
            "/v1/chat/completions",
            json=asked | {"tools": [WEATHER], "frequency_penalty": 1.0, "min_p": 0, "user": "me"},
        ).json()
        assert row["oaken"]["ignored"] == ["tools", "frequency_penalty"], row
    row = client.post("/v1/chat/completions", json=RAW | {"folder": "papers", "strict": True}).json()
    assert row["oaken"]["ignored"] == ["folder", "strict"]


def test_a_history_with_calls_of_functions(start: Start) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    history = [
        *QUESTION, {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "It rains."},
    ]  # fmt: skip
    model = ScriptedModel(SAID)
    client = connect(start(model))
    assert "Tobias" in client.chat.completions.create(model="oaken", messages=history).choices[0].message.content
    client.chat.completions.create(model="oaken-raw", messages=history)
    texts = [turn.text for turn in model.prompts[-1].turns]
    assert texts[-1] == "It rains." and "weather" in texts[-2]


def test_faults_of_the_client_are_said_to_be_its_own(start: Start) -> None:
    client = start(ScriptedModel(SAID, window=64))
    long = RAW | {"messages": [{"role": "user", "content": "word " * 500}]}
    refused = client.post("/v1/chat/completions", json=long)
    assert refused.status_code == 400 and "window" in refused.text
    assert client.post("/v1/completions", json={"model": "oaken", "prompt": "x"}).status_code == 400
    assert client.post("/v1/chat/completions", json=CHAT | {"library": "none"}).status_code == 404
    for tokens in (-1, 100_000):
        assert client.post("/v1/chat/completions", json=CHAT | {"max_tokens": tokens}).status_code == 200


def test_filters_hold_in_a_chat(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    assert client.post("/v1/chat/completions", json=CHAT | {"types": ["txt"]}).status_code == 200
    refused = client.post("/v1/chat/completions", json=CHAT | {"types": ["pdf"]})
    assert refused.status_code == 400 and "No document is of type pdf" in refused.text
