"""What is wrong is repaired by the next `up`, and only that."""

from __future__ import annotations

import httpx

from .project import Project
from .users import works


def started(project: Project) -> dict[str, str]:
    return {name: each.attrs["Created"] for name, each in project.containers().items()}


def test_a_removed_container_is_made_again(project: Project, gateway: httpx.Client) -> None:
    before = started(project)
    project.containers()["user-service-blue"].remove(force=True)
    project.up(check=True)
    after = started(project)
    assert {n for n in before if before[n] != after.get(n)} == {"user-service-blue"}
    works(gateway)


def test_a_stopped_container_runs_again(project: Project, gateway: httpx.Client) -> None:
    project.containers()["auth-service-blue"].stop(timeout=1)
    project.up(check=True)
    assert project.containers()["auth-service-blue"].status == "running"
    works(gateway)


def test_limits_altered_by_hand_are_put_right(project: Project) -> None:
    name = "airtable-gateway-blue"
    before = project.containers()[name].attrs["HostConfig"]["Memory"]
    project.containers()[name].update(mem_limit="700m", memswap_limit="700m")
    project.up(check=True)
    assert project.containers()[name].attrs["HostConfig"]["Memory"] == before


def test_a_removed_router_is_made_again_and_traffic_flows(
    project: Project, gateway: httpx.Client
) -> None:
    project.containers()["router"].remove(force=True)
    project.up(check=True)
    works(gateway)
