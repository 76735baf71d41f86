"""What can be asked of the services that keep rows of tenants: the table of the isolation test.

To bring another service in, add its operations to OPERATIONS, and to `seed` in tenancy_world
what they need to find. test_tenancy_property then asks for the routes that are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WORKSPACES, TENANTS = "workspace-service", "tenant-service"
SERVICES = (WORKSPACES, TENANTS)

# An address or a field may have the id of a thing of any tenant: {user}, {email}, {tenant},
# {workspace}, {project}, {base}, {invitation}, {token}. {name} has the asking tenant's mark,
# {fresh} is different each time, and {linkable} an Airtable base of the form that is wanted.
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One route. status: what an owner is answered about things of the own tenant.

    makes: the kind of thing that a success makes, with the field of the answer that has its id.
    """

    service: str
    method: str
    path: str
    status: int = 200
    body: Body | None = None
    makes: tuple[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _workspaces() -> tuple[Operation, ...]:
    one, named = "/workspaces/{workspace}", {"name": "{name}", "description": "{name}"}
    project, member = f"{one}/projects/{{project}}", f"{one}/members/{{user}}"
    wanted = (
        ("GET", "/workspaces", 200, None, None),
        ("POST", "/workspaces", 201, named, ("workspace", "id")),
        ("GET", one, 200, None, None),
        ("PUT", one, 200, named, None),
        ("GET", f"{one}/audit", 200, None, None),
        ("GET", f"{one}/members", 200, None, None),
        ("POST", f"{one}/members", 409, {"user_id": "{user}", "role": "editor"}, None),
        ("POST", f"{one}/members", 409, {"email": "{email}", "role": "editor"}, None),
        ("PUT", member, 200, {"role": "editor"}, None),
        ("GET", f"{one}/projects", 200, None, None),
        ("POST", f"{one}/projects", 201, named, ("project", "id")),
        ("GET", project, 200, None, None),
        ("PUT", project, 200, named, None),
        ("GET", f"{project}/bases", 200, None, None),
        ("POST", f"{project}/bases", 201, {"base_id": "{linkable}", "name": "{name}"}, None),
        ("DELETE", f"{project}/bases/{{base}}", 204, None, None),
        ("DELETE", project, 204, None, None),
        ("DELETE", member, 204, None, None),
        ("DELETE", one, 204, None, None),
    )
    return tuple(_operation(WORKSPACES, *each) for each in wanted)


def _tenants() -> tuple[Operation, ...]:
    one, member = "/tenants/{tenant}", "/tenants/{tenant}/members/{user}"
    guest = {"email": "{fresh}@example.com", "role": "admin"}
    wanted = (
        ("GET", "/tenants", 200, None, None),
        ("POST", "/tenants", 403, {"name": "{name}"}, None),
        ("GET", one, 200, None, None),
        ("PUT", one, 200, {"name": "{name}"}, None),
        ("GET", f"{one}/usage", 200, None, None),
        ("POST", f"{one}/suspend", 403, None, None),
        ("POST", f"{one}/resume", 403, None, None),
        ("GET", f"{one}/members", 200, None, None),
        ("PUT", member, 200, {"role": "admin"}, None),
        ("GET", f"{one}/invitations", 200, None, None),
        ("POST", f"{one}/invitations", 201, guest, ("invitation", "id")),
        ("DELETE", f"{one}/invitations/{{invitation}}", 204, None, None),
        # It is for another address.
        ("POST", "/tenants/invitations/accept", 403, {"token": "{token}"}, None),
        ("DELETE", member, 204, None, None),
        ("DELETE", one, 204, None, None),
    )
    return tuple(_operation(TENANTS, *each) for each in wanted)


def _operation(
    service: str,
    method: str,
    path: str,
    status: int,
    body: Body | None,
    makes: tuple[str, str] | None,
) -> Operation:
    return Operation(service, method, path, status, body, makes)


OPERATIONS = (*_workspaces(), *_tenants())
