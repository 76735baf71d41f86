"""A request of one tenant never reads or writes another's rows."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from .people import Person, join, register
from .surroundings import Surroundings


async def test_another_tenants_profile_is_not_found_cached_or_not(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    mine, theirs = await register(auth), await register(auth)
    url = f"/users/{theirs.id}"
    assert (await users.get(url, headers=mine.headers)).status_code == 404
    assert (await users.get("/users/me", headers=theirs.headers)).status_code == 200
    assert (await users.get(url, headers=mine.headers)).status_code == 404


async def test_another_tenants_user_can_be_neither_changed_nor_removed(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    mine, theirs = await register(auth), await register(auth)
    url = f"/users/{theirs.id}"
    assert (await users.put(url, headers=mine.headers, json={"bio": "x"})).status_code == 404
    assert (await users.delete(url, headers=mine.headers)).status_code == 404
    assert (await users.get("/users/me", headers=theirs.headers)).json()["bio"] is None


async def test_the_platforms_admin_sees_and_changes_users_of_all_tenants(
    auth: httpx.AsyncClient, users: httpx.AsyncClient
) -> None:
    somebody, person = await register(auth), await register(auth)
    admin = Person(somebody.id, somebody.email, somebody.tenant_id, role="admin")
    url = f"/users/{person.id}"
    found = await users.get("/users", headers=admin.headers, params={"search": person.email})
    assert found.json()["total"] == 1
    assert (await users.get(url, headers=admin.headers)).status_code == 200
    assert (await users.put(url, headers=admin.headers, json={"bio": "x"})).status_code == 200
    assert (await users.get("/users/me", headers=person.headers)).json()["bio"] == "x"
    assert (await users.delete(url, headers=admin.headers)).status_code == 204
    assert (await users.get("/users/me", headers=person.headers)).status_code == 404


async def test_a_transaction_that_names_no_tenant_sees_nobody(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    await register(auth)
    with surroundings.as_role("user_service") as connection:
        assert connection.execute("SELECT count(*) FROM users.profiles").fetchone() == (0,)


async def test_a_tenant_cannot_be_changed_even_by_hand(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    mine, theirs = await register(auth), await register(auth)
    with surroundings.as_role("user_service") as connection:
        _act_as(connection, mine)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE users.profiles SET tenant_id = %s", (theirs.tenant_id,))
        changed = connection.execute("UPDATE users.profiles SET bio = 'x' RETURNING user_id::text")
        assert changed.fetchall() == [(mine.id,)]


async def test_the_owner_of_the_tables_is_bound_by_the_rules_too(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    with surroundings.superuser() as connection:
        connection.execute("SET ROLE pyairtable_owner")
        for table in ("users.profiles", "tenants.tenants", "tenants.members"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        _act_as(connection, person)
        for table in ("users.profiles", "tenants.tenants", "tenants.members"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("user_service", "SELECT * FROM auth.users"),
        ("user_service", "SELECT * FROM tenants.members"),
        ("user_service", "DELETE FROM users.profiles"),
        ("user_service", "SELECT auth.create_account('a', 'b', 'c', 'd', 'e')"),
        ("auth_service", "SELECT * FROM users.profiles"),
        ("auth_service", "UPDATE auth.users SET role = 'admin'"),
        ("auth_service", "SELECT users.delete_account(gen_random_uuid())"),
        ("auth_service", "CREATE TABLE auth.own (a int)"),
        ("auth_service", "CREATE TEMPORARY TABLE own (a int)"),
        ("airtable_emulator", "SELECT * FROM auth.users"),
        ("airtable_emulator", "CREATE TABLE public.own (a int)"),
        ("auth_service", "SET ROLE pyairtable_owner"),
        ("auth_service", "SELECT * FROM public.alembic_version"),
    ],
)
def test_a_service_may_do_only_its_own_work(
    surroundings: Surroundings, role: str, statement: str
) -> None:
    with (
        surroundings.as_role(role) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [
        ("auth_service", "auth", set()),
        ("user_service", "users", set()),
        ("workspace_service", "workspaces", {"tenants.members", "users.profiles"}),
        ("tenant_service", "tenants", {"users.profiles", "workspaces.workspaces"}),
        ("platform_services", "platform", {"tenants.tenants"}),
        ("automation_services", "automation", {"tenants.members", "tenants.tenants"}),
        ("airtable_emulator", "emulator", set()),
    ],
)
def test_a_service_sees_of_others_only_the_tables_that_it_needs(
    surroundings: Surroundings, role: str, own: str, others: set[str]
) -> None:
    with surroundings.as_role(role) as connection:
        seen = connection.execute(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname <> 'information_schema'"
            " AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> %s"
            " AND has_schema_privilege(n.oid, 'USAGE')"
            " AND has_any_column_privilege(c.oid, 'SELECT')",
            (own,),
        ).fetchall()
    assert {table for (table,) in seen} == others


def _act_as(connection: psycopg.Connection, person: Person) -> None:
    connection.execute(
        "SELECT set_config('app.tenant_id', %s, false), set_config('app.user_id', %s, false)",
        (person.tenant_id, person.id),
    )


async def test_who_has_left_the_tenant_is_not_seen_even_as_they_were(
    auth: httpx.AsyncClient, users: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    stays, leaves = await register(auth), await register(auth)
    url = f"/users/{leaves.id}"
    member = join(surroundings, leaves, stays.tenant_id, "member")
    assert (await users.get("/users/me", headers=member.headers)).status_code == 200
    assert (await users.get(url, headers=stays.headers)).status_code == 200
    elsewhere = await register(auth)
    with surroundings.superuser() as link:
        moved = (elsewhere.tenant_id, leaves.id)
        link.execute("UPDATE auth.users SET tenant_id = %s WHERE id = %s", moved)
        link.execute("UPDATE users.profiles SET tenant_id = %s WHERE user_id = %s", moved)
    assert (await users.get(url, headers=stays.headers)).status_code == 404
