"""Workspaces that several people change at the same time, and what the audit log says of it."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import httpx

from .people import Person, join, register
from .surroundings import Surroundings


async def made(workspaces: httpx.AsyncClient, by: Person, path: str, **body: str) -> dict[str, Any]:
    answer = await workspaces.post(path, json=body, headers=by.headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def audit(workspaces: httpx.AsyncClient, by: Person, url: str) -> list[dict[str, Any]]:
    """All entries, oldest first."""
    answer = await workspaces.get(f"{url}/audit", params={"page_size": 100}, headers=by.headers)
    assert answer.status_code == 200, answer.text
    return list(reversed(answer.json()["entries"]))


async def test_no_more_workspaces_are_made_than_the_plan_allows_even_at_once(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    answers = await asyncio.gather(
        *(
            workspaces.post("/workspaces", json={"name": f"w{each}"}, headers=owner.headers)
            for each in range(14)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [403] * 4


async def test_two_owners_who_step_down_at_once_leave_one(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    one = await register(auth)
    two = join(surroundings, await register(auth), one.tenant_id, "member")
    for _ in range(3):
        url = f"/workspaces/{(await made(workspaces, one, '/workspaces', name='w'))['id']}/members"
        await made(workspaces, one, url, user_id=two.id, role="owner")
        answers = await asyncio.gather(
            workspaces.put(f"{url}/{one.id}", json={"role": "viewer"}, headers=one.headers),
            workspaces.delete(f"{url}/{two.id}", headers=two.headers),
        )
        assert {answer.status_code for answer in answers} in ({200, 409}, {204, 409})


async def test_the_audit_log_tells_what_was_before_even_of_writes_at_once(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/workspaces/{(await made(workspaces, owner, '/workspaces', name='w'))['id']}"
    await asyncio.gather(
        *(
            workspaces.put(url, json={"name": f"n{each}"}, headers=owner.headers)
            for each in range(8)
        )
    )
    log = await audit(workspaces, owner, url)
    assert len(log) == 9
    for earlier, later in itertools.pairwise(log):
        assert later["before"]["name"] == earlier["after"]["name"]


async def test_a_write_that_fails_is_not_in_the_audit_log(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/workspaces/{(await made(workspaces, owner, '/workspaces', name='w'))['id']}"
    project = f"{url}/projects/{(await made(workspaces, owner, f'{url}/projects', name='p'))['id']}"
    base = {"base_id": "app0123456789ABCD", "name": "Birds"}
    await made(workspaces, owner, f"{project}/bases", **base)
    again = await workspaces.post(f"{project}/bases", json=base, headers=owner.headers)
    assert again.status_code == 409
    refused = await workspaces.delete(f"{url}/members/{owner.id}", headers=owner.headers)
    assert refused.status_code == 409
    told = [(each["action"], each["entity"]) for each in await audit(workspaces, owner, url)]
    assert told == [("create", "workspace"), ("create", "project"), ("create", "base")]


async def test_links_to_bases_are_listed_and_in_the_audit_log(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/workspaces/{(await made(workspaces, owner, '/workspaces', name='w'))['id']}"
    project = (await made(workspaces, owner, f"{url}/projects", name="p"))["id"]
    bases = f"{url}/projects/{project}/bases"
    base = "app0123456789ABCD"
    await made(workspaces, owner, bases, base_id=base, name="Birds")
    listed = await workspaces.get(bases, headers=owner.headers)
    assert [(each["base_id"], each["name"]) for each in listed.json()["bases"]] == [(base, "Birds")]
    known = {**owner.headers, "If-None-Match": listed.headers["ETag"]}
    assert (await workspaces.get(bases, headers=known)).status_code == 304
    await workspaces.delete(f"{bases}/{base}", headers=owner.headers)
    link = {"project_id": project, "base_id": base, "name": "Birds"}
    told = [
        (each["action"], each["entity_id"], each["before"], each["after"])
        for each in await audit(workspaces, owner, url)
        if each["entity"] == "base"
    ]
    assert told == [("create", base, None, link), ("delete", base, link, None)]


async def test_a_project_is_found_in_its_own_workspace_only(
    auth: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    one, two = [
        f"/workspaces/{(await made(workspaces, owner, '/workspaces', name='w'))['id']}"
        for _ in range(2)
    ]
    project = (await made(workspaces, owner, f"{one}/projects", name="p"))["id"]
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "", {"name": "x"}),
        ("GET", "/bases", None),
        ("POST", "/bases", {"base_id": "app0123456789ABCD", "name": "x"}),
        ("DELETE", "", None),
    ):
        url = f"{two}/projects/{project}{path}"
        answer = await workspaces.request(method, url, json=body, headers=owner.headers)
        assert answer.status_code == 404
    found = await workspaces.get(f"{one}/projects/{project}", headers=owner.headers)
    assert (found.json()["name"], found.json()["bases"]) == ("p", [])
