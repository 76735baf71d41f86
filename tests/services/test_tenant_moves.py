"""Users who change their tenant: what they take along, leave behind and lose."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from .people import Person, bearer, join, register, sign_in
from .surroundings import Surroundings


def admin_of_the_platform(person: Person) -> Person:
    return Person(person.id, person.email, person.tenant_id, role="admin")


async def invite(
    tenants: httpx.AsyncClient, by: Person, who: Person, tenant: str = "", role: str = "member"
) -> httpx.Response:
    url = f"/tenants/{tenant or by.tenant_id}/invitations"
    body = {"email": who.email, "role": role}
    return await tenants.post(url, json=body, headers=by.headers)


async def accept(
    tenants: httpx.AsyncClient, who: Person, invitation: httpx.Response
) -> httpx.Response:
    body = {"token": invitation.json()["token"]}
    return await tenants.post("/tenants/invitations/accept", json=body, headers=who.headers)


async def tenant_of(auth: httpx.AsyncClient, tokens: dict[str, Any]) -> str | None:
    """The tenant of an access token, None when the token does not count."""
    told = await auth.post("/auth/validate", headers=bearer(tokens))
    return str(told.json()["tenant_id"]) if told.status_code == 200 else None


async def refreshed(auth: httpx.AsyncClient, tokens: dict[str, Any]) -> dict[str, Any]:
    answer = await auth.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 200, answer.text
    renewed: dict[str, Any] = answer.json()
    return renewed


async def test_who_joins_another_tenant_goes_on_there_with_the_same_sign_in(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    owner, guest = await register(auth), await register(auth)
    tokens = await sign_in(auth, guest)
    joined = await accept(tenants, guest, await invite(tenants, owner, guest))
    assert joined.status_code == 200, joined.text
    assert await tenant_of(auth, tokens) is None
    assert await tenant_of(auth, await refreshed(auth, tokens)) == owner.tenant_id


async def test_who_is_taken_out_keeps_no_token_of_the_tenant(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner = await register(auth)
    member = join(surroundings, await register(auth), owner.tenant_id, "member")
    tokens = await sign_in(auth, member)
    url = f"/tenants/{owner.tenant_id}/members/{member.id}"
    assert (await tenants.delete(url, headers=owner.headers)).status_code == 204
    assert await tenant_of(auth, tokens) is None
    assert await tenant_of(auth, await refreshed(auth, tokens)) not in (None, owner.tenant_id)


async def test_a_token_of_a_tenant_that_one_has_left_opens_nothing_there(
    auth: httpx.AsyncClient,
    tenants: httpx.AsyncClient,
    workspaces: httpx.AsyncClient,
    surroundings: Surroundings,
) -> None:
    owner = await register(auth)
    member = join(surroundings, await register(auth), owner.tenant_id, "admin")
    made = await workspaces.post("/workspaces", json={"name": "w"}, headers=member.headers)
    workspace = f"/workspaces/{made.json()['id']}"
    url = f"/tenants/{owner.tenant_id}"
    left = await tenants.delete(f"{url}/members/{member.id}", headers=member.headers)
    assert left.status_code == 204
    # As the gateway would say it of a token that was made before.
    old = member.headers
    for client, path in ((workspaces, workspace), (tenants, url), (tenants, f"{url}/members")):
        assert (await client.get(path, headers=old)).status_code == 404
    for client, path in ((workspaces, "/workspaces"), (tenants, "/tenants")):
        assert (await client.get(path, headers=old)).json()["total"] == 0
    refused = await workspaces.post("/workspaces", json={"name": "x"}, headers=old)
    assert refused.status_code == 403


async def test_what_was_made_in_a_tenant_stays_when_its_only_user_joins_another(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, workspaces: httpx.AsyncClient
) -> None:
    owner, guest = await register(auth), await register(auth)
    made = await workspaces.post("/workspaces", json={"name": "w"}, headers=guest.headers)
    assert made.status_code == 201
    joined = await accept(tenants, guest, await invite(tenants, owner, guest))
    assert joined.status_code == 200, joined.text
    admin = admin_of_the_platform(owner)
    url = f"/tenants/{guest.tenant_id}"
    usage = (await tenants.get(f"{url}/usage", headers=admin.headers)).json()
    assert (usage["workspaces"]["used"], usage["members"]["used"]) == (1, 0)
    back = await invite(tenants, admin, guest, guest.tenant_id, "owner")
    assert back.status_code == 201, back.text
    moved = Person(guest.id, guest.email, owner.tenant_id)
    assert (await accept(tenants, moved, back)).json() == {"tenant_id": guest.tenant_id}
    found = await workspaces.get("/workspaces", headers=guest.headers)
    assert [each["name"] for each in found.json()["workspaces"]] == ["w"]


async def test_only_owners_invite_owners(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, guest = await register(auth), await register(auth)
    admin = join(surroundings, await register(auth), owner.tenant_id, "admin")
    member = join(surroundings, await register(auth), owner.tenant_id, "member")
    for by, role, status in (
        (member, "member", 403),
        (admin, "owner", 403),
        (admin, "admin", 201),
        (owner, "owner", 201),
    ):
        assert (await invite(tenants, by, guest, role=role)).status_code == status
    known = await invite(tenants, owner, member)
    assert (known.status_code, known.json()["error"]["code"]) == (409, "already_member")


async def test_a_tenant_that_the_platform_made_gets_its_owner_by_invitation(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    admin, guest = admin_of_the_platform(await register(auth)), await register(auth)
    made = await tenants.post("/tenants", json={"name": "New"}, headers=admin.headers)
    tenant = made.json()["id"]
    await accept(tenants, guest, await invite(tenants, admin, guest, tenant, "owner"))
    moved = Person(guest.id, guest.email, tenant)
    members = await tenants.get(f"/tenants/{tenant}/members", headers=moved.headers)
    assert [each["role"] for each in members.json()["members"]] == ["owner"]


async def test_no_more_join_than_the_plan_allows_even_at_once(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient
) -> None:
    owner, admin = await register(auth), admin_of_the_platform(await register(auth))
    url = f"/tenants/{owner.tenant_id}"
    await tenants.put(url, json={"plan": "team"}, headers=admin.headers)
    guests = [await register(auth) for _ in range(7)]
    invitations = [await invite(tenants, owner, guest) for guest in guests]
    await tenants.put(url, json={"plan": "free"}, headers=admin.headers)
    answers = await asyncio.gather(
        *(accept(tenants, *each) for each in zip(guests, invitations, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [403] * 3
    codes = {a.json()["error"]["code"] for a in answers if a.status_code == 403}
    assert codes == {"quota_exceeded"}


async def test_two_owners_who_step_down_at_once_leave_one(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    for _ in range(3):
        one = await register(auth)
        two = join(surroundings, await register(auth), one.tenant_id, "owner")
        url = f"/tenants/{one.tenant_id}/members"
        answers = await asyncio.gather(
            tenants.put(f"{url}/{one.id}", json={"role": "member"}, headers=one.headers),
            tenants.delete(f"{url}/{two.id}", headers=two.headers),
        )
        assert {answer.status_code for answer in answers} in ({200, 409}, {204, 409})


async def test_two_who_accept_each_others_invitation_at_once_both_arrive(
    auth: httpx.AsyncClient, tenants: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    for _ in range(3):
        one, two = await register(auth), await register(auth)
        for each in (one, two):
            join(surroundings, await register(auth), each.tenant_id, "owner")
        to_two, to_one = await invite(tenants, one, two), await invite(tenants, two, one)
        answers = await asyncio.gather(accept(tenants, two, to_two), accept(tenants, one, to_one))
        assert [answer.json() for answer in answers] == [
            {"tenant_id": one.tenant_id},
            {"tenant_id": two.tenant_id},
        ]
