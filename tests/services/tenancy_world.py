"""Two tenants, and what they ask of the services."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

import httpx

from .people import Person
from .surroundings import Surroundings
from .tenancy_automation import AUTOMATION
from .tenancy_identity import TENANTS
from .tenancy_operations import Operation
from .tenancy_rows import Rows
from .tenancy_sides import Side, new_side
from .tenancy_table import OPERATIONS
from .tenancy_workspaces import WORKSPACES

Whose = Literal["own", "other", "nobody"]
_PLACE = re.compile(r"\{(\w+)\}")
# What an address has that is of the right form and exists nowhere.
_NOWHERE = {"email": "nobody@example.com", "base": "appNobodyNobody00", "token": "t" * 43}
_SECRETS = ("hook", "key", "refresh")
_FREE = ("name", "fresh", "linkable", *_SECRETS)
# Their rows are made one by one in `_seed_*`, those of the others by what the table can make.
_BY_HAND = (TENANTS, WORKSPACES)


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
        self._link, self._redis = surroundings.superuser(), surroundings.redis_admin()
        self._rows = Rows(self._link, self._redis)
        secret = surroundings.secret("jwt-secret")
        self.sides = (new_side(self._link, secret), new_side(self._link, secret))

    async def seed(self, services: Collection[str]) -> None:
        """Let each side have one thing of each kind that these services keep."""
        for side in self.sides:
            if WORKSPACES in services:
                await self._seed_workspaces(side)
            if TENANTS in services:
                await self._seed_tenants(side)
            for operation in OPERATIONS:
                if operation.makes and operation.service in {*services} - {*_BY_HAND}:
                    answer, _ = await self.ask(side, side.owner, operation, ())
                    assert answer.status_code == operation.status, answer.text
            if AUTOMATION in services:
                self._read_files(side)

    def other(self, side: Side) -> Side:
        """Return the other side."""
        return self.sides[1] if side is self.sides[0] else self.sides[0]

    async def ask(
        self, side: Side, person: Person, operation: Operation, picks: tuple[Pick, ...]
    ) -> tuple[httpx.Response, str]:
        """Let somebody ask for something; return the answer, and what was sent as one text."""
        left = list(picks)

        def filled(value: Any) -> Any:
            if isinstance(value, str):
                return _PLACE.sub(lambda match: self._value(side, match[1], left), value)
            if isinstance(value, Mapping):
                return {key: filled(each) for key, each in value.items()}
            return [filled(each) for each in value] if isinstance(value, list) else value

        path, body = filled(operation.path), filled(operation.body)
        text = f"{side.mark}\n".encode()
        answer = await self._clients[operation.service].request(
            operation.method,
            path,
            headers={**person.headers, "Authorization": f"Bearer {side.access[person.id]}"},
            json=body,
            files={"file": (f"{side.mark}.txt", text)} if operation.upload else None,
        )
        if answer.is_success:
            for kind, name in operation.makes.items():
                side.ids[kind].append(answer.json()[name])
        return answer, f"{path} {body}"

    def rows(self, side: Side) -> list[tuple[Any, ...]]:
        """Return a digest of all that a tenant has."""
        return self._rows.of(side)

    def close(self) -> None:
        """Leave nothing to background work, and let go of the stores."""
        for side in self.sides:
            self._rows.remove(side)
        self._link.close()
        self._redis.close()

    async def _make(self, side: Side, service: str, path: str, **body: str) -> dict[str, Any]:
        client = self._clients[service]
        answer = await client.post(path, headers=side.owner.headers, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def _seed_workspaces(self, side: Side) -> None:
        workspace = (await self._make(side, WORKSPACES, "/workspaces", name=side.mark))["id"]
        one = f"/workspaces/{workspace}"
        member = {"user_id": side.member.id, "role": "viewer"}
        await self._make(side, WORKSPACES, f"{one}/members", **member)
        project = (await self._make(side, WORKSPACES, f"{one}/projects", name=side.mark))["id"]
        base = f"app{secrets.token_hex(7)}"
        bases = f"{one}/projects/{project}/bases"
        await self._make(side, WORKSPACES, bases, base_id=base, name=side.mark)
        for kind, value in (("workspace", workspace), ("project", project), ("base", base)):
            side.ids[kind].append(value)

    async def _seed_tenants(self, side: Side) -> None:
        path = f"/tenants/{side.tenant}/invitations"
        guest = f"guest-{secrets.token_hex(4)}@{side.mark}.example.com"
        made = await self._make(side, TENANTS, path, email=guest)
        side.ids["invitation"].append(made["id"])
        side.ids["token"].append(made["token"])

    def _read_files(self, side: Side) -> None:
        """Do what the worker does, which rests in this test."""
        for file in side.ids["file"]:
            self._link.execute(
                "UPDATE automation.files SET status = 'done', processed_at = now() WHERE id = %s",
                (file,),
            )
            self._link.execute(
                "INSERT INTO automation.file_texts (file_id, tenant_id, text) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (file, side.tenant, side.mark),
            )

    def _value(self, side: Side, kind: str, left: list[Pick]) -> str:
        if kind == "name":
            return side.mark
        if kind == "fresh":
            return f"{secrets.token_hex(6)}.{side.mark}"
        if kind == "linkable":
            return f"app{secrets.token_hex(7)}"
        if kind in _SECRETS:
            return side.ids[kind][-1]
        pick = left.pop(0) if left else Pick("own")
        if pick.whose == "nobody":
            return _NOWHERE.get(kind, str(uuid4()))
        known = (side if pick.whose == "own" else self.other(side)).ids[kind]
        return known[pick.number % len(known)]


def places(operation: Operation) -> int:
    """Return how many things an operation names."""
    text = f"{operation.path} {operation.body}"
    return sum(kind not in _FREE for kind in _PLACE.findall(text))
