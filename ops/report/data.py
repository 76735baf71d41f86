"""The report of one update. Pure."""

from __future__ import annotations

from dataclasses import field

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from plan.timeline import Timeline

from ..shift.sample import Sample
from ..validation import Check

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the deployment checklist.

    ticked: None where it does not apply. evidence: what was seen that says so.
    """

    title: str
    ticked: bool | None
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A service whose traffic was to move: its slots and what they run."""

    service: str
    old: str
    new: str
    old_image: str
    new_image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What aborts a release. error_rate: share of requests."""

    error_rate: float
    p99_ms: int


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(ser_json_inf_nan="strings"))
class ReleaseReport:
    """One update of a stack.

    id: of the release, or of the attempt at one that failed. time: when it ended, RFC 3339.
    reason: why it was made. failure: why it is no release, empty when it is one. tested: checks
    of the new versions without traffic. checks: of everything, at the end.
    """

    id: str
    stack: str
    time: str
    passed: bool
    failure: str
    revision: str
    who: str
    reason: str
    timeline: Timeline
    limits: Limits
    moved: tuple[Moved, ...] = ()
    samples: tuple[Sample, ...] = ()
    tested: tuple[Check, ...] = ()
    checks: tuple[Check, ...] = ()
    checklist: tuple[Item, ...] = field(default=())
    version: int = VERSION

    @property
    def seconds(self) -> float:
        """How long the update took, from the program's first step."""
        return self.timeline.ended - self.timeline.began

    @property
    def requests(self) -> tuple[int, int]:
        """Requests and errors, as the router counted them while traffic moved."""
        last = {(each.service, each.slot): each for each in self.samples}.values()
        return sum(e.all_requests for e in last), sum(e.all_errors for e in last)


REPORT: TypeAdapter[ReleaseReport] = TypeAdapter(ReleaseReport)
