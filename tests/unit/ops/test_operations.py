"""A new version is tested in its own slot, once the router has found it, before it has traffic."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import docker
import pytest

from ops import operations
from ops.operations import Operations, ReleaseFailed
from ops.project import Project
from ops.validation import Report
from plan.change import Change
from plan.container import WAITING_CPU_SHARES
from settings import ReleaseSettings

from .conftest import ROOT

GATEWAY = "api-gateway"
# Without the gateway there are no smoke tests, which would need an address of their own.
DEV = Project(ROOT, "dev").deployment
DEPLOYMENT = replace(
    DEV,
    services=tuple(each for each in DEV.services if each.service.name != GATEWAY),
    release=ReleaseSettings.model_validate(
        {"steps": [100], "pauseSeconds": 0, "guardSeconds": 0, "minRequests": 1}
    ),
)
NAMES = [each.service.name for each in DEPLOYMENT.services]
AUTH = "auth-service"
TRAFFIC = "/usr/local/bin/traffic"
BEFORE = dict.fromkeys(NAMES, "blue")
CHANGE = Change(before=BEFORE, target={**BEFORE, AUTH: "green"}, order=tuple(NAMES))


@dataclass
class Result:
    exit_code: int
    output: bytes


@dataclass
class Engine:
    """An engine with a router, in which the service's traffic moves from blue to green.

    old: how the router finds blue. looks: how often it is asked until it finds green. gone: names
    that lead to nobody until their traffic is moved. ill: slots. asked: what curl was asked for.
    """

    old: str = "UP"
    looks: int = 0
    gone: frozenset[str] = frozenset()
    ill: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    weights: dict[str, dict[str, int]] = field(
        default_factory=lambda: {name: {"blue": 100, "green": 0} for name in NAMES}
    )
    requests: int = 0
    shares: int = WAITING_CPU_SHARES

    @property
    def containers(self) -> Engine:
        return self

    def get(self, name: str) -> Engine:
        return self

    @property
    def attrs(self) -> dict[str, Any]:
        return {"HostConfig": {"CpuShares": self.shares}}

    def update(self, cpu_shares: int) -> None:
        assert self.weights[AUTH] == {"blue": 100, "green": 0}
        self.shares = cpu_shares

    def exec_run(self, command: list[str]) -> Result:
        if command[0] == "curl":
            return self._curl([each for each in command if each.startswith("http")])
        if command[0] == TRAFFIC:
            return Result(0, self._traffic(command[1:]).encode())
        return Result(0, b"")

    def _curl(self, urls: list[str]) -> Result:
        self.asked += urls
        hosts = [each.split("/")[2].partition(":")[0] for each in urls]
        codes = ["503" if host in self.gone | self.ill else "200" for host in hosts]
        return Result(0, "".join(f"{{}}\nanswered {code} 0.001\n" for code in codes).encode())

    def _traffic(self, arguments: list[str]) -> str:
        if not arguments:
            self.looks -= 1
            return json.dumps({"services": self._services(), "wish": None})
        if arguments[0] == "set":
            for each in arguments[1:]:
                self._set(each)
        if arguments[0] == "probe":
            self.requests += int(arguments[-1])
        return ""

    def _set(self, argument: str) -> None:
        name, colon, rest = argument.partition(":" if ":" in argument else "=")
        if colon == "=":
            self.weights[name] = {each: 100 if each == rest else 0 for each in ("blue", "green")}
        else:
            pairs = (each.split("=") for each in rest.split(","))
            self.weights[name] = {slot: int(weight) for slot, weight in pairs}
        if self.weights[name]["green"]:
            self.gone -= {name}

    def _services(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, weights in self.weights.items():
            states = {"blue": "UP", "green": "UP"}
            if name == AUTH:
                states = {"blue": self.old, "green": "DOWN" if self.looks >= 0 else "UP"}
            found[name] = {
                slot: {
                    "weight": weights[slot],
                    "state": states[slot],
                    "sessions": 0,
                    "requests": self.requests,
                    "errors": 0,
                    "buckets": [self.requests] + [0] * 12,
                }
                for slot in weights
            }
        return found


@dataclass
class Told:
    """Takes what is told. steps: of the update."""

    steps: list[str] = field(default_factory=list)

    def line(self, text: str) -> None:
        self.steps.append(text)

    def step(self, text: str) -> None:
        self.steps.append(text)

    def status(self, name: str, text: str) -> None:
        assert name


def released(engine: Engine, told: Told | None = None) -> Report:
    made = Operations(
        deployment=DEPLOYMENT,
        engine=cast(docker.DockerClient, engine),
        progress=told or Told(),
        root=Path("/nowhere"),
        settle_seconds=0,
    )
    return made.release(CHANGE, instant=False)


def test_a_version_without_traffic_is_asked_in_its_own_slot_only() -> None:
    engine = Engine()
    assert released(engine).passed
    before_traffic = engine.asked[: len(engine.asked) // 2]
    assert f"http://{AUTH}-green:8001/ready" in before_traffic
    assert f"http://{AUTH}:8001/ready" not in before_traffic
    assert "http://user-service:8002/ready" in before_traffic
    assert f"http://{AUTH}:8001/ready" in engine.asked
    assert engine.weights[AUTH] == {"blue": 0, "green": 100}


def test_a_service_that_nobody_serves_any_more_is_released_and_then_looked_at_as_a_whole() -> None:
    engine, told = Engine(old="DOWN", gone=frozenset({AUTH})), Told()
    assert released(engine, told).passed
    assert any(step.startswith(f"Nothing serves {AUTH} now") for step in told.steps)


def test_a_new_version_is_tested_only_once_the_router_finds_it() -> None:
    engine = Engine(looks=3)
    assert released(engine).passed
    assert engine.looks < 0


def test_a_version_that_the_router_never_finds_fails_the_update_before_it_has_traffic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operations, "FOUND_SECONDS", 0.3)
    engine = Engine(looks=10**9)
    with pytest.raises(ReleaseFailed, match=f"did not find {AUTH}-green ready within 0.3 s"):
        released(engine)
    assert engine.weights[AUTH] == {"blue": 100, "green": 0}
    assert engine.asked == []


def test_a_version_that_is_not_ready_in_its_slot_never_has_traffic() -> None:
    engine = Engine(ill=frozenset({f"{AUTH}-green"}))
    with pytest.raises(ReleaseFailed, match="failed its test, before it had any traffic"):
        released(engine)
    assert engine.weights[AUTH] == {"blue": 100, "green": 0}


def test_a_new_version_has_its_full_share_of_the_processors_before_it_has_traffic() -> None:
    engine = Engine()
    assert released(engine).passed
    assert engine.shares == 256


def test_a_version_that_fails_its_test_never_has_its_full_share() -> None:
    engine = Engine(ill=frozenset({f"{AUTH}-green"}))
    with pytest.raises(ReleaseFailed):
        released(engine)
    assert engine.shares == WAITING_CPU_SHARES
