"""Only stores that are replaced wait for maintenance, and all that follows for its end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from components.maintenance import Maintenance
from plan.interruption import Interruption, Replacement

REDIS = Replacement(name="redis", image="redis:1", aspects=("limits",), seconds=10, worst=90)
INTERRUPTS = Interruption(stores=(REDIS,), drain_seconds=5)


class Made(Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        return {}


class Hand:
    """The operations that maintenance uses. told: what was done, in order."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def keep_out(self, interrupts: Interruption) -> None:
        self.told.append(interrupts)

    def let_in(self) -> None:
        self.told.append("let in")


class Thing(pulumi.CustomResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:index:Thing", name, {})


class Ground:
    """The part of a site that maintenance reads."""

    def __init__(self) -> None:
        self.images = {"base": Thing("base"), "redis": Thing("redis")}


def run(interrupts: Interruption, hand: Hand | None) -> tuple[set[str], list[str]]:
    """Return which stores wait, and the resources that the gates turn out to be."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_mocks(Made())
    waiting: set[str] = set()
    opened: list[str] = []

    @pulumi.runtime.test
    def program() -> Any:
        operations: Any = hand
        site: Any = Ground()
        kept = Maintenance(operations=operations, interrupts=interrupts)
        before = kept.before(site)
        waiting.update(before)
        gates = [gate for each in before.values() for gate in each]
        store = pulumi.Output.all(Thing("store").id, *gates).apply(lambda _: Thing("healthy"))

        def see(found: list[pulumi.Resource]) -> None:
            opened.extend(each._name for each in found)

        return pulumi.Output.all(*gates, kept.after([store])).apply(see)

    program()
    return waiting, opened


def test_a_store_that_is_replaced_waits_until_callers_are_kept_out_and_they_are_let_in_after() -> (
    None
):
    hand = Hand()
    waiting, opened = run(INTERRUPTS, hand)
    assert waiting == {"redis"}
    assert opened == ["base", "healthy"]
    assert hand.told == [INTERRUPTS, "let in"]


def test_nothing_waits_where_no_store_is_replaced_and_what_is_left_over_is_ended() -> None:
    hand = Hand()
    waiting, opened = run(replace(INTERRUPTS, stores=()), hand)
    assert waiting == set()
    assert opened == ["healthy"]
    assert hand.told == ["let in"]


def test_a_preview_keeps_nobody_out() -> None:
    assert run(INTERRUPTS, None) == (set(), ["healthy"])
