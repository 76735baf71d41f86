"""The start-up graph, held by a golden file: a change of order is seen in review."""

from __future__ import annotations

from pathlib import Path

from plan.phases import Step, steps
from plan.resolve import resolve
from settings import load

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = Path(__file__).parent / "golden"


def planned(**overrides: object) -> tuple[Step, ...]:
    return steps(resolve(load("dev", ROOT, overrides), "dev", ROOT))


def written(found: tuple[Step, ...]) -> str:
    lines = [f"{s.phase}: {s.name} [{s.gate}] <- {', '.join(s.waits_for)}".rstrip() for s in found]
    return "\n".join(lines) + "\n"


def test_the_start_up_of_dev_is_as_reviewed() -> None:
    assert written(planned()) == (GOLDEN / "dev.txt").read_text()


def test_every_step_waits_only_for_earlier_ones() -> None:
    seen: set[str] = set()
    for step in planned():
        assert set(step.waits_for) <= seen, step.name
        seen.add(step.name)
