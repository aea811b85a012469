"""The official client of the Model Context Protocol against the server, in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from rag.answer.assistant import Assistant
from rag.library.library import Library
from rag.settings import Settings
from tests.doubles import BagEmbedder, ScriptedModel
from tests.ui.api.serving import SAID, Loader
from ui.api.libraries import ServedLibraries
from ui.api.mcp_server import mcp_server
from ui.api.service import ApiService


@pytest.fixture
def talk(library: Library, tmp_path: Path) -> Callable[[Callable[[Any], Awaitable[Any]]], Any]:
    """Runs what is said to a server over the library."""
    served = ServedLibraries(Settings(tmp_path), ["library"], Assistant(library, BagEmbedder()))
    service = ApiService(Settings(tmp_path), served, Loader(ScriptedModel(SAID)))  # type: ignore[arg-type]

    def run(say: Callable[[Any], Awaitable[Any]]) -> Any:
        async def talked() -> Any:
            async with Client(mcp_server(service)) as client:
                return await say(client)

        return asyncio.run(talked())

    return run


def content(result: Any) -> Any:
    assert not result.is_error, result
    return result.structured_content or json.loads(result.content[0].text)


def test_the_tools_say_what_they_take_and_that_they_only_read(talk: Any) -> None:
    tools = talk(lambda client: client.list_tools()).tools
    assert {each.name for each in tools} == {"search", "ask", "list_documents", "read_document"}
    assert all(each.annotations.read_only_hint and each.description for each in tools)
    [search] = [each for each in tools if each.name == "search"]
    assert search.input_schema["required"] == ["query"] and "folder" in search.input_schema["properties"]


def test_a_question_is_answered_with_sources_that_can_be_read(talk: Any) -> None:
    async def say(client: Any) -> None:
        row = content(await client.call_tool("ask", {"question": "Who was the miller?"}))
        assert "Tobias Wren" in row["answer"] and row["status"] == "quoted"
        [source, *_] = row["sources"]
        assert (source["number"], source["place"]) == (1, "papers/mill.txt")
        span = {"document": source["document_id"], "start": source["start"], "end": source["end"]}
        assert content(await client.call_tool("read_document", span))["text"] == source["quote"]
        by_name = content(await client.call_tool("read_document", {"document": "mill.txt"}))
        assert by_name["characters"] == len(by_name["text"])
        written = content(await client.call_tool("ask", {"question": "Who was the miller?", "prose": True}))
        assert written["status"] == "answered"

    talk(say)


def test_passages_and_documents(talk: Any) -> None:
    async def say(client: Any) -> None:
        found = content(await client.call_tool("search", {"query": "Who was the miller?", "k": 1}))
        assert "Tobias Wren" in found["results"][0]["text"]
        listed = content(await client.call_tool("list_documents", {"types": ["txt"]}))
        assert listed["total"] == 1 and listed["documents"][0]["place"] == "papers/mill.txt"
        [resource] = (await client.list_resources()).resources
        assert resource.name == "papers/mill.txt"
        read = await client.read_resource(resource.uri)
        assert "Tobias Wren" in read.contents[0].text

    talk(say)


@pytest.mark.parametrize(
    ("tool", "asked", "said"),
    [
        ("search", {"query": " "}, "empty"), ("search", {"query": "mill", "types": ["pdf"]}, "of type pdf"),
        ("ask", {"question": "mill", "library": "secret"}, "There is no library"),
        ("read_document", {"document": "/etc/passwd"}, "No document"), ("ask", {"question": "x" * 5_000}, "4,000"),
    ],
)  # fmt: skip
def test_what_went_wrong_is_told_in_words(talk: Any, tool: str, asked: dict[str, Any], said: str) -> None:
    result = talk(lambda client: client.call_tool(tool, asked))
    assert result.is_error and said in result.content[0].text
