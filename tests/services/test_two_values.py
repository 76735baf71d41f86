"""While a secret is changed, no slot sends or signs with what another one refuses."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from auth_service.application import application
from auth_service.settings import Settings

from plan.generation import FIRST, Generation

from .people import bearer, register, sign_in
from .surroundings import Surroundings, serving

VALUES = {1: "o" * 86, 2: "n" * 86}


def stages() -> list[Generation]:
    """From the old value alone to the new one alone."""
    found = [FIRST]
    while len(found) < 5:
        found.append(found[-1].next("now"))
    return found


PAIRS = list(itertools.pairwise(stages()))


@dataclass
class Slot:
    """An auth-service with the secret files of a stage; key: what it sends to others."""

    client: httpx.AsyncClient
    key: str

    async def accepts(self, key: str, tokens: dict[str, str]) -> bool:
        headers = {**bearer(tokens), "X-API-Key": key}
        answer = await self.client.post("/auth/validate", headers=headers)
        assert answer.status_code in (200, 401), answer.text
        return answer.status_code == 200


@asynccontextmanager
async def slot(
    surroundings: Surroundings, folder: Path, generation: Generation
) -> AsyncIterator[Slot]:
    folder.mkdir()
    for name in ("api-key", "jwt-secret"):
        (folder / name).write_text(VALUES[generation.used])
        if generation.also is not None:
            (folder / f"{name}-also").write_text(VALUES[generation.also])
    variables = {
        **surroundings.environment("auth-service"),
        "API_KEY_FILE": str(folder / "api-key"),
        "JWT_SECRET_FILE": str(folder / "jwt-secret"),
    }
    key = VALUES[generation.used]
    async with serving(application(Settings.from_environment(variables)), key) as client:
        yield Slot(client, key)


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{a.stage}-{b.stage}" for a, b in PAIRS])
async def test_both_versions_of_a_release_accept_what_either_sends_and_signs(
    surroundings: Surroundings, tmp_path: Path, before: Generation, after: Generation
) -> None:
    async with (
        slot(surroundings, tmp_path / "before", before) as old,
        slot(surroundings, tmp_path / "after", after) as new,
    ):
        person = await register(old.client)
        for signer, sender, taker in itertools.product((old, new), repeat=3):
            tokens = await sign_in(signer.client, person)
            assert await taker.accepts(sender.key, tokens)


async def test_in_the_end_the_old_key_and_tokens_of_the_old_secret_are_refused(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    first, *_, required, alone = stages()
    async with (
        slot(surroundings, tmp_path / "first", first) as old,
        slot(surroundings, tmp_path / "required", required) as new,
        slot(surroundings, tmp_path / "alone", alone) as last,
    ):
        person = await register(old.client)
        before, after = [await sign_in(each.client, person) for each in (old, new)]
        for taker in (new, last):
            assert await taker.accepts(new.key, after)
            assert not await taker.accepts(old.key, after)
            assert not await taker.accepts(new.key, before)
        renewed = await last.client.post(
            "/auth/refresh", json={"refresh_token": before["refresh_token"]}
        )
        assert renewed.status_code == 200
        assert await last.accepts(last.key, renewed.json())
