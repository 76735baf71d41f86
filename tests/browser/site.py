"""The platform as processes of this machine, for the tests in a browser."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec

from tests.services.frontend_fixtures import frontend
from tests.services.running import Running, begun, until_healthy, until_ready
from tests.services.surroundings import Surroundings

TOKEN = "patBrowser.0123456789"
GEMINI_KEY = "browser-key"
# Tests click quicker than people.
UNLIMITED = {"DEFAULT_RATE_LIMIT": "100000", "BURST_RATE_LIMIT": "100000"}


@contextlib.contextmanager
def platform(surroundings: Surroundings) -> Iterator[str]:
    """Run all services that there are; give the web interface's address."""
    token = surroundings.secrets / "airtable-token-browser"
    token.write_text(TOKEN)
    key = surroundings.secrets / "gemini-key-browser"
    key.write_text(GEMINI_KEY)
    all_of_them: list[Running] = []
    with contextlib.ExitStack() as stack:

        def start(service: str, **variables: str) -> str:
            all_of_them.append(stack.enter_context(begun(surroundings, service, **variables)))
            return all_of_them[-1].url

        def start_those(*services: str, **variables: str) -> dict[str, str]:
            return {url_of(each): start(each, **variables) for each in services if exists(each)}

        emulator = start(
            "airtable-emulator", AIRTABLE_TOKEN_FILE=str(token), REQUESTS_PER_SECOND="0"
        )
        urls = start_those("auth-service", "user-service", "workspace-service", "tenant-service")
        airtable = start(
            "airtable-gateway",
            AIRTABLE_API_URL=emulator,
            AIRTABLE_TOKEN_FILE=str(token),
            AIRTABLE_REQUESTS_PER_SECOND="50",
        )
        urls |= {"AIRTABLE_GATEWAY_URL": airtable}
        urls |= start_those("mcp-server", AIRTABLE_GATEWAY_URL=airtable)
        if exists("llm-orchestrator") and exists("gemini-emulator"):
            gemini = start("gemini-emulator", GEMINI_API_KEY_FILE=str(key), TOKEN_DELAY="0.02")
            urls |= start_those(
                "llm-orchestrator",
                GEMINI_API_KEY_FILE=str(key),
                GEMINI_API_URL=gemini,
                MCP_SERVER_URL=urls["MCP_SERVER_URL"],
            )
        llm = {k: v for k, v in urls.items() if k == "LLM_ORCHESTRATOR_URL"}
        urls |= start_those("automation-services", AIRTABLE_GATEWAY_URL=airtable, **llm)
        urls |= start_those("platform-services")
        gateway = start("api-gateway", **urls, **UNLIMITED)
        site = stack.enter_context(frontend(surroundings, gateway)).url
        until_healthy(*all_of_them)
        for each in all_of_them:
            until_ready(each)
        yield site


def exists(service: str) -> bool:
    """Whether there is a program of a service."""
    package = service.replace("-", "_")
    return find_spec(package) is not None and find_spec(f"{package}.__main__") is not None


def url_of(service: str) -> str:
    """Return the variable that names where a service is."""
    return f"{service.replace('-', '_').upper()}_URL"
