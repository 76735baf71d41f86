"""Whatever two tenants do, with each other's ids too, neither sees or changes the other's rows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .contract import build
from .people import Person
from .stores import free_port
from .surroundings import Surroundings, serving
from .tenancy_operations import OPERATIONS, SERVICES, Operation
from .tenancy_world import Pick, Side, World, places

PICKS = st.builds(
    Pick, st.sampled_from(["own", "own", "other", "other", "nobody"]), st.integers(0, 3)
)
STEPS = st.sampled_from(OPERATIONS).flatmap(
    lambda operation: st.tuples(
        st.just(operation),
        st.integers(0, 1),
        st.sampled_from(["owner", "owner", "member"]),
        st.tuples(*[PICKS] * places(operation)),
    )
)
Step = tuple[Operation, int, str, tuple[Pick, ...]]


class Platform:
    """The services, in a loop of their own that lasts for all tests."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._clients: dict[str, httpx.AsyncClient] = {}

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the loop."""
        self._runner.run(work)

    async def start(self) -> None:
        """Start the services of the table."""
        for name in SERVICES:
            app = build(name, self._surroundings, free_port()).app
            served = serving(app, self._surroundings.secret("api-key"))
            self._clients[name] = await self._stack.enter_async_context(served)

    def stop(self) -> None:
        """Stop them."""
        self.run(self._stack.aclose())
        self._runner.close()

    async def world(self) -> World:
        """Return two new tenants."""
        made = World(self._surroundings, self._clients)
        await made.seed()
        return made


@pytest.fixture(scope="module")
def platform(surroundings: Surroundings) -> Iterator[Platform]:
    """The services that the table is about."""
    made = Platform(surroundings)
    made.run(made.start())
    yield made
    made.stop()


async def checked(
    world: World, side: Side, person: Person, operation: Operation, picks: tuple[Pick, ...]
) -> httpx.Response:
    """Let somebody do something; fail when the other tenant's rows are seen or changed."""
    other = world.other(side)
    before = world.rows(other)
    answer, sent = await world.ask(side, person, operation, picks)
    told = f"{operation} of {person.email}: {sent} -> {answer.status_code} {answer.text}"
    assert answer.status_code < 500, told
    assert world.rows(other) == before, told
    assert other.mark not in answer.text.replace(sent, ""), told
    for known in (each for ids in other.ids.values() for each in ids):
        assert known in sent or known not in answer.text, told
    return answer


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_works_in_the_own_tenant_and_never_on_the_other(
    platform: Platform, operation: Operation
) -> None:
    async def play() -> None:
        world = await platform.world()
        try:
            one, other = world.sides
            count = places(operation)
            forged = [
                tuple(Pick("other" if place == each else "own") for place in range(count))
                for each in range(count)
            ]
            for picks in [*forged, (Pick("other"),) * count] if count else []:
                answer = await checked(world, one, one.owner, operation, picks)
                assert answer.status_code in (403, 404), answer.text
            own = await checked(world, other, other.owner, operation, (Pick("own"),) * count)
            assert own.status_code == operation.status, own.text
        finally:
            world.close()

    platform.run(play())


@settings(max_examples=80, deadline=None)
@given(steps=st.lists(STEPS, min_size=4, max_size=24))
def test_two_tenants_do_anything_without_meeting(platform: Platform, steps: list[Step]) -> None:
    async def play() -> None:
        world = await platform.world()
        try:
            for operation, which, who, picks in steps:
                side = world.sides[which]
                person = side.owner if who == "owner" else side.member
                await checked(world, side, person, operation, picks)
        finally:
            world.close()

    platform.run(play())


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_has_every_route_of_its_services(
    surroundings: Surroundings, service: str
) -> None:
    built = build(service, surroundings, free_port())
    routes = {(each.method, _shape(each.template)) for each in built.operations()}
    listed = {(each.method, _shape(each.path)) for each in OPERATIONS if each.service == service}
    assert listed == routes


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)
