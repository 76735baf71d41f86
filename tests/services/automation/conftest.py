"""Somebody with a tenant, and the service with its worker in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from ..automation_fixtures import automation, newcomer
from ..people import Person
from ..surroundings import Surroundings


@pytest.fixture
def person(surroundings: Surroundings) -> Person:
    """Somebody with a tenant."""
    return newcomer(surroundings)


@pytest.fixture
def variables() -> dict[str, str]:
    """What the service is told beyond the usual; a module may have its own."""
    return {}


@pytest.fixture
async def client(
    surroundings: Surroundings, variables: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, whose worker runs."""
    async with automation(surroundings, **variables) as made:
        yield made
