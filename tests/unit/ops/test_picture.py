"""The plan as text, as JSON and as a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from catalog import Phase
from ops.picture import as_graph, as_list, as_text
from ops.project import Project
from plan.phases import Step, steps

from .conftest import ROOT


def step(name: str, phase: Phase, gate: str, *waits_for: str, kind: str = "service") -> Step:
    return Step(name=name, kind=kind, phase=phase, gate=gate, waits_for=waits_for)


PLAN = (
    step("postgres", Phase.INFRASTRUCTURE, "healthy", kind="store"),
    step("redis", Phase.INFRASTRUCTURE, "healthy", kind="store"),
    step("auth-service", Phase.IDENTITY, "healthy", "postgres", "redis"),
    step("validation", Phase.VALIDATION, "all checks pass", "auth-service", kind="validation"),
)
DEV = steps(Project(ROOT, "dev").deployment)


def test_text_shows_each_step_under_its_phase_with_gate_and_waits() -> None:
    assert as_text(PLAN) == "\n".join(
        [
            "infrastructure",
            "  postgres      healthy          at once",
            "  redis         healthy          at once",
            "identity",
            "  auth-service  healthy          after postgres, redis",
            "validation",
            "  validation    all checks pass  after auth-service",
        ]
    )


def test_an_empty_plan_has_no_lines() -> None:
    assert as_text(()) == ""


def test_json_names_what_each_step_waits_for() -> None:
    assert as_list(PLAN)[2] == {
        "name": "auth-service",
        "kind": "service",
        "phase": "identity",
        "gate": "healthy",
        "waitsFor": ["postgres", "redis"],
    }


def test_the_graph_has_a_box_per_phase_and_an_edge_per_wait() -> None:
    source = as_graph(PLAN).source
    assert source.count("subgraph") == 3
    assert source.count("->") == 3
    assert "postgres -> " in source


def test_every_kind_of_step_has_a_colour() -> None:
    assert as_graph(DEV).source.count("fillcolor") == len(DEV)


def test_the_picture_in_the_documentation_shows_the_plan_of_dev() -> None:
    """`platformctl plan --stack dev --svg docs/plan.svg` draws it anew."""
    namespace = "{http://www.w3.org/2000/svg}"
    titles = {
        str(each.findtext(f"{namespace}title"))
        for each in ET.parse(ROOT / "docs" / "plan.svg").iter(f"{namespace}g")
        if each.get("class") in ("node", "edge")
    }
    nodes = {each.name for each in DEV}
    edges = {f"{before}->{each.name}" for each in DEV for before in each.waits_for}
    assert titles == nodes | edges
