"""Documents over HTTP: added, listed, read where a citation points, removed."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from rag.library.library import Library
from tests.doubles import ScriptedModel
from tests.ui.api.serving import SAID, Start


def outcome_of(client: httpx.Client, row: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + 60
    while row["status"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.1)
        row = client.get(f"/v1/ingests/{row['id']}").json()
    return row


@pytest.mark.real
def test_a_file_that_is_sent_is_read_found_and_removed(start: Start, library: Library) -> None:
    client = start(ScriptedModel(SAID))
    sent = [
        ("files", ("../bell.txt", b"The bell of Tresvado was cast in 1702 by Ines Calder.")),
        ("files", ("broken.pdf", b"no pdf")),
    ]
    answer = client.post("/v1/documents", files=sent)
    assert answer.status_code == 202
    row = outcome_of(client, answer.json())
    assert row["status"] == "done" and row["files"] == 2, row
    [read, refused] = row["outcomes"]
    assert (read["name"], read["outcome"]) == ("bell.txt", "indexed") and refused["outcome"] == "refused"
    found = client.post("/v1/search", json={"query": "Who cast the bell?"}).json()["results"][0]
    assert found["document_id"] == read["document_id"] and "Ines Calder" in found["text"]
    listed = client.get("/v1/documents", params={"types": "txt", "limit": 1, "offset": 1}).json()
    assert listed["total"] == 2 and len(listed["data"]) == 1
    gone = client.delete(f"/v1/documents/{read['document_id']}")
    assert gone.json()["deleted"] is True and library.record(read["document_id"]) is None
    assert client.delete(f"/v1/documents/{read['document_id']}").status_code == 404


def test_a_citation_leads_to_its_words(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    quote = client.post("/v1/ask", json={"question": "Who was the miller?", "prose": False}).json()["quotes"][0]
    place = {"start": quote["start"], "end": quote["end"]}
    text = client.get(f"/v1/documents/{quote['document_id']}/text", params=place).json()
    assert text["text"] == quote["quote"] and text["characters"] > len(quote["quote"])
    known = client.get(f"/v1/documents/{quote['document_id']}").json()
    assert known["place"] == "papers/mill.txt" and known["characters"] == text["characters"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/documents/0123456789abcdef", 404), ("/v1/documents/0123456789abcdef/text", 404),
        ("/v1/documents/..%2Fetc", 404), ("/v1/documents/nothing", 400), ("/v1/ingests/9", 404),
        ("/v1/documents?library=other", 404), ("/v1/documents?since=soon", 400), ("/v1/documents?limit=0", 400),
        ("/v1/documents?languages=zz", 400),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(start: Start, path: str, status: int) -> None:
    answer = start(ScriptedModel(SAID)).get(path)
    assert answer.status_code == status and answer.json()["error"]["message"]


def test_a_page_is_drawn_only_of_a_file_that_is_here(start: Start, library: Library) -> None:
    [record] = library.records()
    answer = start(ScriptedModel(SAID)).get(f"/v1/documents/{record.id}/pages/1")
    assert answer.status_code == 404 and "cannot be drawn" in answer.text


def test_a_document_cannot_act_on_the_page_of_a_source(start: Start, tmp_path: Any) -> None:
    from ui.api.document_routes import _source_html

    html = "".join(_source_html("<b>", "a<i>", "x <script>alert(1)</script> y", 2, 10))
    assert "<script>" not in html and "<b>" not in html and "<mark id=source>&lt;script&gt;</mark>" in html
