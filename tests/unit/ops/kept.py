"""Releases to test with: of service a, or of a and b."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog import Limits
from ops.records import Records
from plan.container import CONTAINER, Container
from plan.release import Release, ServiceRelease


def version(number: int) -> Container:
    return Container(
        name="a",
        image=f"pyairtable/a:{number}",
        built="a",
        user="1:1",
        limits=Limits(),
        networks=(),
    )


def release(number: int, live: int, idle: int | None = None, **more: Any) -> Release:
    slots = {"blue": version(live)} | ({"green": version(idle)} if idle is not None else {})
    return Release(
        id=f"r{number}",
        time="2026-01-01T00:00:00+00:00",
        revision="abc",
        services={"a": ServiceRelease(slot="blue", slots=slots)},
        stores={},
        schema_image="m:1",
        **more,
    )


def records(*found: Release) -> Records:
    """Records, newest first, the first of them live. Outputs hold no key without a value."""
    known = {one.live.digest: one.live for each in found for one in each.services.values()}
    return Records(
        live=found[0],
        summaries=tuple(each.summary() for each in found),
        containers={
            key: CONTAINER.dump_python(each, mode="json", exclude_none=True)
            for key, each in known.items()
        },
    )


def both(number: int, a: int, b: int, **more: Any) -> Release:
    """A release of two services."""
    services = {
        name: ServiceRelease(slot="blue", slots={"blue": replace(version(of), name=name)})
        for name, of in (("a", a), ("b", b))
    }
    return replace(release(number, live=a, **more), services=services)
