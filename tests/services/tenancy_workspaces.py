"""What can be asked of workspace-service."""

from __future__ import annotations

from .tenancy_operations import NOTHING, Operation, Row, of

WORKSPACES = "workspace-service"


def workspaces() -> tuple[Operation, ...]:
    """Return its operations."""
    one, named = "/workspaces/{workspace}", {"name": "{name}", "description": "{name}"}
    project, member = f"{one}/projects/{{project}}", f"{one}/members/{{user}}"
    wanted: list[Row] = [
        ("GET", "/workspaces", 200, None, NOTHING),
        ("POST", "/workspaces", 201, named, {"workspace": "id"}),
        ("GET", one, 200, None, NOTHING),
        ("PUT", one, 200, named, NOTHING),
        ("GET", f"{one}/audit", 200, None, NOTHING),
        ("GET", f"{one}/members", 200, None, NOTHING),
        ("POST", f"{one}/members", 409, {"user_id": "{user}", "role": "editor"}, NOTHING),
        ("POST", f"{one}/members", 409, {"email": "{email}", "role": "editor"}, NOTHING),
        ("PUT", member, 200, {"role": "editor"}, NOTHING),
        ("GET", f"{one}/projects", 200, None, NOTHING),
        ("POST", f"{one}/projects", 201, named, {"project": "id"}),
        ("GET", project, 200, None, NOTHING),
        ("PUT", project, 200, named, NOTHING),
        ("GET", f"{project}/bases", 200, None, NOTHING),
        ("POST", f"{project}/bases", 201, {"base_id": "{linkable}", "name": "{name}"}, NOTHING),
        ("DELETE", f"{project}/bases/{{base}}", 204, None, NOTHING),
        ("DELETE", project, 204, None, NOTHING),
        ("DELETE", member, 204, None, NOTHING),
        ("DELETE", one, 204, None, NOTHING),
    ]
    return of(WORKSPACES, wanted)
