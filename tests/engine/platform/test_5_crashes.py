"""What crashes while it serves: another answers for it, or its own requests are lost till then."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import docker
import httpx
import pytest

from ops.traffic import Router, up
from plan.names import Names
from plan.resolve import resolve
from settings import load as load_settings
from tests.load import Load

from .project import ROOT, Project
from .test_5_releases import RATE, image, releasing, slot, weights
from .users import me, register
from .versions import version

__all__ = ["RATE", "releasing"]
pytestmark = pytest.mark.long
DEPLOYMENT = resolve(load_settings("dev", ROOT, {}), "dev", ROOT)
USER, AUTH = "user-service", "auth-service"
# More than a start on a busy machine and a breaker of the gateway after it.
BACK_SECONDS = 120
# Requests that were on their way when it crashed.
ON_THEIR_WAY = 35


@pytest.fixture(scope="module")
def twice(releasing: Project) -> Iterator[Project]:
    """user-service in both slots, each with half of the traffic.

    The newer version was released while the one before did not answer any more.
    """
    before = releasing.containers()[f"{USER}-{slot(releasing, USER)}"]
    made = version(image(releasing, USER), f"{USER}:twice")
    before.pause()
    try:
        until(lambda: USER not in served(releasing))
        ended = releasing.platformctl("release", USER, "--image", made)
    finally:
        before.unpause()
    assert ended.ok, ended.output
    assert f"Nothing serves {USER} now" in ended.output
    router(releasing).set({USER: {"blue": 50, "green": 50}})
    until(lambda: found_up(releasing, USER))
    yield releasing
    router(releasing).point({USER: slot(releasing, USER)})


def router(project: Project) -> Router:
    return Router(docker.from_env(), Names(project.stack))


def until(there: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + BACK_SECONDS
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def found_up(project: Project, service: str) -> bool:
    """Whether the router finds both slots ready."""
    return all(up(each) for each in router(project).look()["services"][service].values())


def served(project: Project) -> set[str]:
    """The services of which the router finds some slot ready."""
    services = router(project).look()["services"]
    return {name for name, slots in services.items() if any(map(up, slots.values()))}


def serves(gateway: httpx.Client) -> bool:
    """Whether a user can register, sign in and ask for his profile."""
    try:
        me(gateway, register(gateway))
    except (AssertionError, httpx.TransportError):
        return False
    return True


def crash(project: Project, name: str) -> None:
    """Kill what runs in a container; return when the engine has started it again."""
    container = project.containers()[name]
    restarts = container.attrs["RestartCount"]
    container.exec_run(["sh", "-c", "kill -9 -1"])
    until(lambda: project.containers()[name].attrs["RestartCount"] > restarts)


def test_a_server_that_crashes_beside_another_costs_no_request(twice: Project, load: Load) -> None:
    until(lambda: found_up(twice, USER))
    with load:
        time.sleep(2)
        crash(twice, f"{USER}-{slot(twice, USER)}")
        until(lambda: found_up(twice, USER))
        time.sleep(1)
    print(load.told())
    assert load.failed == []


def test_after_a_release_both_slots_have_their_share_and_the_next_up_changes_nothing(
    twice: Project,
) -> None:
    wanted = {each.service.name: each.container.cpu_shares for each in DEPLOYMENT.services}
    for name, each in twice.containers().items():
        service = name.removesuffix("-blue").removesuffix("-green")
        if service in wanted:
            assert each.attrs["HostConfig"]["CpuShares"] == wanted[service], name
    again = twice.up(check=True)
    assert re.search(r"Resources:\s+\d+ unchanged\s", again.output), again.output


def test_a_server_that_crashes_alone_costs_only_its_own_requests_until_it_is_back(
    releasing: Project, load: Load, gateway: httpx.Client
) -> None:
    with load:
        time.sleep(2)
        crashed = time.time()
        crash(releasing, f"{AUTH}-{slot(releasing)}")
        until(lambda: serves(gateway))
        back = time.time()
        time.sleep(3)
    print(f"{AUTH} was back after {back - crashed:.1f} s; {load.told()}")
    for each in load.failed:
        assert each.path.startswith("/api/v1/auth/"), each
        assert crashed - ON_THEIR_WAY < each.time < back, each


def test_a_router_that_crashes_costs_requests_only_until_it_is_back_with_its_weights(
    releasing: Project, load: Load, gateway: httpx.Client
) -> None:
    before = weights(releasing)
    with load:
        time.sleep(2)
        crashed = time.time()
        crash(releasing, "router")
        until(lambda: serves(gateway))
        back = time.time()
        time.sleep(3)
    print(f"the router was back after {back - crashed:.1f} s; {load.told()}")
    assert all(crashed - ON_THEIR_WAY < each.time < back for each in load.failed), load.told()
    assert weights(releasing) == before
