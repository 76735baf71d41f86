"""Backups and losses as people read them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ops.dumps import parse, size
from ops.losses import Loss, lines

LINE = json.dumps(
    {
        "name": "20261123T205952Z-0001.dump",
        "time": "20261123T205952Z",
        "bytes": 34202,
        "intact": True,
        "revision": "0001",
    }
)


def test_a_backup_is_read_as_the_image_lists_it() -> None:
    found = parse(LINE)
    assert found.time == datetime(2026, 11, 23, 20, 59, 52, tzinfo=UTC)
    assert found.row() == (
        "20261123T205952Z-0001.dump",
        "2026-11-23 20:59:52 UTC",
        "33.4 KiB",
        "0001",
        "intact",
    )
    assert found.as_dict()["time"] == "2026-11-23T20:59:52+00:00"


def test_a_damaged_backup_is_called_so() -> None:
    assert parse(LINE.replace("true", "false")).row()[-1] == "damaged"


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (5 << 20, "5.0 MiB"),
        (3 << 40, "3072.0 GiB"),
    ],
)
def test_sizes_are_told_for_people(count: int, told: str) -> None:
    assert size(count) == told


def test_only_tables_that_lose_something_or_may_are_told() -> None:
    keeps = Loss(table="a.keeps", rows=5, created=0, changed=0)
    made = Loss(table="a.made", rows=5, created=2, changed=None)
    changed = Loss(table="a.changed", rows=5, created=0, changed=1)
    unknown = Loss(table="a.unknown", rows=5, created=None, changed=None)
    empty = Loss(table="a.empty", rows=0, created=None, changed=None)
    assert lines([keeps, made, changed, unknown, empty]) == [made, changed, unknown]
    assert made.row() == ("a.made", "5", "2", "unknown")
