"""platformctl status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import typer

from plan.names import COMPONENT_LABEL, SLOT_LABEL, STACK_LABEL

from .context import Context


def status(context: Context, as_json: bool) -> int:
    """Show the long-running containers of the stack: slot, image, state, health, since."""
    outputs = context.pulumi.outputs()
    rows = _rows(context)
    release = outputs.get("release") or {}
    if as_json:
        found = {"stack": context.stack, "release": release.get("id"), "containers": rows}
        typer.echo(json.dumps(found, indent=2))
        return 0
    if not rows:
        typer.echo(f"Nothing of {context.stack} runs. `make up` brings it up.")
        return 0
    columns = ("name", "slot", "traffic", "state", "health", "since", "image")
    widths = {c: max(len(c), *(len(str(row[c])) for row in rows)) for c in columns}
    for row in [dict(zip(columns, columns, strict=True)), *rows]:
        typer.echo("  ".join(f"{row[column]!s:<{widths[column]}}" for column in columns).rstrip())
    typer.echo(f"release {release.get('id', '(none yet)')} of {release.get('revision', '-')}")
    print_endpoints(outputs)
    return 0


def print_endpoints(outputs: Mapping[str, Any]) -> None:
    """Print where the platform is reached."""
    for name, url in (outputs.get("endpoints") or {}).items():
        typer.echo(f"{name}: {url}")


def _rows(context: Context) -> list[dict[str, str]]:
    rows = []
    mine: dict[str, str | list[str] | bool] = {"label": f"{STACK_LABEL}={context.stack}"}
    for container in context.engine.containers.list(all=True, filters=mine):
        attributes = container.attrs
        if attributes["HostConfig"]["RestartPolicy"]["Name"] == "no":
            # A job, which has done its work.
            continue
        name, slot = container.labels[COMPONENT_LABEL], container.labels.get(SLOT_LABEL, "")
        rows.append(
            {
                "name": name,
                "slot": slot,
                "traffic": "yes" if slot and context.slots.get(name) == slot else "",
                "state": attributes["State"]["Status"],
                "health": (attributes["State"].get("Health") or {}).get("Status", ""),
                "since": attributes["State"]["StartedAt"][:19] + "Z",
                "image": attributes["Config"]["Image"],
            }
        )
    return sorted(rows, key=lambda row: (row["name"], row["slot"]))
