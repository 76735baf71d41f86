"""What the last successful update left: read back from the stack's own outputs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from plan.release import RELEASE, Release

_READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
# Seconds between the attempts to read a state that is being written.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_READ_RESOURCES = "pulumi:pulumi:readStackResourceOutputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The last release record, and the summaries of the kept ones, newest first.

    containers: by digest what the kept releases ran.
    """

    release: Release | None
    releases: tuple[Mapping[str, Any], ...]
    containers: Mapping[str, Any]


def own_name() -> str:
    """Full name of this stack, as a stack reference wants it."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def previous() -> Previous:
    """Read this stack's outputs. An update that failed leaves those of the last good one."""
    outputs = _read(_READ_OUTPUTS, {"name": own_name()})
    record = outputs.get("release")
    return Previous(
        release=RELEASE.validate_python(record) if record else None,
        releases=tuple(outputs.get("releases") or ()),
        containers=outputs.get("containers") or {},
    )


def names_in_state() -> set[str]:
    """Names of the Docker objects that this stack's state knows."""
    resources = _read(_READ_RESOURCES, {"stackName": own_name()})
    found = {(resource.get("outputs") or {}).get("name") for resource in resources.values()}
    return {name for name in found if isinstance(name, str)}


def _read(function: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
    """Ask the engine for something of our own state, which it may be writing just now.

    The file backend writes in place, so a reader may find half a file; the next moment it is
    whole.
    """
    for pause in _PAUSES:
        try:
            return _asked(function, arguments)
        except Exception as error:
            if "checkpoint" not in str(error):
                raise
            time.sleep(pause)
    return _asked(function, arguments)


def _asked(function: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
    read = pulumi.runtime.invoke(function, dict(arguments))
    return (read.value or {}).get("outputs") or {}
