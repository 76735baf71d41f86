"""Whatever two tenants do, with each other's ids too, neither sees or changes the other's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .contract import build, names
from .people import Person
from .stores import free_port
from .surroundings import Surroundings
from .tenancy_operations import Operation
from .tenancy_platform import Platform, platform_of
from .tenancy_sides import Side
from .tenancy_table import EXEMPT, OPERATIONS
from .tenancy_world import Pick, World, places

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
# What is different in each answer, beside the ids that were sent.
CHANGING = re.compile(r'"request_id":"[^"]*"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


@pytest.fixture(scope="module")
def platform(surroundings: Surroundings) -> Iterator[Platform]:
    """The services that the table is about."""
    with platform_of(surroundings) as made:
        yield made


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
        world = await platform.world({operation.service})
        try:
            one, other = world.sides
            count = places(operation)
            forged = [{each} for each in range(count)] + [{*range(count)}] * (count > 1)
            for strange in forged:
                answers = [
                    await checked(world, one, one.owner, operation, _picks(count, strange, whose))
                    for whose in ("other", "nobody")
                ]
                assert {each.status_code for each in answers} <= {*operation.foreign}, answers
                told = {CHANGING.sub("", each.text) for each in answers}
                assert operation.secret or len(told) == 1, (
                    f"another's thing shows that it is there: {told}"
                )
            own = await checked(world, other, other.owner, operation, _picks(count, set(), "own"))
            assert own.status_code == operation.status, own.text
        finally:
            world.close()

    platform.run(play())


def _picks(count: int, strange: set[int], whose: str) -> tuple[Pick, ...]:
    """Return picks of which some are strange and all others the own."""
    strangers = {"other": Pick("other"), "nobody": Pick("nobody"), "own": Pick("own")}
    return tuple(strangers[whose] if each in strange else Pick("own") for each in range(count))


def test_what_a_tenant_reads_stays_as_it_is_whatever_the_other_does(platform: Platform) -> None:
    async def play() -> None:
        world = await platform.world()
        try:
            one, other = world.sides
            reading = [each for each in OPERATIONS if each.method == "GET"]
            before = [(await world.ask(one, one.owner, each, ()))[0].text for each in reading]
            for operation in OPERATIONS:
                if operation.method != "DELETE":
                    await checked(world, other, other.owner, operation, ())
            for operation, seen in zip(reading, before, strict=True):
                now = await checked(world, one, one.owner, operation, ())
                assert now.text == seen, operation
        finally:
            world.close()

    platform.run(play())


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(STEPS, min_size=8, max_size=30))
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


@pytest.mark.parametrize("service", names())
def test_the_table_has_every_route_or_a_reason_to_leave_it_out(
    surroundings: Surroundings, service: str
) -> None:
    built = build(service, surroundings, free_port())
    routes = {(each.method, _shape(each.template)) for each in built.operations()}
    listed = {(each.method, _shape(each.path)) for each in OPERATIONS if each.service == service}
    if service in EXEMPT:
        assert not listed
        return
    exempt = {each[1:] for each in EXEMPT if each[0] == service}
    assert not listed & exempt
    assert listed | exempt == routes


def test_a_reason_to_leave_something_out_is_about_a_service_that_there_is() -> None:
    assert {each if isinstance(each, str) else each[0] for each in EXEMPT} <= {*names()}


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path.partition("?")[0])
