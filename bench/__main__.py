"""Runs the measurements: `python -m bench [NAME...]`; exit code 1 when a limit is broken."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from catalog import Phase
from plan.phases import Step
from tests.engine.platform.conftest import deployed
from tests.engine.platform.project import ROOT, Project

from . import cold_start, endurance, front_door, gateway, memory, preview, releases, under_load
from .report import Figure, keep, show

FOLDER = ROOT / ".state" / "bench"
GATEWAY_PORT, FRONTEND_PORT = 18580, 13580


def main(names: list[str]) -> int:
    """Measure what is named, or everything, on a deployment of its own."""
    measures: dict[str, Callable[[Project], list[Figure]]] = {
        "memory": memory.idle,
        "memory-under-load": lambda project: memory.under_load(project, GATEWAY_PORT, FOLDER),
        "gateway": lambda project: gateway.measure(project, GATEWAY_PORT, FOLDER),
        "preview": preview.of_platform,
        "front-door": front_door.measure,
        "growth": lambda _: preview.growth(),
        "releases": lambda project: releases.measure(project, GATEWAY_PORT, FOLDER),
        "under-load": lambda project: under_load.measure(project, GATEWAY_PORT, FOLDER),
        "endurance": endurance.measure,
        "cold-start": lambda project: cold_start.measure(project, _plan(project), FOLDER),
    }
    unknown = set(names) - set(measures)
    if unknown:
        print(f"No such measurement: {', '.join(sorted(unknown))}; there are {', '.join(measures)}")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        deployed(Path(folder), "bench", GATEWAY_PORT, FRONTEND_PORT) as project,
    ):
        # As a user has it: an update gives way to what serves.
        project.variables["PYAIRTABLE_NICE"] = "10"
        for name, measured in measures.items():
            if not names or name in names:
                print(f"Measuring {name} …", flush=True)
                found = measured(project)
                show(found)
                figures += found
                print(f"Written to {keep(figures, FOLDER)}", flush=True)
    return 0 if all(each.kept for each in figures) else 1


def _plan(project: Project) -> list[Step]:
    shown = project.run(
        "python", "-m", "ops.cli", "plan", "--json", "--stack", project.stack, check=True
    )
    return [
        Step(
            name=each["name"],
            kind=each["kind"],
            phase=Phase(each["phase"]),
            gate=each["gate"],
            waits_for=tuple(each["waitsFor"]),
        )
        for each in json.loads(shown.output)["steps"]
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
