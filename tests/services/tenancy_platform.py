"""The services of the table, in one loop that lasts for all tests; nothing works in background."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx

from .contract import build
from .platform_services_fixtures import roll_up
from .running import begun, until_healthy, until_ready
from .stores import free_port
from .surroundings import Surroundings, serving
from .tenancy_table import SERVICES
from .tenancy_world import World

# Times between two rounds of background work, which would change rows while they are compared.
RARELY = {
    "ROLLUP_SECONDS": "3600",
    "USAGE_SECONDS": "3600",
    "SCHEDULER_INTERVAL": "3600",
    "HOUSEKEEPING_INTERVAL": "3600",
}
# Jobs stay in the queue: no worker looks at another queue than its own.
_RESTING = """
CREATE FUNCTION automation.resting() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.queue_name := 'resting'; RETURN NEW; END $$;
CREATE TRIGGER resting BEFORE INSERT ON automation.procrastinate_jobs
    FOR EACH ROW EXECUTE FUNCTION automation.resting();
"""
_WORKING = "DROP FUNCTION automation.resting CASCADE"


class Platform:
    """The services, and worlds that ask them. behind: what they are told of each other."""

    def __init__(self, surroundings: Surroundings, behind: dict[str, str]) -> None:
        self._surroundings, self._behind = surroundings, behind
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._clients: dict[str, httpx.AsyncClient] = {}

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the loop."""
        self._runner.run(work)

    async def start(self) -> None:
        """Start the services of the table."""
        # What other tests left to be rolled up is done first.
        await roll_up(self._surroundings)
        for name in SERVICES:
            variables = {**RARELY, **self._behind}
            app = build(name, self._surroundings, free_port(), **variables).app
            served = serving(app, self._surroundings.secret("api-key"))
            self._clients[name] = await self._stack.enter_async_context(served)

    def stop(self) -> None:
        """Stop them."""
        self.run(self._stack.aclose())
        self._runner.close()

    async def world(self, services: Collection[str] = SERVICES) -> World:
        """Return two new tenants that have things in these services."""
        made = World(self._surroundings, self._clients)
        await made.seed(services)
        return made


@contextlib.contextmanager
def platform_of(surroundings: Surroundings) -> Iterator[Platform]:
    """Give the started services; the assistant's model and tools are processes."""
    key = surroundings.secrets / "gemini-api-key-of-tenancy"
    key.write_text("key-of-the-stack")
    with (
        resting(surroundings),
        begun(surroundings, "gemini-emulator", GEMINI_API_KEY_FILE=str(key)) as model,
        begun(
            surroundings, "mcp-server", AIRTABLE_GATEWAY_URL=f"http://127.0.0.1:{free_port()}"
        ) as tools,
    ):
        until_healthy(model, tools)
        until_ready(model)
        behind = {"GEMINI_API_URL": model.url, "MCP_SERVER_URL": tools.url}
        platform = Platform(surroundings, {**behind, "GEMINI_API_KEY_FILE": str(key)})
        try:
            platform.run(platform.start())
            yield platform
        finally:
            platform.stop()


@contextlib.contextmanager
def resting(surroundings: Surroundings) -> Iterator[None]:
    """Let jobs stay in the queue until the end of the block."""
    with surroundings.superuser() as link:
        link.execute(_RESTING)
    try:
        yield
    finally:
        with surroundings.superuser() as link:
            link.execute(_WORKING)
