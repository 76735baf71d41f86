"""What a command asks of one update, beyond the stack's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from .container import Container
from .generation import Generation

VARIABLE = "PYAIRTABLE_REQUEST"
"""The environment variable in which platformctl hands a request to the program, as JSON."""
ALLOW_DOWNTIME = "PYAIRTABLE_ALLOW_DOWNTIME"
"""The environment variable that allows downtime where no platformctl does, when it is 1."""


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Request:
    """What one update does differently.

    pins: services that are to run this container from now on, whatever the source says; the
    migrations too, where the data returned with them. schema: the revision that these were made
    for. backup: the dump of what was before the data returned.
    unpin: services that follow the source again. instant: all traffic moves in one step, which
    a rollback wants. reason: for the release record. returned_to: id of the release that a
    rollback returns to. allow_downtime: of stores and the router. generations: how far the
    rotation of these secrets is to go. live: the file of the progress that
    platformctl shows, while somebody watches.
    """

    pins: Mapping[str, Container] = field(default_factory=dict)
    unpin: tuple[str, ...] = ()
    instant: bool = False
    reason: str = ""
    returned_to: str | None = None
    schema: str | None = None
    backup: str | None = None
    allow_downtime: bool = False
    generations: Mapping[str, Generation] = field(default_factory=dict)
    live: str | None = None


REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


def asked(environment: Mapping[str, str]) -> Request:
    """Return what the environment asks of this update. Raises ValueError for a wrong request."""
    text = environment.get(VARIABLE)
    request = REQUEST.validate_json(text) if text else Request()
    allowed = request.allow_downtime or environment.get(ALLOW_DOWNTIME) == "1"
    return replace(request, allow_downtime=allowed)
