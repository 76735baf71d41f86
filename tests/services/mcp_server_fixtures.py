"""The tools as processes: emulator, airtable-gateway and mcp-server, one calling the next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from .running import Running, begun, until_healthy, until_ready
from .surroundings import Surroundings

TOKEN = "patTools.0123456789"
USER = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"


@dataclass
class Tools:
    """The three processes, and a service's headers."""

    emulator: Running
    gateway: Running
    server: Running
    api_key: str

    @property
    def headers(self) -> dict[str, str]:
        """What a service sends for a user."""
        return {
            "X-API-Key": self.api_key,
            "X-User-ID": USER,
            "X-Tenant-ID": TENANT,
            "X-User-Role": "user",
            "X-Request-ID": "request-of-tools",
        }


@contextlib.contextmanager
def tools(surroundings: Surroundings) -> Iterator[Tools]:
    """Run the three until the end of the block; nothing is cached at the start."""
    token = surroundings.secrets / "airtable-token-of-tools"
    token.write_text(TOKEN)
    with surroundings.redis_admin() as redis:
        for key in redis.scan_iter("airtable-gateway:*"):
            redis.delete(key)
    emulator_variables = {"AIRTABLE_TOKEN_FILE": str(token), "REQUESTS_PER_SECOND": "0"}
    with begun(surroundings, "airtable-emulator", **emulator_variables) as emulator:
        gateway_variables = {
            "AIRTABLE_TOKEN_FILE": str(token),
            "AIRTABLE_REQUESTS_PER_SECOND": "1000",
            "AIRTABLE_API_URL": emulator.url,
        }
        with (
            begun(surroundings, "airtable-gateway", **gateway_variables) as gateway,
            begun(surroundings, "mcp-server", AIRTABLE_GATEWAY_URL=gateway.url) as server,
        ):
            until_healthy(emulator, gateway, server)
            until_ready(emulator)
            yield Tools(emulator, gateway, server, surroundings.secret("api-key"))
