"""platformctl status."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ..engine import containers
from ..inventory import HEADERS, Component, component, missing, ordered
from ..options import Json, Stack
from ..output import Table, say, show, show_json
from ..owning import others
from ..project import find
from ..pulumi_cli import Pulumi
from ..rotating import going_on, unfinished
from ..shift.note import killed, told, weights
from ..traffic import Router


def status(
    stack: Stack = None,
    as_json: Json = False,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Also the jobs that have done their work.")
    ] = False,
) -> None:
    """Show what runs, and how it is.

    For each component its slot and whether that holds the traffic, state, health of the
    engine's own check, since when, and image; then the release and the public addresses. A shift
    of traffic, a maintenance and a rotation of secrets that is not finished are told of too.
    """
    project = find(stack)
    engine = project.engine
    pulumi = Pulumi(project)
    outputs = pulumi.outputs() if pulumi.exists() else {}
    services: dict[str, Any] = outputs.get("services", {})
    live = {name: each["slot"] for name, each in services.items()}
    found = [component(each.attrs, live) for each in containers(engine, project.stack)]
    found = ordered([*found, *missing(found, services)])
    router = Router(engine, project.names)
    shift = router.shift() if router.runs else None
    looked = router.look() if router.runs else {}
    shares = weights(shift, looked["services"]) if shift else {}
    left = looked.get("maintenance", 0)
    rotation = unfinished(outputs)
    if as_json:
        more = {**shift, "weights": shares, "killed": killed(shift)} if shift else None
        now = {"shift": more, "maintenanceSeconds": left, "rotation": rotation}
        show_json(_result(project.stack, outputs, found) | now)
    else:
        _show(project.stack, outputs, [each for each in found if everything or _worth_it(each)])
        if shift:
            print(told(shift, shares))
        if left:
            print(f"Maintenance: requests from outside are answered 503, for {left} s at most.")
        if rotation:
            print(going_on(project.stack, rotation))
        if why := others(project):
            say(why)


def _result(stack: str, outputs: dict[str, Any], found: list[Component]) -> dict[str, Any]:
    release = outputs.get("release")
    return {
        "stack": stack,
        "deployed": bool(found),
        "release": {key: release[key] for key in ("id", "time", "revision")} if release else None,
        "endpoints": outputs.get("endpoints", {}),
        "components": [each.as_dict() for each in found],
    }


def _worth_it(each: Component) -> bool:
    return each.kind != "job" or each.state != "exited (0)"


def _show(stack: str, outputs: dict[str, Any], found: list[Component]) -> None:
    if not found:
        print(f"Nothing of stack {stack} is deployed. `platformctl up --stack {stack}` does it.")
        return
    now = datetime.now(UTC)
    show(Table(HEADERS, [each.row(now) for each in found]))
    release = outputs.get("release")
    if release:
        print(f"Release {release['id']} of revision {release['revision']}.")
    else:
        print("No release yet: no `up` has come to its end.")
    for name, url in sorted(outputs.get("endpoints", {}).items()):
        print(f"{name} answers at {url}")
