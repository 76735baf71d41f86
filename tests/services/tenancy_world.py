"""Two tenants with rows in every table that the isolation test is about."""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import httpx
from psycopg import Connection, sql

from .people import Person
from .surroundings import Surroundings
from .tenancy_operations import TENANTS, WORKSPACES, Operation

Whose = Literal["own", "other", "nobody"]
_PLACE = re.compile(r"\{(\w+)\}")
# What an address has that is of the right form and exists nowhere.
_NOWHERE = {"email": "nobody@example.com", "base": "appNobodyNobody00", "token": "t" * 43}


@dataclass
class Side:
    """A tenant. mark: in every name that it has, and in no other's. ids: by kind."""

    tenant: str
    owner: Person
    member: Person
    mark: str
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Pick:
    """Which thing stands in a place: whose, and the how many-th of them."""

    whose: Whose
    number: int = 0


class World:
    """Both sides, and what they ask of the services."""

    def __init__(
        self, surroundings: Surroundings, clients: Mapping[str, httpx.AsyncClient]
    ) -> None:
        self._clients = clients
        self._link = surroundings.superuser()
        self._tables = _tables(self._link)
        self.sides = (self._side(), self._side())

    async def seed(self) -> None:
        """Let each side have one thing of each kind."""
        for side in self.sides:
            await self._seed(side)

    def other(self, side: Side) -> Side:
        """Return the other side."""
        return self.sides[1] if side is self.sides[0] else self.sides[0]

    async def ask(
        self, side: Side, person: Person, operation: Operation, picks: tuple[Pick, ...]
    ) -> tuple[httpx.Response, str]:
        """Let somebody ask for something; return the answer, and what was sent as one text."""
        left = list(picks)

        def chosen(match: re.Match[str]) -> str:
            return self._value(side, match[1], left)

        path = _PLACE.sub(chosen, operation.path)
        body = {
            key: _PLACE.sub(chosen, value) if isinstance(value, str) else value
            for key, value in (operation.body or {}).items()
        }
        answer = await self._clients[operation.service].request(
            operation.method,
            path,
            headers=person.headers,
            json=body if operation.body is not None else None,
        )
        if operation.makes is not None and answer.is_success:
            kind, name = operation.makes
            side.ids[kind].append(answer.json()[name])
        return answer, f"{path} {body}"

    def rows(self, side: Side) -> list[tuple[Any, ...]]:
        """Return a digest of all rows of a tenant, table by table."""
        return self._link.execute(self._tables, {"tenant": side.tenant}).fetchall()

    def close(self) -> None:
        """Let go of the database."""
        self._link.close()

    def _side(self) -> Side:
        mark = f"mark{secrets.token_hex(8)}"
        owner = self._account(f"owner@{mark}.example.com", mark)
        member = self._account(f"member@{mark}.example.com", mark)
        moved = (owner.tenant_id, member.id)
        for statement in (
            "UPDATE auth.users SET tenant_id = %s WHERE id = %s",
            "UPDATE users.profiles SET tenant_id = %s WHERE user_id = %s",
            "UPDATE tenants.members SET tenant_id = %s, role = 'member' WHERE user_id = %s",
        ):
            self._link.execute(statement.encode(), moved)
        self._link.execute("DELETE FROM tenants.tenants WHERE id = %s", (member.tenant_id,))
        member.tenant_id = owner.tenant_id
        side = Side(owner.tenant_id, owner, member, mark)
        side.ids["tenant"].append(owner.tenant_id)
        for person in (member, owner):
            side.ids["user"].append(person.id)
            side.ids["email"].append(person.email)
        return side

    def _account(self, email: str, name: str) -> Person:
        made = self._link.execute(
            "SELECT id::text, tenant_id::text FROM auth.create_account(%s, 'x', %s, %s, %s)",
            (email, name, name, name),
        ).fetchone()
        assert made is not None
        return Person(id=made[0], email=email, tenant_id=made[1])

    async def _seed(self, side: Side) -> None:
        async def make(service: str, path: str, **body: str) -> dict[str, Any]:
            client = self._clients[service]
            answer = await client.post(path, headers=side.owner.headers, json=body)
            assert answer.status_code == 201, answer.text
            made: dict[str, Any] = answer.json()
            return made

        workspace = (await make(WORKSPACES, "/workspaces", name=side.mark))["id"]
        one = f"/workspaces/{workspace}"
        await make(WORKSPACES, f"{one}/members", user_id=side.member.id, role="viewer")
        project = (await make(WORKSPACES, f"{one}/projects", name=side.mark))["id"]
        base = f"app{secrets.token_hex(7)}"
        await make(WORKSPACES, f"{one}/projects/{project}/bases", base_id=base, name=side.mark)
        guest = f"guest@{side.mark}.example.com"
        invitation = await make(TENANTS, f"/tenants/{side.tenant}/invitations", email=guest)
        made = {"workspace": workspace, "project": project, "base": base}
        made |= {"invitation": invitation["id"], "token": invitation["token"]}
        for kind, value in made.items():
            side.ids[kind].append(value)

    def _value(self, side: Side, kind: str, left: list[Pick]) -> str:
        if kind == "name":
            return side.mark
        if kind == "fresh":
            return f"{secrets.token_hex(6)}.{side.mark}"
        if kind == "linkable":
            return f"app{secrets.token_hex(7)}"
        pick = left.pop(0) if left else Pick("own")
        if pick.whose == "nobody":
            return _NOWHERE.get(kind, str(uuid4()))
        known = (side if pick.whose == "own" else self.other(side)).ids[kind]
        return known[pick.number % len(known)]


def places(operation: Operation) -> int:
    """Return how many things an operation names."""
    text = f"{operation.path} {operation.body}"
    return sum(kind not in ("name", "fresh", "linkable") for kind in _PLACE.findall(text))


def _tables(link: Connection) -> sql.Composed:
    """Return a statement that digests a tenant's rows in every table that has any."""
    found = link.execute(
        "SELECT n.nspname, c.relname FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
        " WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped ORDER BY 1, 2"
    ).fetchall()
    digested = sql.SQL(
        "SELECT {name}, count(*), md5(string_agg(t::text, ' ' ORDER BY t::text))"
        " FROM {table} t WHERE t.{column} = %(tenant)s"
    )
    every = [(schema, table, "tenant_id") for schema, table in found]
    return sql.SQL(" UNION ALL ").join(
        digested.format(
            name=sql.Literal(f"{schema}.{table}"),
            table=sql.Identifier(schema, table),
            column=sql.Identifier(column),
        )
        for schema, table, column in [*every, ("tenants", "tenants", "id")]
    )
