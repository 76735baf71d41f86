"""The start-up as a graph: what starts in which phase, and what each thing waits for."""

from __future__ import annotations

from dataclasses import dataclass

from catalog import Phase

from .deployment import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a phase starts, and the steps whose gates it waits for."""

    name: str
    kind: str
    phase: Phase
    gate: str
    waits_for: tuple[str, ...]


def steps(deployment: Deployment) -> tuple[Step, ...]:
    """Return all steps in start-up order.

    A step waits for every step of the last phase that has any, except where the
    catalog names what it needs inside its own phase.
    """
    done: tuple[str, ...] = ()
    result: list[Step] = []
    for phase in Phase:
        started = _phase(deployment, phase, done)
        result += started
        inside = {name for step in started for name in step.waits_for}
        done = tuple(step.name for step in started if step.name not in inside) or done
    return tuple(result)


def _phase(deployment: Deployment, phase: Phase, done: tuple[str, ...]) -> list[Step]:
    def step(name: str, kind: str, gate: str, waits_for: tuple[str, ...] = done) -> Step:
        return Step(name=name, kind=kind, phase=phase, gate=gate, waits_for=waits_for)

    if phase is Phase.FOUNDATIONS:
        return [step(name, "foundation", "created") for name in ("networks", "secrets", "images")]
    if phase is Phase.INFRASTRUCTURE:
        return [step(each.store.name, "store", "healthy") for each in deployment.stores]
    if phase is Phase.SCHEMA:
        backup = step("backup", "job", "exits 0")
        return [backup, step("migrations", "job", "exits 0", ("backup",))]
    if phase is Phase.VALIDATION:
        return [step("validation", "validation", "all checks pass")]
    names = {each.service.name for each in deployment.in_phase(phase)}
    started = []
    for each in deployment.in_phase(phase):
        needs = tuple(need for need in each.service.needs if need in names)
        started.append(step(each.service.name, "service", "healthy", needs or done))
    if phase is Phase.ENTRY:
        started.append(step("router", "router", "healthy"))
    return started
