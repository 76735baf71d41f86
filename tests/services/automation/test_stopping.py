"""The worker and what it repeats end when they are told to, whatever is lost on the way."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from procrastinate.manager import JobManager
from pyairtable_shared.repeating import Repeating

from ..automation_fixtures import automation
from ..surroundings import Surroundings


async def test_a_worker_stops_even_when_a_cancellation_is_lost_while_it_begins(
    surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = asyncio.Event()

    async def deaf(_: JobManager, __: float) -> list[int]:
        begins.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        return []

    # Those of workers that other tests have killed stay for a while.
    before = workers(surroundings)
    monkeypatch.setattr(JobManager, "prune_stalled_workers", deaf)
    async with asyncio.timeout(60) as limit:
        async with automation(surroundings):
            await begins.wait()
    assert not limit.expired()
    assert workers(surroundings) <= before


def workers(surroundings: Surroundings) -> set[int]:
    """Workers that the queue takes for running."""
    with surroundings.superuser() as link:
        return {row[0] for row in link.execute("SELECT id FROM automation.procrastinate_workers")}


async def test_what_is_done_again_and_again_ends_even_when_a_cancellation_is_lost() -> None:
    rounds = 0

    async def stubborn() -> None:
        nonlocal rounds
        rounds += 1
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(10)

    async with asyncio.timeout(2):
        async with Repeating("stubborn", 10, stubborn):
            await asyncio.sleep(0.05)
    assert rounds == 1
