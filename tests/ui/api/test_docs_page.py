"""The list of what the API understands."""

from __future__ import annotations

import re

import httpx

from tests.doubles import ScriptedModel
from tests.ui.api.serving import SAID, Start


def test_every_route_is_listed_with_its_fields_and_nothing_is_loaded(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    base = str(client.base_url).rstrip("/")
    described = httpx.get(f"{base}/openapi.json", trust_env=False).json()
    page = httpx.get(f"{base}/docs", trust_env=False).text
    assert len(described["paths"]) > 15 and all(f"<code>{method.upper()} {path}</code>" in page
        for path, methods in described["paths"].items() for method in methods)  # fmt: skip
    assert "<code>languages</code>" in page and "list of string" in page
    assert "<script" not in page and not re.search(r"(src|href)=.?https?:", page)


def test_a_body_is_described_by_its_fields(start: Start) -> None:
    described = start(ScriptedModel(SAID)).get("/openapi.json").json()
    schemas = described["components"]["schemas"]
    assert {"ChatRequest", "SearchRequest", "AskRequest", "EmbeddingRequest", "ResponsesRequest"} <= set(schemas)
    assert schemas["SearchRequest"]["required"] == ["query"]
    assert all(
        {"4XX", "5XX"} <= set(operation["responses"])
        for methods in described["paths"].values() for operation in methods.values()
    )  # fmt: skip
