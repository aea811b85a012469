"""Clients of other people, unchanged, against ``oaken api`` and ``oaken mcp`` as processes of their own."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from pydantic import BaseModel

from tests.ui.conftest import REPOSITORY, Command

pytestmark = [  # these clients leave connections open; what is left is collected within the test that left it
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

QUESTION = "What colour is the garden gate?"
START = [sys.executable, "-m", "ui.cli.main"]


class Gate(BaseModel):
    """What a model fills in."""

    colour: Literal["blue", "green"]
    height: int


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


def environment(real: Command) -> dict[str, str]:
    return os.environ | {"OAKEN_HOME": str(real.home), "PYTHONPATH": str(REPOSITORY)}


@pytest.fixture(scope="module")
def server(real: Command) -> Iterator[dict[str, str]]:
    yield from serving(real, "api", "--port", "8750")


def serving(real: Command, *arguments: str) -> Iterator[dict[str, str]]:
    command = [*START, *arguments, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(real), cwd=real.folder) as child:
        assert child.stdout is not None
        try:
            yield json.loads(child.stdout.readline())
        finally:
            child.terminate()


def test_openai(server: dict[str, str]) -> None:
    client = openai.OpenAI(base_url=server["address"], api_key=server["token"], max_retries=0, timeout=120)
    asked: Any = {"model": "oaken", "messages": [{"role": "user", "content": QUESTION}]}
    answer = client.chat.completions.create(**asked)
    assert "blue" in answer.choices[0].message.content and answer.choices[0].message.annotations
    pieces = [each.choices[0].delta.content or "" for each in client.chat.completions.create(**asked, stream=True)]
    assert "blue" in "".join(pieces)
    assert "blue" in client.responses.create(model="oaken", input=QUESTION).output_text
    names = [model.id for model in client.models.list()]
    assert len(client.embeddings.create(model=names[-1], input=["a gate"]).data[0].embedding) > 100
    gate = [{"role": "user", "content": "A gate, in JSON: its colour and its height."}]
    parsed = client.chat.completions.parse(model="oaken-raw", messages=gate, response_format=Gate, max_tokens=80)
    assert isinstance(parsed.choices[0].message.parsed, Gate)


def test_langchain(server: dict[str, str]) -> None:
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings

    where: Any = {"base_url": server["address"], "api_key": server["token"]}
    chat = ChatOpenAI(model="oaken", **where)
    assert "blue" in chat.invoke(QUESTION).text
    assert "blue" in "".join(piece.text for piece in chat.stream(QUESTION))
    assert "blue" in chat.bind_tools([Gate]).invoke(QUESTION).text
    raw = ChatOpenAI(model="oaken-raw", max_completion_tokens=100, **where)
    for method in ("json_schema", "function_calling"):
        assert isinstance(raw.with_structured_output(Gate, method=method).invoke("A gate, in JSON."), Gate)
    vectors = OpenAIEmbeddings(model="oaken", check_embedding_ctx_length=False, **where)
    assert len(vectors.embed_documents(["a gate", "a wall"])) == 2


def test_pydantic_ai(server: dict[str, str]) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(base_url=server["address"], api_key=server["token"])
    agent = Agent(OpenAIChatModel("oaken", provider=provider))
    assert "blue" in asyncio.run(agent.run(QUESTION)).output
    agent = Agent(OpenAIChatModel("oaken-raw", provider=provider), output_type=Gate, model_settings={"max_tokens": 100})
    assert isinstance(asyncio.run(agent.run("A gate: its colour and its height.")).output, Gate)


def test_mcp_over_standard_input_and_output(real: Command) -> None:
    async def say() -> None:
        command = StdioServerParameters(command=START[0], args=[*START[1:], "mcp"], env=environment(real))
        await asked_and_read(Client(stdio_client(command)))

    asyncio.run(say())


def test_mcp_over_http(real: Command) -> None:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    for server in serving(real, "mcp", "--http", "--port", "8760"):
        assert httpx.post(server["address"], json={}, trust_env=False).status_code == 401

        async def say(server: dict[str, str] = server) -> None:
            bearer = {"Authorization": f"Bearer {server['token']}"}
            async with httpx2.AsyncClient(headers=bearer, timeout=60) as http:
                await asked_and_read(Client(streamable_http_client(server["address"], http_client=http)))

        asyncio.run(say())


async def asked_and_read(connecting: Client) -> None:
    async with connecting as client:
        result = await client.call_tool("ask", {"question": QUESTION})
        row = result.structured_content
        assert row is not None and "blue" in row["answer"] and row["sources"][0]["place"]
        resources = (await client.list_resources()).resources
        assert (await client.read_resource(resources[0].uri)).contents


def test_drawn_requests_find_no_fault(server: dict[str, str], tmp_path: Path) -> None:
    rules = tmp_path / "schemathesis.toml"  # a body that is too large is refused with 413, which is not expected there
    rules.write_text('[checks.negative_data_rejection]\nexpected-statuses = ["4xx"]\n')
    base = server["address"].removesuffix("/v1")
    command = [
        *(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            str(rules),
            "run",
            f"{base}/openapi.json",
            "--url",
            base,
        ),
        *("-H", f"Authorization: Bearer {server['token']}", "--max-examples", os.environ.get("OAKEN_DRAWN", "5")),
        *("--exclude-checks", "positive_data_acceptance", "--exclude-path-regex", "^/v1/documents$", "--seed", "1"),
        "--suppress-health-check=all",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=550, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-1_000:]
