"""Numbers for whoever watches."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.doubles import ScriptedModel
from tests.ui.api.serving import CHAT, SAID, Start


def test_requests_are_counted_by_route_and_nothing_of_what_was_asked_is_told(start: Start) -> None:
    client = start(ScriptedModel(SAID))
    client.post("/v1/chat/completions", json=CHAT)
    client.get("/v1/models/secret-name")
    client.get("/nothing/secret-name")
    client.request("SECRET-NAME", "/v1/models")
    page = client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    found = {family.name: family for family in text_string_to_metric_families(page.text)}
    counted = {
        (each.labels["method"], each.labels["route"], each.labels["status"]): each.value
        for each in found["oaken_requests"].samples if each.name == "oaken_requests_total"
    }  # fmt: skip
    assert counted[("POST", "/v1/chat/completions", "200")] == 1
    assert counted[("GET", "/v1/models/{name}", "404")] == 1 and counted[("GET", "other", "404")] == 1
    assert found["oaken_places_taken"].samples[0].value == 0
    assert "secret-name" not in page.text.lower() and "miller" not in page.text
