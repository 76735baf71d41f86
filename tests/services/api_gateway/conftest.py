"""Fixtures: a gateway before a stand-in for all services."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from pyairtable_shared import tokens

from ..running import Running, running, served
from ..stand_in import Dropper, StandIn, dropping
from ..surroundings import Surroundings
from .asking import ORIGIN, USER


@pytest.fixture(scope="module")
def stand_in() -> StandIn:
    """What stands behind the gateway."""
    return StandIn()


@pytest.fixture(scope="module")
def dropper() -> Iterator[Dropper]:
    """A service that never answers."""
    with dropping() as made:
        yield made


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings, stand_in: StandIn, dropper: Dropper) -> Iterator[Running]:
    """A gateway with short patience, without a rate limit that tests would meet."""
    stands = ("USER_SERVICE", "LLM_ORCHESTRATOR", "MCP_SERVER", "AUTOMATION_SERVICES")
    with served(stand_in.app) as url:
        variables = {f"{name}_URL": url for name in stands}
        with running(
            surroundings,
            "api-gateway",
            AUTH_SERVICE_URL=url,
            TENANT_SERVICE_URL=dropper.url,
            WORKSPACE_SERVICE_URL="http://127.0.0.1:9",
            PLATFORM_SERVICES_URL="http://no-such-host.invalid:80",
            DEFAULT_RATE_LIMIT="100000",
            BURST_RATE_LIMIT="100000",
            MAX_FILE_SIZE="2MB",
            UPSTREAM_TIMEOUT="1",
            BREAKER_FAILURES="3",
            BREAKER_PAUSE="1",
            CORS_ORIGINS=ORIGIN,
            **variables,
        ) as started:
            yield started


@pytest.fixture(scope="module")
def token(surroundings: Surroundings) -> str:
    """A valid access token."""
    return tokens.make(surroundings.secret("jwt-secret"), **USER)[0]


@pytest.fixture
def client(gateway: Running, token: str, stand_in: StandIn) -> Iterator[httpx.Client]:
    """A signed-in user."""
    stand_in.calls.clear()
    stand_in.left.clear()
    stand_in.broken = False
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=60) as made:
        yield made
