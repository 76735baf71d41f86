"""The router's gate opens once it serves by its configuration."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.operations import done
from components.reload import reloaded
from plan.container import Container
from plan.resolve import resolve
from settings import load

from .test_maintenance import Made, Thing

ROOT = Path(__file__).resolve().parents[3]
ROUTER = resolve(load("dev", ROOT, {}), "dev", ROOT).router
OLDER = replace(ROUTER, files={"/etc/haproxy/haproxy.cfg": "global\n"})


class Hand:
    """The operations that a reload uses. told: the fingerprints that were wanted."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def reload(self, fingerprint: str) -> None:
        self.told.append(fingerprint)


def run(spec: Container, hand: Hand | None) -> list[str]:
    """Return what the gate turns out to be."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_mocks(Made())
    opened: list[str] = []

    @pulumi.runtime.test
    def program() -> Any:
        operations: Any = hand
        router = Thing("router")
        gate = reloaded(router.id.apply(lambda _: router), spec, operations)
        return gate.apply(lambda found: opened.append(found._name))

    program()
    return opened


def test_a_router_that_is_healthy_is_told_of_its_configuration_before_the_gate_opens() -> None:
    hand = Hand()
    assert run(ROUTER, hand) == ["router"]
    assert len(hand.told) == 1
    assert f"description {hand.told[0]}\n" in next(iter(ROUTER.files.values()))


def test_a_configuration_of_an_older_form_is_left_alone() -> None:
    hand = Hand()
    assert run(OLDER, hand) == ["router"]
    assert hand.told == []


def test_a_preview_tells_the_router_nothing() -> None:
    assert run(ROUTER, None) == ["router"]


def test_a_router_that_refuses_fails_the_update_with_what_to_do() -> None:
    def refuse() -> None:
        raise ValueError("The router refused: wrong.")

    with pytest.raises(pulumi.RunError, match=r"router refused: wrong\.\nMend the cause"):
        asyncio.run(done(refuse))
