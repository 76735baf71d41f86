"""platformctl releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plan.names import PROJECT

from ..options import Json, Stack
from ..output import Table, show, show_json
from ..project import find
from ..records import Records, digests, records
from ..returning import Return, way_back
from ..standing import Standing

HEADERS = ("release", "time", "revision", "who", "changed", "schema", "return", "why")


def releases(stack: Stack = None, as_json: Json = False) -> None:
    """List the kept releases, newest first, and how each can be returned to.

    changed: the images that a release changed. schema: the revision that the database had. live:
    it runs. instantly: its versions stand in their slots. redeploy: it is deployed again from its
    record. with data: only with the data of then, by `rollback --with-data`. no: and why.
    """
    project = find(stack)
    known = records(project)
    standing = Standing.of(project)
    ways = [way_back(known, each, standing.well, standing.has_image) for each in known.summaries]
    if as_json:
        show_json([_whole(*each) for each in zip(known.summaries, ways, strict=True)])
        return
    rows = [
        _row(each, way, changed(known, number))
        for number, (each, way) in enumerate(zip(known.summaries, ways, strict=True))
    ]
    show(Table(HEADERS, rows))
    for name, pin in sorted(known.live.pins.items()):
        print(f"{name} is pinned to {pin.container.image} ({pin.reason}).")


def changed(known: Records, number: int) -> tuple[str, ...]:
    """Return the services that a release of the list changed; all in the oldest one."""
    now = digests(known.summaries[number])
    older = known.summaries[number + 1 :]
    before = digests(older[0]) if older else {}
    return tuple(name for name, digest in now.items() if before.get(name) != digest)


def _whole(summary: Mapping[str, Any], way: Return) -> dict[str, Any]:
    how = {"return": way.way.value, "why": way.why, "withData": way.data}
    return {**summary, **how, "returning": list(way.services)}


def _row(summary: Mapping[str, Any], way: Return, services: tuple[str, ...]) -> tuple[str, ...]:
    schema = summary.get("schema") or {}
    images = [image(name, summary["services"][name]["image"]) for name in services]
    what = ", ".join(images) if len(images) < 4 else f"{len(images)} services"
    why = way.why or summary.get("reason", "")
    who = summary.get("who", "")
    cells = (summary["id"], summary["time"], summary["revision"], who, what)
    how = "with data" if way.data else way.way.value
    return (*map(str, cells), str(schema.get("revision", "")), how, why)


def image(service: str, reference: str) -> str:
    """Return a service's image in short: its tag when it is our image of that name."""
    ours = f"{PROJECT}/{service}:"
    return (
        reference.removeprefix(f"{PROJECT}/")
        if reference.startswith(ours)
        else (f"{service} {reference}")
    )
