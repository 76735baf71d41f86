"""platform-services in tests: a client of it, and its background work done on demand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from platform_services.analytics.jobs import Rollups
from platform_services.application import application
from platform_services.settings import Settings
from pyairtable_shared.database import Database

from .people import Person
from .surroundings import Surroundings, serving

SERVICE = "platform-services"


def settings(surroundings: Surroundings, **variables: str) -> Settings:
    """Return settings with which the background task works at start, and then no more."""
    given = {"ROLLUP_SECONDS": "3600", **variables}
    return Settings.from_environment({**surroundings.environment(SERVICE), **given})


@contextlib.asynccontextmanager
async def serving_platform(
    surroundings: Surroundings, **variables: str
) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client."""
    app = application(settings(surroundings, **variables))
    async with serving(app, surroundings.secret("api-key")) as client:
        yield client


async def roll_up(
    surroundings: Surroundings, now: datetime | None = None, **variables: str
) -> None:
    """Do all the background work there is, as if it were `now`."""
    given = settings(surroundings, **variables)
    async with Database(SERVICE, given) as database:
        async with asyncio.timeout(120):
            while not await Rollups(database, given).once(now):
                await asyncio.sleep(0.05)


def somebody() -> Person:
    """Return a user of a tenant that is not there."""
    return Person(id=str(uuid4()), email="nobody@example.com", tenant_id=str(uuid4()))


def member(surroundings: Surroundings) -> Person:
    """Return a user of a new tenant; without an account, for which analytics do not ask."""
    person = somebody()
    with surroundings.superuser() as link:
        link.execute(
            "INSERT INTO tenants.tenants (id, name) VALUES (%s, 'members')", (person.tenant_id,)
        )
    return person


def before(**ago: float) -> str:
    """Return a time before now, as a client writes it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


async def send_events(
    client: httpx.AsyncClient, person: Person, *events: dict[str, Any]
) -> dict[str, Any]:
    """Send a batch of events; return the answer."""
    answer = await client.post(
        "/analytics/events/batch", headers=person.headers, json={"events": events}
    )
    assert answer.status_code == 202, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


async def report(
    client: httpx.AsyncClient, person: Person, about: str, /, **asked: str
) -> dict[str, Any]:
    """Return a report."""
    answer = await client.get(f"/analytics/{about}", headers=person.headers, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
