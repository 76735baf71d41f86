"""user-service: profiles, lists, removal."""

from __future__ import annotations

import httpx
import pytest

from .people import Person, join, register
from .surroundings import Surroundings

FIELDS = {
    "id", "user_id", "email", "first_name", "last_name", "display_name", "avatar_url", "bio",
    "preferences", "tenant_id", "role", "created_at", "updated_at",
}  # fmt: skip


async def _tenant(
    auth: httpx.AsyncClient, surroundings: Surroundings, *roles: str
) -> tuple[Person, ...]:
    """An owner, and one more user of the same tenant for each role."""
    owner = await register(auth)
    others = [await register(auth) for _ in roles]
    joined = [
        join(surroundings, other, owner.tenant_id, role)
        for other, role in zip(others, roles, strict=True)
    ]
    return (owner, *joined)


async def test_a_new_user_finds_its_profile(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth, first_name="Ada")
    answer = await users.get("/users/me", headers=person.headers)
    assert answer.status_code == 200
    profile = answer.json()
    assert set(profile) == FIELDS
    assert (profile["user_id"], profile["email"]) == (person.id, person.email)
    assert (profile["first_name"], profile["preferences"]) == ("Ada", {})


async def test_a_change_is_kept_and_seen(auth: httpx.AsyncClient, users: httpx.AsyncClient) -> None:
    person = await register(auth, first_name="Ada", last_name="Byron")
    before = (await users.get("/users/me", headers=person.headers)).json()
    changes = {
        "last_name": "Lovelace",
        "display_name": "Countess 👑",
        "avatar_url": "https://example.com/a.png",
        "bio": None,
        "preferences": {"theme": {"dark": True}, "rows": [1, 2]},
    }
    changed = await users.put("/users/me", headers=person.headers, json=changes)
    assert changed.status_code == 200
    after = (await users.get("/users/me", headers=person.headers)).json()
    assert after == changed.json()
    assert {name: after[name] for name in changes} == changes
    assert after["first_name"] == "Ada"
    assert after["updated_at"] > before["updated_at"]
    assert after["created_at"] == before["created_at"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"email": "other@example.com"}, "body.email"),
        ({"role": "admin"}, "body.role"),
        ({"avatar_url": "javascript:alert(1)"}, "body.avatar_url"),
        ({"bio": "x" * 2001}, "body.bio"),
        ({"preferences": ["no", "object"]}, "body.preferences"),
        ({"preferences": {"big": "x" * 40_000}}, "body.preferences"),
    ],
)
async def test_a_bad_change_is_refused_with_the_field(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, changes: dict[str, object], path: str
) -> None:
    person = await register(auth)
    answer = await users.put("/users/me", headers=person.headers, json=changes)
    assert answer.status_code == 422
    assert [field["path"] for field in answer.json()["error"]["fields"]] == [path]


@pytest.mark.parametrize(
    "body",
    [
        rb'{"preferences": {"a": "\u0000"}}',
        rb'{"preferences": {"a": "\ud800"}}',
        rb'{"preferences": {"a": NaN}}',
        rb'{"bio": "\ud800"}',
        b'{"preferences": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b"{",
        b"\xff",
    ],
)
async def test_a_body_that_cannot_be_kept_is_the_callers_fault(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, body: bytes
) -> None:
    person = await register(auth)
    headers = {**person.headers, "Content-Type": "application/json"}
    answer = await users.put("/users/me", headers=headers, content=body)
    assert answer.status_code in (400, 422)
    assert set(answer.json()["error"]) >= {"code", "message", "request_id"}


async def test_no_change_at_all_gives_the_profile(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth)
    answer = await users.put("/users/me", headers=person.headers, json={})
    assert (answer.status_code, answer.json()["user_id"]) == (200, person.id)


async def test_an_unchanged_profile_is_not_sent_again(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth)
    tag = (await users.get("/users/me", headers=person.headers)).headers["etag"]
    asked = {**person.headers, "If-None-Match": f'"other", W/{tag}'}
    same = await users.get("/users/me", headers=asked)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await users.put("/users/me", headers=person.headers, json={"bio": "new"})
    assert (await users.get("/users/me", headers=asked)).status_code == 200


