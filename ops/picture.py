"""The plan as lines of text, as JSON, and as a graph for dot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import graphviz

from plan.phases import Step

_COLOURS = {
    "foundation": "#eceff1",
    "store": "#fff3e0",
    "job": "#fffde7",
    "service": "#e3f2fd",
    "router": "#ede7f6",
    "validation": "#e8f5e9",
}


def as_text(steps: Sequence[Step]) -> str:
    """Return one line per step under its phase: gate, and what it waits for."""
    width = max((len(step.name) for step in steps), default=0)
    gates = max((len(step.gate) for step in steps), default=0)
    lines: list[str] = []
    for phase, members in groupby(steps, key=lambda step: step.phase):
        lines.append(phase.value)
        for step in members:
            after = f"after {', '.join(step.waits_for)}" if step.waits_for else "at once"
            lines.append(f"  {step.name:<{width}}  {step.gate:<{gates}}  {after}")
    return "\n".join(lines)


def as_list(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return the steps as JSON takes them."""
    return [
        {
            "name": step.name,
            "kind": step.kind,
            "phase": step.phase.value,
            "gate": step.gate,
            "waitsFor": list(step.waits_for),
        }
        for step in steps
    ]


def as_graph(steps: Sequence[Step]) -> graphviz.Digraph:
    """Return the graph: a box per phase, an edge from each step to what waits for it."""
    graph = graphviz.Digraph(
        "plan",
        graph_attr={"rankdir": "LR", "fontname": "sans-serif", "newrank": "true", "ranksep": "0.9"},
        node_attr={"shape": "box", "style": "rounded,filled", "fontname": "sans-serif"},
        edge_attr={"color": "#78909c", "arrowsize": "0.7"},
    )
    for phase, members in groupby(steps, key=lambda step: step.phase):
        with graph.subgraph(name=f"cluster_{phase.value}") as box:
            box.attr(label=phase.value, color="#b0bec5", style="rounded")
            for step in members:
                label = f"{step.name}\n{step.gate}"
                box.node(step.name, label, fillcolor=_COLOURS[step.kind])
    graph.edges((before, step.name) for step in steps for before in step.waits_for)
    return graph
