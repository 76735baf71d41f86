"""What took its time in an update. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .phases import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that took its time; begin and end in seconds since the epoch.

    kind: foundation, container, job, test, traffic or validation. asked: since when a gate
    waited for it. new: it was started by this update, or anew. passed: its gate has opened.
    """

    kind: str
    name: str
    begin: float
    end: float
    asked: float | None = None
    new: bool = False
    passed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """A phase, from the first thing that it started until all its gates were open."""

    name: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """An update, from began until ended, in seconds since the epoch.

    phases: those that were opened. awaited: what each phase waits for, by name.
    """

    began: float
    ended: float
    phases: tuple[PhaseSpan, ...]
    spans: tuple[Span, ...]
    awaited: Mapping[str, tuple[str, ...]]


def members(steps: Iterable[Step], target: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the names of what each phase waits for, as gates know them.

    target: slot by service. What a foundation is made of is known as one, validation has none.
    """
    found: dict[str, tuple[str, ...]] = {}
    for step in steps:
        if step.kind == "validation":
            continue
        name = f"{step.name}-{target[step.name]}" if step.kind == "service" else step.name
        name = step.phase.value if step.kind == "foundation" else name
        found[step.phase.value] = (*found.get(step.phase.value, ()), name)
    return found


def phase_span(name: str, awaited: Iterable[str], spans: Iterable[Span]) -> PhaseSpan | None:
    """Return the phase when everything that it waits for has passed; None until then."""
    wanted = set(awaited)
    passed = {span.name: span for span in spans if span.passed and span.name in wanted}
    if set(passed) != wanted:
        return None
    begin = min(span.begin for span in passed.values())
    return PhaseSpan(name=name, begin=begin, end=max(span.end for span in passed.values()))