async def test_the_list_is_paged_sorted_and_searched(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    people = await _tenant(auth, surroundings, "member", "member", "member")
    for person, name in zip(people, ("Dora", "Anna_", "Carl", "Bert%"), strict=True):
        changes = {"first_name": name}
        await users.put("/users/me", headers=person.headers, json=changes)

    async def listed(**query: str | int) -> tuple[list[str], int]:
        answer = await users.get("/users", headers=people[0].headers, params=query)
        assert answer.status_code == 200
        page = answer.json()
        assert set(page) == {"users", "total", "page", "page_size"}
        return [user["first_name"] for user in page["users"]], page["total"]

    everybody = {"sort_by": "first_name"}
    assert await listed(**everybody) == (["Anna_", "Bert%", "Carl", "Dora"], 4)
    assert await listed(**everybody, sort_order="desc", page_size=2) == (["Dora", "Carl"], 4)
    assert await listed(**everybody, page=2, page_size=3) == (["Dora"], 4)
    assert await listed(**everybody, page=9) == ([], 4)
    assert await listed(search="CARL") == (["Carl"], 1)
    assert await listed(search="%") == (["Bert%"], 1)
    assert await listed(search="a_") == (["Anna_"], 1)
    assert await listed(search=people[2].email) == (["Carl"], 1)


@pytest.mark.parametrize(
    "query",
    ["page=0", "page_size=0", "page_size=101", "sort_by=password_hash", "sort_order=up", "page=x"],
)
async def test_a_bad_question_for_a_list_is_refused(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, query: str
) -> None:
    person = await register(auth)
    answer = await users.get(f"/users?{query}", headers=person.headers)
    assert answer.status_code == 422
    (field,) = answer.json()["error"]["fields"]
    assert field["path"] == f"query.{query.partition('=')[0]}"


async def test_removing_oneself_leaves_nothing(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    await users.get("/users/me", headers=person.headers)
    gone = await users.delete(f"/users/{person.id}", headers=person.headers)
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await users.get("/users/me", headers=person.headers)).status_code == 404
    again = await users.delete(f"/users/{person.id}", headers=person.headers)
    assert again.status_code == 404
    with surroundings.superuser() as connection:
        left = connection.execute(
            "SELECT (SELECT count(*) FROM auth.users WHERE id = %(user)s)"
            " + (SELECT count(*) FROM users.profiles WHERE user_id = %(user)s)"
            " + (SELECT count(*) FROM tenants.members WHERE user_id = %(user)s)"
            " + (SELECT count(*) FROM auth.refresh_tokens WHERE user_id = %(user)s)"
            " + (SELECT count(*) FROM tenants.tenants WHERE id = %(tenant)s)",
            {"user": person.id, "tenant": person.tenant_id},
        ).fetchone()
    assert left == (0,)


async def test_the_email_of_a_removed_user_is_free_again(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth)
    await users.delete(f"/users/{person.id}", headers=person.headers)
    body = {"email": person.email, "password": "Test123!"}
    assert (await auth.post("/auth/register", json=body)).status_code == 201


@pytest.mark.parametrize(
    ("acting", "target", "status"),
    [
        ("owner", "member", 204),
        ("owner", "admin", 204),
        ("admin", "member", 204),
        ("admin", "other_admin", 204),
        ("admin", "owner", 403),
        ("member", "admin", 403),
        ("member", "other_member", 403),
        ("member", "member", 204),
    ],
)
async def test_who_may_change_and_remove_whom_in_a_tenant(
    auth: httpx.AsyncClient,
    users: httpx.AsyncClient,
    surroundings: Surroundings,
    acting: str,
    target: str,
    status: int,
) -> None:
    roles = ("admin", "admin", "member", "member")
    names = ("owner", "admin", "other_admin", "member", "other_member")
    people = dict(zip(names, await _tenant(auth, surroundings, *roles), strict=True))
    url, headers = f"/users/{people[target].id}", people[acting].headers
    changed = await users.put(url, headers=headers, json={"bio": "changed"})
    assert changed.status_code == (403 if status == 403 else 200)
    seen = (await users.get(url, headers=headers)).json()["bio"]
    assert seen == (None if status == 403 else "changed")
    assert (await users.delete(url, headers=headers)).status_code == status
    left = await users.get(url, headers=people["other_member"].headers)
    assert left.status_code == (200 if status == 403 else 404)


async def test_a_tenant_that_loses_its_owner_goes_to_its_first_admin(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    owner, _, admin = await _tenant(auth, surroundings, "member", "admin")
    assert (await users.delete(f"/users/{owner.id}", headers=owner.headers)).status_code == 204
    with surroundings.superuser() as connection:
        owners = connection.execute(
            "SELECT user_id::text FROM tenants.members WHERE tenant_id = %s AND role = 'owner'",
            (owner.tenant_id,),
        ).fetchall()
    assert owners == [(admin.id,)]


async def test_an_unknown_user_is_not_found(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth)
    url = "/users/00000000-0000-0000-0000-000000000000"
    for answer in (
        await users.get(url, headers=person.headers),
        await users.put(url, headers=person.headers, json={"bio": "x"}),
        await users.delete(url, headers=person.headers),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "user_not_found")


async def test_nobody_is_served_without_user_or_key(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person = await register(auth)
    for headers in (
        {},
        {"X-User-ID": person.id},
        {**person.headers, "X-API-Key": "wrong"},
    ):
        answer = await users.get("/users/me", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


async def test_what_is_not_there_is_answered_in_the_one_shape(users: httpx.AsyncClient) -> None:
    missing, wrong = await users.get("/nothing"), await users.patch("/users/me")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")


async def test_an_email_is_not_told_to_strangers(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    person, stranger = await register(auth), await register(auth)
    found = await users.get("/users", headers=stranger.headers, params={"search": person.email})
    assert found.json()["total"] == 0
