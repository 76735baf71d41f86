"""What can be asked of a service that keeps rows of tenants: one row of tenancy_table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# An address or a field may have the id of a thing of any tenant: {user}, {email}, {tenant},
# {workspace}, {project}, {base}, {invitation}, {token}, {file}, {workflow}, {execution},
# {session}, {key_id}, {event}, {metric}. {name} has the asking tenant's mark, {fresh} is
# different each time, {linkable} is an Airtable base of the form that is wanted. Who shows a
# secret is its owner, so {hook}, {key} and {refresh} are always the asking tenant's.
Body = Mapping[str, Any]
Row = tuple[str, str, int, Body | None, Mapping[str, str]]
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Operation:
    """One route. status: what an owner is answered about things of the own tenant.

    makes: the kinds of things that a success makes, with the answer's field that has the id.
    upload: whether it is sent a file. foreign: what it answers to the id of another's thing;
    it must be what it answers to an id that exists nowhere, but where the id is a secret.
    """

    service: str
    method: str
    path: str
    status: int = 200
    body: Body | None = None
    makes: Mapping[str, str] = field(default_factory=dict)
    upload: bool = False
    foreign: tuple[int, ...] = (403, 404)
    secret: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def of(service: str, wanted: Sequence[Row]) -> tuple[Operation, ...]:
    """Return the operations of a service."""
    return tuple(Operation(service, *each) for each in wanted)
