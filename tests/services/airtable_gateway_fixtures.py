"""airtable-gateway in tests: an emulator behind it, and callers before it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import httpx
from airtable_emulator.samples import PROJECTS_BASE

from .running import Running, running, until_ready
from .surroundings import Surroundings

TOKEN = "patGateway.0123456789"
TASKS = f"/bases/{PROJECTS_BASE}/tables/Tasks/records"


@contextlib.contextmanager
def emulator_of(surroundings: Surroundings, token_file: str) -> Iterator[Running]:
    """Run an emulator without a limit."""
    variables = {"AIRTABLE_TOKEN_FILE": token_file, "REQUESTS_PER_SECOND": "0"}
    with running(surroundings, "airtable-emulator", **variables) as started:
        until_ready(started)
        yield started


def token_of(surroundings: Surroundings) -> str:
    """Return the file of the token that both sides use."""
    file = surroundings.secrets / "airtable-token-of-gateway"
    file.write_text(TOKEN)
    return str(file)


def forget(surroundings: Surroundings) -> None:
    """Let nothing be cached."""
    with surroundings.redis_admin() as redis:
        for key in redis.scan_iter("airtable-gateway:*"):
            redis.delete(key)


def calling(gateway: Running, surroundings: Surroundings) -> httpx.Client:
    """Return a client that calls as a service does."""
    headers = {"X-API-Key": surroundings.secret("api-key")}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=60)
