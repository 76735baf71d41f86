"""platformctl plan."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import graphviz
import typer

from plan.deployment import Deployment
from plan.phases import Step, steps

from .context import Context
from .exits import Stop


def plan(context: Context, as_json: bool, svg: Path | None) -> int:
    """Show the phases of the start-up and what each step waits for."""
    found = steps(context.deployment)
    if svg is not None:
        svg.write_text(drawn(found))
        typer.echo(f"Drew {svg}.")
    elif as_json:
        absent = dict(context.deployment.absent)
        typer.echo(json.dumps({"steps": [asdict(step) for step in found], "absent": absent}))
    else:
        typer.echo(text(context.deployment))
    return 0


def text(deployment: Deployment) -> str:
    """Return the plan as lines of text."""
    lines = []
    for phase, members in groupby(steps(deployment), key=lambda step: step.phase):
        lines.append(phase.value)
        for step in members:
            waits = ", ".join(step.waits_for) or "nothing"
            lines.append(f"  {step.name}: waits for {waits}; gate: {step.gate}")
    lines += [f"not deployed: {name} ({why})" for name, why in deployment.absent.items()]
    return "\n".join(lines)


def drawn(found: tuple[Step, ...]) -> str:
    """Return the plan as a picture. Raises Stop where graphviz is not installed."""
    graph = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "nodesep": "0.15", "ranksep": "0.6", "fontname": "Helvetica"},
        node_attr={"shape": "box", "style": "rounded", "fontname": "Helvetica", "fontsize": "11"},
        edge_attr={"color": "gray50", "arrowsize": "0.6"},
    )
    for phase, members in groupby(found, key=lambda step: step.phase):
        with graph.subgraph(name=f"cluster_{phase.value}") as cluster:
            cluster.attr(label=phase.value, color="gray80", fontcolor="gray30")
            for step in members:
                cluster.node(step.name)
    for step in found:
        for waited in step.waits_for:
            graph.edge(waited, step.name)
    try:
        return str(graph.pipe(format="svg", encoding="utf-8"))
    except graphviz.ExecutableNotFound as error:
        raise Stop("Drawing needs the program dot: install the package graphviz.") from error
