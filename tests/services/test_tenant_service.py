"""Tenants, their members and invitations, quotas and suspension."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from pyairtable_shared.suspension import SUSPENDED

from .people import PASSWORD, Person, join, register, sign_in
from .surroundings import Surroundings


def admin_of_the_platform(person: Person) -> Person:
    return Person(person.id, person.email, person.tenant_id, role="admin")


async def invited(tenants: httpx.AsyncClient, by: Person, who: Person, **more: Any) -> str:
    url = f"/tenants/{by.tenant_id}/invitations"
    answer = await tenants.post(url, json={"email": who.email, **more}, headers=by.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


async def accepted(tenants: httpx.AsyncClient, who: Person, token: str) -> httpx.Response:
    return await tenants.post(
        "/tenants/invitations/accept", json={"token": token}, headers=who.headers
    )


async def test_one_sees_the_own_tenant_only(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    one, other = await register(auth, tenant_name="One"), await register(auth)
    listed = (await tenants.get("/tenants", headers=one.headers)).json()
    assert [(each["id"], each["name"]) for each in listed["tenants"]] == [(one.tenant_id, "One")]
    found = await tenants.get(f"/tenants/{other.tenant_id}", headers=one.headers)
    assert found.status_code == 404


async def test_owners_change_the_name_and_the_platforms_admins_the_plan(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/tenants/{owner.tenant_id}"
    renamed = await tenants.put(url, json={"name": "Birds & Co"}, headers=owner.headers)
    assert (renamed.json()["name"], renamed.json()["plan"]) == ("Birds & Co", "free")
    refused = await tenants.put(url, json={"plan": "team"}, headers=owner.headers)
    assert refused.status_code == 403
    admin = admin_of_the_platform(await register(auth))
    changed = await tenants.put(url, json={"plan": "team"}, headers=admin.headers)
    assert (changed.json()["name"], changed.json()["quotas"]["members"]) == ("Birds & Co", 50)


async def test_the_platforms_admins_make_tenants_and_others_do_not(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    person = await register(auth)
    body = {"name": "New", "plan": "business"}
    assert (await tenants.post("/tenants", json=body, headers=person.headers)).status_code == 403
    admin = admin_of_the_platform(person)
    made = await tenants.post("/tenants", json=body, headers=admin.headers)
    assert (made.status_code, made.json()["quotas"]["workspaces"]) == (201, None)


async def test_an_invitation_brings_a_user_into_the_tenant(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    owner, guest = await register(auth), await register(auth)
    token = await invited(tenants, owner, guest, role="admin")
    joined = await accepted(tenants, guest, token)
    assert joined.json() == {"tenant_id": owner.tenant_id}, joined.text
    again = await sign_in(auth, guest)
    told = await auth.post(
        "/auth/validate", headers={"Authorization": f"Bearer {again['access_token']}"}
    )
    assert told.json()["tenant_id"] == owner.tenant_id
    members = await tenants.get(f"/tenants/{owner.tenant_id}/members", headers=owner.headers)
    assert {each["email"]: each["role"] for each in members.json()["members"]} == {
        owner.email: "owner",
        guest.email: "admin",
    }
    assert (await accepted(tenants, guest, token)).status_code == 404
    admin = admin_of_the_platform(owner)
    left = await tenants.get(f"/tenants/{guest.tenant_id}", headers=admin.headers)
    assert left.status_code == 404


async def test_an_invitation_is_for_one_address_and_a_time(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, guest, thief = [await register(auth) for _ in range(3)]
    token = await invited(tenants, owner, guest)
    stolen = await accepted(tenants, thief, token)
    assert (stolen.status_code, stolen.json()["error"]["code"]) == (403, "other_email")
    with surroundings.superuser() as link:
        link.execute("UPDATE tenants.invitations SET expires_at = now() - interval '1 second'")
    late = await accepted(tenants, guest, token)
    assert (late.status_code, late.json()["error"]["code"]) == (410, "expired")


async def test_an_invitation_is_shown_without_its_token_and_can_be_taken_back(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    owner, guest = await register(auth), await register(auth)
    token = await invited(tenants, owner, guest)
    url = f"/tenants/{owner.tenant_id}/invitations"
    listed = await tenants.get(url, headers=owner.headers)
    assert token not in listed.text
    invitation = listed.json()["invitations"][0]["id"]
    gone = await tenants.delete(f"{url}/{invitation}", headers=owner.headers)
    assert gone.status_code == 204
    assert (await accepted(tenants, guest, token)).status_code == 404


async def test_whoever_is_the_last_owner_of_others_cannot_leave_them(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, guest = await register(auth), await register(auth)
    join(surroundings, await register(auth), guest.tenant_id, "member")
    refused = await accepted(tenants, guest, await invited(tenants, owner, guest))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "last_owner")


async def test_a_plan_limits_the_members(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    url = f"/tenants/{owner.tenant_id}/invitations"
    statuses = []
    for number in range(5):
        body = {"email": f"guest-{number}@example.com"}
        statuses.append((await tenants.post(url, json=body, headers=owner.headers)).status_code)
    assert statuses == [201] * 4 + [403]
    used = (await tenants.get(f"/tenants/{owner.tenant_id}/usage", headers=owner.headers)).json()
    assert used["members"] == {"used": 1, "limit": 5}
    assert used["workspaces"] == {"used": 0, "limit": 10}
    assert used["airtable_calls_today"] == {"used": 0, "limit": 10000}


async def test_a_member_that_is_taken_out_has_a_tenant_of_their_own(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner = await register(auth)
    member = join(surroundings, await register(auth), owner.tenant_id, "member")
    url = f"/tenants/{owner.tenant_id}/members"
    assert (await tenants.delete(f"{url}/{owner.id}", headers=member.headers)).status_code == 403
    assert (await tenants.delete(f"{url}/{owner.id}", headers=owner.headers)).status_code == 409
    assert (await tenants.delete(f"{url}/{member.id}", headers=owner.headers)).status_code == 204
    tokens = await sign_in(auth, member)
    told = await auth.post(
        "/auth/validate", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert told.json()["tenant_id"] not in (owner.tenant_id, "")


async def test_roles_are_changed_by_those_above(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner = await register(auth)
    admin, member = [
        join(surroundings, await register(auth), owner.tenant_id, role)
        for role in ("admin", "member")
    ]
    url = f"/tenants/{owner.tenant_id}/members"
    for by, whom, role, status in (
        (member, member, "admin", 403),
        (admin, member, "owner", 403),
        (admin, owner, "member", 403),
        (owner, owner, "member", 409),
        (admin, member, "admin", 200),
        (owner, admin, "owner", 200),
        (admin, owner, "member", 200),
    ):
        body = {"role": role}
        answer = await tenants.put(f"{url}/{whom.id}", json=body, headers=by.headers)
        assert answer.status_code == status, (by, whom, role, answer.text)


async def test_a_suspended_tenant_is_shut_out_until_it_is_resumed(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person, admin = await register(auth), admin_of_the_platform(await register(auth))
    tokens = await sign_in(auth, person)
    url = f"/tenants/{person.tenant_id}"
    assert (await tenants.post(f"{url}/suspend", headers=person.headers)).status_code == 403
    suspended = await tenants.post(f"{url}/suspend", headers=admin.headers)
    assert suspended.json()["status"] == "suspended"
    with surroundings.redis_admin() as redis:
        assert redis.sismember(SUSPENDED, person.tenant_id)
        redis.delete(SUSPENDED)
        await asyncio.sleep(1.2)
        assert redis.sismember(SUSPENDED, person.tenant_id)
    credentials = {"email": person.email, "password": PASSWORD}
    login = await auth.post("/auth/login", json=credentials)
    assert (login.status_code, login.json()["error"]["code"]) == (403, "tenant_suspended")
    refresh = {"refresh_token": tokens["refresh_token"]}
    assert (await auth.post("/auth/refresh", json=refresh)).status_code == 403
    await tenants.post(f"{url}/resume", headers=admin.headers)
    assert (await auth.post("/auth/login", json=credentials)).status_code == 200


async def test_a_tenant_is_removed_with_all_that_is_its_own(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner = await register(auth)
    made = await workspaces.post("/workspaces", json={"name": "w"}, headers=owner.headers)
    assert made.status_code == 201
    url = f"/tenants/{owner.tenant_id}"
    assert (await tenants.delete(url, headers=owner.headers)).status_code == 204
    credentials = {"email": owner.email, "password": PASSWORD}
    assert (await auth.post("/auth/login", json=credentials)).status_code == 401


@pytest.mark.parametrize("token", ["", "short", "x" * 101, "not a token with blanks"])
async def test_what_is_no_token_is_refused(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, token: str
) -> None:
    assert (await accepted(tenants, await register(auth), token)).status_code == 422
