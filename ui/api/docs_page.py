"""The page that lists what the API understands: drawn from its own description, without scripts or other sites."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_DOCS_STYLE = (
    "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "td{padding:.1rem .8rem .1rem 0;vertical-align:top}"
)


def docs_html(described: Mapping[str, Any]) -> str:
    """Return the page."""
    sections = [
        _section(method, path, operation, described)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Oaken\u2019s API</title><style>{_DOCS_STYLE}</style>"
        "<h1>Oaken\u2019s API</h1><p>Send the token with each request: <code>Authorization: Bearer TOKEN</code>. "
        'For programs: <a href="/openapi.json">openapi.json</a>.</p>' + "".join(sections) + "</html>"
    )


def _section(method: str, path: str, operation: Mapping[str, Any], described: Mapping[str, Any]) -> str:
    told = escape(operation.get("description") or operation.get("summary", ""))
    fields = [(each["name"], each["schema"]) for each in operation.get("parameters", ())]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        fields += described["components"]["schemas"].get(name, {}).get("properties", {}).items()
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_kind(schema))}</td></tr>" for name, schema in fields
    )
    return f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{told}</p><table>{rows}</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the kind of value in a word or two."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"] if each.get("type") != "null"))
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type") or schema.get("$ref", "").rpartition("/")[2] or "any")
