"""All services of the public API, each served in a thread of its own, behind their gateway."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from airtable_emulator.samples import PROJECTS_BASE
from api_gateway.domain.openapi import merged
from api_gateway.domain.routes import SERVICES

from .contract import build
from .running import PATIENCE, served
from .stores import free_port
from .surroundings import Surroundings
from .tenancy_automation import ASSISTANT
from .tenancy_platform import RARELY, resting
from .tenancy_world import World

AIRTABLE, TOOLS = "airtable-gateway", "mcp-server"
_THINGS = 2
_EMULATORS = ("airtable-emulator", "gemini-emulator")
# Who calls another service starts after it.
_ORDER = (*_EMULATORS, AIRTABLE, TOOLS, ASSISTANT)
_NO_LIMIT = {
    "DEFAULT_RATE_LIMIT": "1000000",
    "BURST_RATE_LIMIT": "1000000",
    "AIRTABLE_REQUESTS_PER_SECOND": "1000",
    "REQUESTS_PER_SECOND": "0",
    "UPSTREAM_TIMEOUT": "120",
}


@dataclass(frozen=True)
class Deployed:
    """The services. gateway: its URL. documents: what is public of each. urls: of each."""

    surroundings: Surroundings
    gateway: str
    documents: Mapping[str, dict[str, Any]]
    urls: Mapping[str, str]

    @contextlib.contextmanager
    def world(self, service: str) -> Iterator[World]:
        """Give two new tenants that have some things of each kind in a service."""
        with asyncio.Runner() as runner:
            client = httpx.AsyncClient(
                base_url=self.urls[service], headers=self._headers, timeout=120, verify=False
            )
            made = World(self.surroundings, {service: client})
            try:
                for _ in range(_THINGS):
                    runner.run(made.seed({service}))
                yield made
            finally:
                made.close()
                runner.run(client.aclose())

    def record(self) -> str:
        """Make a record of a sample table; return its id."""
        path = f"/bases/{PROJECTS_BASE}/tables/Tasks/records"
        body = {"fields": {"Title": "of this test"}}
        made = httpx.post(self.urls[AIRTABLE] + path, headers=self._headers, json=body, timeout=120)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    @property
    def _headers(self) -> dict[str, str]:
        return {"X-API-Key": self.surroundings.secret("api-key")}


@contextlib.contextmanager
def deployed(surroundings: Surroundings) -> Iterator[Deployed]:
    """Serve them until the end of the block; no job is taken up, and nothing is limited."""
    token = surroundings.secrets / "token-of-deployed"
    token.write_text("patDeployed.0123456789")
    files = {f"{name}_FILE": str(token) for name in ("AIRTABLE_TOKEN", "GEMINI_API_KEY")}
    variables = {**RARELY, **_NO_LIMIT, **files}
    documents, urls = {}, {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(resting(surroundings))
        for name in dict.fromkeys([*_ORDER, *SERVICES, "api-gateway"]):
            app = build(name, surroundings, free_port(), **variables).app
            documents[name] = merged({name: app.openapi()}, "1")
            urls[name] = stack.enter_context(served(app, "on"))
            kind = "API_URL" if name in _EMULATORS else "URL"
            word = name.removesuffix("-emulator") if name in _EMULATORS else name
            variables[f"{word.replace('-', '_').upper()}_{kind}"] = urls[name]
        for url in urls.values():
            _until_ready(url)
        try:
            yield Deployed(surroundings, urls["api-gateway"], documents, urls)
        finally:
            _as_it_was(surroundings)


def _until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while (answer := httpx.get(f"{url}/ready", timeout=60)).status_code != 200:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.05)


def _as_it_was(surroundings: Surroundings) -> None:
    """Let the next emulator put its sample data in anew, and nothing be known of these."""
    with surroundings.superuser() as link, surroundings.redis_admin() as redis:
        link.execute("TRUNCATE emulator.bases CASCADE")
        for key in redis.scan_iter("airtable-gateway:*"):
            redis.delete(key)
