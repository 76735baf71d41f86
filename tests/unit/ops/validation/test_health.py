"""The health matrix asks everything, again until it is well, and always ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import docker
import pytest
from docker.errors import APIError, NotFound

from ops.project import Project
from ops.validation import Report, health_matrix, validate

from ..conftest import ROOT

DEPLOYMENT = Project(ROOT, "dev").deployment
SLOTS = {each.service.name: "blue" for each in DEPLOYMENT.services}
GOOD = b"".join(b"{}\nanswered 200 0.002000\n" for _ in range(3))
BAD = b"{}\nanswered 200 0.001\n" + b"{}\nanswered 503 0.001\n" * 2


@dataclass
class Result:
    exit_code: int | None
    output: bytes


@dataclass
class Engine:
    """Answers each command by a function of container and command."""

    answer: Callable[[str, list[str]], Result]
    asked: list[str] = field(default_factory=list)

    @property
    def containers(self) -> Engine:
        return self

    def get(self, name: str) -> Any:
        engine = self

        class Container:
            def exec_run(self, command: list[str]) -> Result:
                engine.asked.append(name)
                return engine.answer(name, command)

        return Container()


def matrix(answer: Callable[[str, list[str]], Result], settle: float = 0) -> Report:
    engine = cast(docker.DockerClient, Engine(answer))
    return Report(tuple(health_matrix(DEPLOYMENT, SLOTS, engine, settle)))


def well(_: str, command: list[str]) -> Result:
    return Result(0, GOOD if command[0] == "curl" else b"")


def test_every_store_every_service_and_the_router_are_checked() -> None:
    report = matrix(well)
    assert report.passed
    assert {check.name for check in report.checks} == {
        *(each.store.name for each in DEPLOYMENT.stores),
        *SLOTS,
        "router",
    }
    latency = {check.name: check.latency_ms for check in report.checks}
    assert latency["auth-service"] == 2.0


def test_services_are_asked_from_the_router_and_stores_in_their_own_container() -> None:
    engine = Engine(well)
    health_matrix(DEPLOYMENT, SLOTS, cast(docker.DockerClient, engine), 0)
    assert set(engine.asked) == {
        "pyairtable-dev-postgres",
        "pyairtable-dev-redis",
        "pyairtable-dev-router",
    }


def test_services_that_answer_well_at_a_glance_are_not_asked_one_by_one() -> None:
    asked: list[list[str]] = []

    def answer(_: str, command: list[str]) -> Result:
        if "curl" not in command:
            return Result(0, b"")
        asked.append(command)
        if "--parallel" not in command:
            return Result(0, GOOD)
        urls = [each for each in command if each.startswith("http") and "user-service" not in each]
        return Result(22, "".join(f"200 0.004 {each}\n" for each in urls).encode())

    report = matrix(answer)
    assert report.passed
    alone = [command for command in asked if "--parallel" not in command]
    assert len(asked) == 2
    assert any("http://user-service-blue:8002/ready" in part for part in alone[0])
    latency = {check.name: check.latency_ms for check in report.checks}
    assert (latency["auth-service"], latency["user-service"]) == (4.0, 2.0)


def test_a_service_that_is_not_to_serve_is_not_checked() -> None:
    engine = cast(docker.DockerClient, Engine(well))
    checks = health_matrix(DEPLOYMENT, {"auth-service": "green"}, engine, 0)
    targets = [check.target for check in checks]
    assert targets == ["postgres", "redis", "auth-service-green", "router"]


def test_one_that_is_ill_fails_the_report_and_only_itself() -> None:
    def answer(name: str, command: list[str]) -> Result:
        ill = any("user-service-blue" in part for part in command)
        return Result(0, BAD) if ill else well(name, command)

    report = matrix(answer)
    assert [check.name for check in report.checks if not check.passed] == ["user-service"]


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        (Result(1, b"loading\ndata"), "loading data"),
        (Result(1, b""), "the health check failed"),
        (Result(124, b""), "no answer in time"),
        (Result(None, b""), "the health check failed"),
    ],
)
def test_a_store_that_is_ill_says_how(result: Result, detail: str) -> None:
    def answer(name: str, command: list[str]) -> Result:
        return result if name.endswith("redis") else well(name, command)

    (redis,) = [check for check in matrix(answer).checks if check.name == "redis"]
    assert (redis.result, redis.detail) == ("failed", detail)


def test_a_container_that_is_gone_or_refuses_is_told() -> None:
    def answer(name: str, command: list[str]) -> Result:
        if name.endswith("postgres"):
            raise NotFound("no such container")
        if name.endswith("redis"):
            raise APIError("409", explanation="container is paused")
        return well(name, command)

    details = {check.name: check.detail for check in matrix(answer).checks if not check.passed}
    assert details == {
        "postgres": "container pyairtable-dev-postgres is not there",
        "redis": "container is paused",
    }


def test_what_has_just_started_is_asked_again_until_it_is_well() -> None:
    ready = time.monotonic() + 0.6

    def answer(name: str, command: list[str]) -> Result:
        if name.endswith("postgres") and time.monotonic() < ready:
            return Result(1, b"starting")
        return well(name, command)

    assert matrix(answer, settle=5).passed


def test_what_stays_ill_is_given_up_in_time() -> None:
    started = time.monotonic()
    assert not matrix(lambda *_: Result(1, b""), settle=0.6).passed
    assert 0.5 < time.monotonic() - started < 30


def test_checks_run_side_by_side() -> None:
    together = threading.Barrier(4, timeout=5)

    def answer(name: str, command: list[str]) -> Result:
        if command[0] == "curl" and together.n_waiting < 4 and not together.broken:
            together.wait()
        return well(name, command)

    engine = cast(docker.DockerClient, Engine(answer))
    four = dict(list(SLOTS.items())[:4])
    assert Report(tuple(health_matrix(DEPLOYMENT, four, engine, 0))).passed


def test_while_something_is_ill_no_user_is_registered() -> None:
    engine = cast(docker.DockerClient, Engine(lambda *_: Result(1, b"")))
    report = validate(DEPLOYMENT, SLOTS, engine, 0)
    assert not report.passed
    last = report.checks[-1]
    assert (last.kind, last.result) == ("smoke", "skipped")
    assert last.target == "http://127.0.0.1:8080"
