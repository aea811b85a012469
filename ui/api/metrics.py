"""Numbers for whoever watches the server, in Prometheus' text format: requests, seconds, places taken.

They name routes and statuses, and nothing of what was asked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ui.shared.http_guard import App, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from ui.api.service import ApiService

_SECOND_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_METHODS = ("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH")


class Metrics:
    """Counts the requests of one server."""

    def __init__(self, service: ApiService) -> None:
        self._registry = CollectorRegistry()
        labels = ["method", "route"]
        self._requests = Counter("oaken_requests", "Requests.", [*labels, "status"], registry=self._registry)
        self._seconds = Histogram(
            "oaken_request_seconds",
            "Seconds to a response\u2019s end.",
            labels,
            buckets=_SECOND_BUCKETS,
            registry=self._registry,
        )
        waiting = Gauge("oaken_places_taken", "Requests being answered or waiting.", registry=self._registry)
        waiting.set_function(lambda: service.busy)

    def measured(self, app: App) -> App:
        """Return the app with its requests counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            begun, status = time.perf_counter(), 500

            async def noted(message: Message) -> None:
                nonlocal status
                status = message.get("status", status)
                await send(message)

            try:
                await app(scope, receive, noted)
            finally:
                # A path that is no route is a stranger's word, and so is a method: neither becomes a label.
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._requests.labels(method, route, status).inc()
                self._seconds.labels(method, route).observe(time.perf_counter() - begun)

        return counted

    async def page(self) -> PlainTextResponse:
        """Return the numbers."""
        return PlainTextResponse(generate_latest(self._registry), media_type="text/plain; version=0.0.4; charset=utf-8")
