"""auth-service: registration and sign-in."""

from __future__ import annotations

import time

import argon2
import httpx
import pytest
from auth_service import passwords

from .people import PASSWORD, bearer, new_email, register, sign_in
from .surroundings import Surroundings


async def test_registration_gives_the_user_as_specified(auth: httpx.AsyncClient) -> None:
    email = new_email()
    body = {"email": email, "password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
    answer = await auth.post("/auth/register", json=body)
    assert answer.status_code == 201
    user = answer.json()
    assert set(user) == {
        "id", "email", "first_name", "last_name", "role", "tenant_id", "created_at",
    }  # fmt: skip
    assert user["email"] == email
    assert (user["first_name"], user["last_name"], user["role"]) == ("Ada", "Lovelace", "user")


async def test_the_smoke_tests_password_is_accepted(auth: httpx.AsyncClient) -> None:
    answer = await auth.post("/auth/register", json={"email": new_email(), "password": "Test123!"})
    assert answer.status_code == 201


async def test_registration_makes_profile_tenant_and_ownership(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth, tenant_name="  Analytical Engines ")
    with surroundings.superuser() as connection:
        row = connection.execute(
            "SELECT t.name, m.role, p.email FROM tenants.tenants t"
            " JOIN tenants.members m ON m.tenant_id = t.id"
            " JOIN users.profiles p ON p.user_id = m.user_id WHERE m.user_id = %s",
            (person.id,),
        ).fetchone()
    assert row == ("Analytical Engines", "owner", person.email)


async def test_an_email_is_taken_whatever_its_capitals(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    body = {"email": person.email.upper(), "password": PASSWORD}
    answer = await auth.post("/auth/register", json=body)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "email_taken"


async def test_a_refused_registration_leaves_no_tenant(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    body = {"email": person.email, "password": PASSWORD, "tenant_name": f"second of {person.id}"}
    await auth.post("/auth/register", json=body)
    with surroundings.superuser() as connection:
        found = connection.execute(
            "SELECT count(*) FROM tenants.tenants WHERE name = %s", (f"second of {person.id}",)
        ).fetchone()
    assert found == (0,)


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"email": "nobody", "password": PASSWORD}, "validation_error", "body.email"),
        ({"password": PASSWORD}, "validation_error", "body.email"),
        ({"email": "a@example.com"}, "validation_error", "body.password"),
        ({"email": "a@example.com", "password": "password"}, "weak_password", None),
        (
            {"email": "a@example.com", "password": PASSWORD, "first_name": 7},
            "validation_error",
            "body.first_name",
        ),
        (
            {"email": "a@example.com", "password": PASSWORD, "last_name": "\0"},
            "invalid_value",
            None,
        ),
    ],
)
async def test_a_bad_registration_is_refused_with_the_field(
    auth: httpx.AsyncClient, body: dict[str, object], code: str, path: str | None
) -> None:
    answer = await auth.post("/auth/register", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["request_id"] == answer.headers["x-request-id"]
    assert path is None or [field["path"] for field in error["fields"]] == [path]
    assert PASSWORD not in answer.text


async def test_sign_in_gives_tokens_as_specified(auth: httpx.AsyncClient) -> None:
    tokens = await sign_in(auth, await register(auth))
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 900


async def test_sign_in_ignores_capitals_of_the_email(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    body = {"email": person.email.upper(), "password": PASSWORD}
    assert (await auth.post("/auth/login", json=body)).status_code == 200


async def test_an_unknown_user_and_a_wrong_password_look_the_same(
    auth: httpx.AsyncClient,
) -> None:
    person = await register(auth)
    wrong = await auth.post("/auth/login", json={"email": person.email, "password": "Wrong123!"})
    unknown = await auth.post("/auth/login", json={"email": new_email(), "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    assert _without_id(wrong) == _without_id(unknown)


async def test_an_unknown_user_costs_the_same_comparison_as_a_wrong_password(
    auth: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[argon2.Parameters] = []
    verify = passwords._verify

    def seen(stored: str, password: str) -> bool:
        compared.append(argon2.extract_parameters(stored))
        return verify(stored, password)

    person = await register(auth)
    monkeypatch.setattr(passwords, "_verify", seen)
    for email in (person.email, new_email()):
        await auth.post("/auth/login", json={"email": email, "password": "Wrong123!"})
    wrong, unknown = compared
    assert wrong == unknown
    assert (wrong.memory_cost, wrong.time_cost) == (19_456, 2)


async def test_passwords_are_kept_as_argon2id(
    auth: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    person = await register(auth)
    with surroundings.superuser() as connection:
        row = connection.execute(
            "SELECT password_hash FROM auth.users WHERE id = %s", (person.id,)
        ).fetchone()
    assert row is not None
    assert row[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_only_services_with_the_key_are_let_in(auth: httpx.AsyncClient) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    for key in (b"wrong", b"", "schlüssel".encode()):
        headers = httpx.Headers([(b"X-API-Key", key)])
        answer = await auth.post("/auth/login", json=body, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthorized"


async def test_attempts_and_failures_are_counted(auth: httpx.AsyncClient) -> None:
    async def counters() -> tuple[float, float]:
        lines = (await auth.get("/metrics")).text.splitlines()
        values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return (
            float(values["auth_login_attempts_total"]),
            float(values["auth_login_failures_total"]),
        )

    person = await register(auth)
    attempts, failures = await counters()
    await sign_in(auth, person)
    await auth.post("/auth/login", json={"email": person.email, "password": "Wrong123!"})
    assert await counters() == (attempts + 2, failures + 1)


async def test_a_token_says_who_one_is(auth: httpx.AsyncClient) -> None:
    person = await register(auth)
    tokens = await sign_in(auth, person)
    answer = await auth.post("/auth/validate", headers=bearer(tokens))
    assert answer.status_code == 200
    said = answer.json()
    assert set(said) == {"valid", "user_id", "email", "role", "tenant_id", "exp"}
    assert said["valid"] is True
    assert (said["user_id"], said["email"]) == (person.id, person.email)
    assert (said["role"], said["tenant_id"]) == ("user", person.tenant_id)
    assert 890 < said["exp"] - time.time() <= 900


def _without_id(answer: httpx.Response) -> dict[str, str]:
    error: dict[str, str] = answer.json()["error"]
    error.pop("request_id")
    return error
