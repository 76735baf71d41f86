"""What cannot be replaced beside itself is announced, and interrupts as little as can be."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load import Load, vegeta

from .conftest import GATEWAY_PORT
from .project import ROOT, Project

RATE = 30
MEMORY = "stores.redis.limits.memoryMiB"


@pytest.fixture
def restored(project: Project) -> Iterator[Project]:
    """The shared deployment; its configuration is put back afterwards."""
    settings = project.folder / ".state" / "stacks" / f"Pulumi.{project.stack}.yaml"
    before = settings.read_text()
    project.up(check=True)
    yield project
    settings.write_text(before)
    project.up(check=True)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return Load(GATEWAY_PORT, RATE, tmp_path, vegeta(ROOT / ".state" / "bench"))


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
    again = restored.up(check=True)
    assert "Downtime" not in again.output
