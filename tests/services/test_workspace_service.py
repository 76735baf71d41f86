"""Workspaces, who may do what in them, and what the audit log tells of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from .people import Person, join, register
from .surroundings import Surroundings

BASE = "app0123456789ABCD"


async def made(workspaces: httpx.AsyncClient, by: Person, **more: Any) -> str:
    body = {"name": "Research", **more}
    answer = await workspaces.post("/workspaces", json=body, headers=by.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def colleagues(
    auth: httpx.AsyncClient, surroundings: Surroundings, count: int
) -> list[Person]:
    """An owner of a tenant and so many plain members of it."""
    owner = await register(auth)
    others = [await register(auth) for _ in range(count)]
    return [owner, *(join(surroundings, each, owner.tenant_id, "member") for each in others)]


async def added(
    workspaces: httpx.AsyncClient, by: Person, workspace: str, who: Person, role: str
) -> None:
    body = {"email": who.email, "role": role}
    url = f"/workspaces/{workspace}/members"
    answer = await workspaces.post(url, json=body, headers=by.headers)
    assert answer.status_code == 201, answer.text


async def test_a_workspace_is_made_changed_found_and_removed(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    workspace = await made(workspaces, owner, description="About birds")
    url = f"/workspaces/{workspace}"
    found = (await workspaces.get(url, headers=owner.headers)).json()
    assert (found["name"], found["description"], found["role"]) == (
        "Research",
        "About birds",
        "owner",
    )
    changed = await workspaces.put(url, json={"name": "100% birds"}, headers=owner.headers)
    assert (changed.json()["name"], changed.json()["description"]) == ("100% birds", None)
    for text, total in (("100%", 1), ("100_", 0), ("BIRDS", 1)):
        page = await workspaces.get("/workspaces", params={"search": text}, headers=owner.headers)
        assert page.json()["total"] == total
    assert (await workspaces.delete(url, headers=owner.headers)).status_code == 204
    assert (await workspaces.get(url, headers=owner.headers)).status_code == 404


async def test_a_client_that_has_the_present_version_is_told_so(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/workspaces/{await made(workspaces, owner)}"
    tag = (await workspaces.get(url, headers=owner.headers)).headers["ETag"]
    again = {**owner.headers, "If-None-Match": tag}
    assert (await workspaces.get(url, headers=again)).status_code == 304
    await workspaces.put(url, json={"name": "Other"}, headers=owner.headers)
    assert (await workspaces.get(url, headers=again)).status_code == 200


@pytest.mark.parametrize(
    ("role", "reads", "writes", "manages"),
    [
        (None, 404, 404, 404),
        ("viewer", 200, 403, 403),
        ("editor", 200, 201, 403),
        ("owner", 200, 201, 201),
    ],
)
async def test_a_role_decides_what_one_may_do(
    auth: httpx.AsyncClient,
    workspaces: httpx.AsyncClient,
    surroundings: Surroundings,
    role: str | None,
    reads: int,
    writes: int,
    manages: int,
) -> None:
    owner, who, other = await colleagues(auth, surroundings, 2)
    workspace = await made(workspaces, owner)
    if role is not None:
        await added(workspaces, owner, workspace, who, role)
    url = f"/workspaces/{workspace}"
    assert (await workspaces.get(url, headers=who.headers)).status_code == reads
    project = {"json": {"name": "p"}, "headers": who.headers}
    assert (await workspaces.post(f"{url}/projects", **project)).status_code == writes
    member = {"json": {"user_id": other.id}, "headers": who.headers}
    assert (await workspaces.post(f"{url}/members", **member)).status_code == manages
    listed = (await workspaces.get("/workspaces", headers=who.headers)).json()["total"]
    assert listed == (0 if role is None else 1)


async def test_an_admin_of_the_tenant_may_do_everything_in_its_workspaces(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, who = await colleagues(auth, surroundings, 1)
    workspace = await made(workspaces, who)
    url = f"/workspaces/{workspace}"
    assert (await workspaces.get(url, headers=owner.headers)).json()["role"] == "owner"
    assert (await workspaces.delete(url, headers=owner.headers)).status_code == 204


async def test_only_users_of_the_tenant_become_members_and_only_once(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, who = await colleagues(auth, surroundings, 1)
    stranger = await register(auth)
    url = f"/workspaces/{await made(workspaces, owner)}/members"
    for body, status in (
        ({"email": stranger.email}, 404),
        ({"user_id": stranger.id}, 404),
        ({"user_id": str(uuid4())}, 404),
        ({"user_id": who.id}, 201),
        ({"email": who.email.upper()}, 409),
        ({}, 422),
        ({"user_id": who.id, "email": who.email}, 422),
        ({"user_id": who.id, "role": "king"}, 422),
    ):
        assert (await workspaces.post(url, json=body, headers=owner.headers)).status_code == status


async def test_a_workspace_keeps_its_last_owner(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, who = await colleagues(auth, surroundings, 1)
    workspace = await made(workspaces, owner)
    url = f"/workspaces/{workspace}/members"
    down = {"json": {"role": "viewer"}, "headers": owner.headers}
    refused = await workspaces.put(f"{url}/{owner.id}", **down)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "last_owner")
    left = await workspaces.delete(f"{url}/{owner.id}", headers=owner.headers)
    assert left.status_code == 409
    await added(workspaces, owner, workspace, who, "owner")
    assert (await workspaces.put(f"{url}/{owner.id}", **down)).status_code == 200
    gone = await workspaces.delete(f"{url}/{owner.id}", headers=owner.headers)
    assert gone.status_code == 204


async def test_projects_hold_airtable_bases(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/workspaces/{await made(workspaces, owner)}/projects"
    project = (await workspaces.post(url, json={"name": "p"}, headers=owner.headers)).json()
    bases = f"{url}/{project['id']}/bases"
    body = {"base_id": BASE, "name": "Birds"}
    linked = await workspaces.post(bases, json=body, headers=owner.headers)
    assert [each["base_id"] for each in linked.json()["bases"]] == [BASE]
    assert (await workspaces.post(bases, json=body, headers=owner.headers)).status_code == 409
    wrong = {"base_id": "tbl123", "name": "x"}
    assert (await workspaces.post(bases, json=wrong, headers=owner.headers)).status_code == 422
    assert (await workspaces.delete(f"{bases}/{BASE}", headers=owner.headers)).status_code == 204
    assert (await workspaces.delete(f"{bases}/{BASE}", headers=owner.headers)).status_code == 404
    listed = (await workspaces.get(url, headers=owner.headers)).json()["projects"]
    assert [each["bases"] for each in listed] == [[]]


async def test_every_write_is_in_the_audit_log_with_before_and_after(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, who = await colleagues(auth, surroundings, 1)
    workspace = await made(workspaces, owner)
    url = f"/workspaces/{workspace}"
    await workspaces.put(url, json={"name": "Renamed"}, headers=owner.headers)
    await added(workspaces, owner, workspace, who, "editor")
    project = (
        await workspaces.post(f"{url}/projects", json={"name": "p"}, headers=who.headers)
    ).json()
    await workspaces.delete(f"{url}/projects/{project['id']}", headers=who.headers)
    log = (await workspaces.get(f"{url}/audit", headers=owner.headers)).json()
    told = [(e["user_id"], e["action"], e["entity"]) for e in reversed(log["entries"])]
    assert told == [
        (owner.id, "create", "workspace"),
        (owner.id, "update", "workspace"),
        (owner.id, "create", "member"),
        (who.id, "create", "project"),
        (who.id, "delete", "project"),
    ]
    renamed = log["entries"][3]
    assert (renamed["before"]["name"], renamed["after"]["name"]) == ("Research", "Renamed")
    assert (await workspaces.get(f"{url}/audit", headers=who.headers)).status_code == 403


async def test_a_plan_limits_the_workspaces(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    for number in range(10):
        await made(workspaces, owner, name=f"w{number}")
    refused = await workspaces.post("/workspaces", json={"name": "x"}, headers=owner.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "quota_exceeded")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "x" * 201, None])
async def test_a_name_is_one_line_of_at_most_200_characters(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient, name: str | None
) -> None:
    owner = await register(auth)
    answer = await workspaces.post("/workspaces", json={"name": name}, headers=owner.headers)
    assert answer.status_code == 422
