"""platformctl diff."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from plan.container import CONTAINER

from ..differences import differences
from ..options import Json, Stack
from ..output import Table, show, show_json
from ..project import find
from ..records import records

Release = Annotated[str, typer.Argument(metavar="RELEASE", help="As `releases` lists it.")]
HEADERS = ("what", "key", "first", "second")


def diff(first: Release, second: Release, stack: Stack = None, as_json: Json = False) -> None:
    """Show what differs between two releases: images, settings, stores, schema."""
    known = records(find(stack))

    def whole(wanted: str) -> dict[str, Any]:
        summary = known.find(wanted)
        return {
            **{
                name: CONTAINER.dump_python(known.container(each["digest"]), mode="json")
                for name, each in summary["services"].items()
            },
            "stores": summary.get("stores") or {},
            "schema": {"image": summary["schemaImage"], **(summary.get("schema") or {})},
        }

    found = differences(whole(first), whole(second))
    if as_json:
        show_json([dict(zip(HEADERS, each, strict=True)) for each in found])
    elif found:
        show(Table(HEADERS, [tuple(map(_shown, each)) for each in found]))
    else:
        print("They run the same.")


def _shown(value: object) -> str:
    return "" if value is None else str(value)
