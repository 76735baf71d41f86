"""What cannot be replaced beside itself is announced, and interrupts as little as can be."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.load import Load

from .project import Project

pytestmark = pytest.mark.long

RATE = 30
MEMORY = "stores.redis.limits.memoryMiB"


@pytest.fixture(scope="module")
def restored(project: Project) -> Iterator[Project]:
    """The shared deployment; its configuration is put back afterwards."""
    settings = project.folder / ".state" / "stacks" / f"Pulumi.{project.stack}.yaml"
    before = settings.read_text()
    # A busy machine may take its time with what runs.
    project.set("release.drainSeconds", "30")
    yield project
    settings.write_text(before)
    project.up(check=True)


def test_redis_with_other_settings_is_replaced_in_maintenance_and_no_connection_fails(
    restored: Project, load: Load
) -> None:
    redis = restored.containers()["redis"].id
    restored.set(MEMORY, "400")
    announced = "Downtime: redis is replaced (limits, environment)"
    assert announced in restored.preview(check=True).output
    with load:
        time.sleep(2)
        ended = restored.up()
        time.sleep(2)
    print(load.told())
    assert ended.ok, ended.output
    assert announced in ended.output
    assert restored.containers()["redis"].id != redis
    codes = Counter(each.code for each in load.failed)
    # 0 is a connection that was refused or broken, 500 a service that had lost its store.
    assert set(codes) == {503}, load.told()
    turned_away = [each.time for each in load.failed]
    assert all("maintenance" in each.error for each in load.failed), load.told()
    print(f"callers were kept out for {turned_away[-1] - turned_away[0]:.1f} s")


def test_a_changed_configuration_of_the_router_is_taken_over_and_no_request_fails(
    restored: Project, load: Load
) -> None:
    router = restored.containers()["router"].id
    source = restored.folder / "catalog" / "router_config.py"
    before = source.read_text()
    source.write_text(before.replace("timeout queue 5s", "timeout queue 6s"))
    try:
        with load:
            time.sleep(2)
            ended = restored.up()
            time.sleep(2)
    finally:
        source.write_text(before)
    print(load.told())
    assert ended.ok, ended.output
    assert "Downtime" not in ended.output
    assert "the router has taken its new configuration over while it runs" in ended.output
    assert load.failed == []
    assert restored.containers()["router"].id == router
