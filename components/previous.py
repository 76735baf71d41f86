"""What the last successful update left: read back from the stack's own outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from plan.release import RELEASE, Release

_READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
_READ_RESOURCES = "pulumi:pulumi:readStackResourceOutputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The last release record, and the summaries of the kept ones, newest first."""

    release: Release | None
    releases: tuple[Mapping[str, Any], ...]


def own_name() -> str:
    """Full name of this stack, as a stack reference wants it."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def previous() -> Previous:
    """Read this stack's outputs. An update that failed leaves those of the last good one."""
    read = pulumi.runtime.invoke(_READ_OUTPUTS, {"name": own_name()})
    outputs = (read.value or {}).get("outputs") or {}
    record = outputs.get("release")
    return Previous(
        release=RELEASE.validate_python(record) if record else None,
        releases=tuple(outputs.get("releases") or ()),
    )


def names_in_state() -> set[str]:
    """Names of the Docker objects that this stack's state knows."""
    read = pulumi.runtime.invoke(_READ_RESOURCES, {"stackName": own_name()})
    resources = (read.value or {}).get("outputs") or {}
    found = {(resource.get("outputs") or {}).get("name") for resource in resources.values()}
    return {name for name in found if isinstance(name, str)}
