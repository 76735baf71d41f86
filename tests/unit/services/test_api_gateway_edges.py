"""Settings, clients, tokens and bodies of the gateway, without a network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from api_gateway.bodies import KEPT_BYTES, ClientGone, RequestBody
from api_gateway.clients import Clients
from api_gateway.identity import SECRET_SECONDS, FreshSecret, Verifier
from api_gateway.settings import FORM_BYTES, Settings
from api_gateway.sockets import Sockets
from pyairtable_shared import tokens
from pyairtable_shared.errors import ApiError
from starlette.types import Message

SECRET = "s" * 64
USER = {"sub": "u1", "email": "a@b.c", "role": "user", "tenant_id": "t1"}


def variables(tmp_path: Path, **more: str) -> dict[str, str]:
    for name in ("api-key", "jwt-secret", "redis-password"):
        (tmp_path / name).write_text(SECRET)
    return {
        "API_KEY_FILE": str(tmp_path / "api-key"),
        "JWT_SECRET_FILE": str(tmp_path / "jwt-secret"),
        "REDIS_HOST": "redis",
        "REDIS_USER": "api-gateway",
        "REDIS_PASSWORD_FILE": str(tmp_path / "redis-password"),
        **more,
    }


def test_the_defaults_are_those_of_the_specification(tmp_path: Path) -> None:
    settings = Settings.from_environment(variables(tmp_path))
    assert (settings.limits.sustained, settings.limits.burst) == (100, 200)
    assert settings.body_limit == 10 * 1024 * 1024 + FORM_BYTES
    assert settings.port == 8080
    assert settings.url_of("auth-service") is None


def test_upstreams_are_read_from_their_variables(tmp_path: Path) -> None:
    url = "http://airtable-gateway:8002/"
    settings = Settings.from_environment(variables(tmp_path, AIRTABLE_GATEWAY_URL=url))
    assert settings.url_of("airtable-gateway") == "http://airtable-gateway:8002"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "app.example.com"),
        ("BURST_RATE_LIMIT", "50"),
        ("DEFAULT_RATE_LIMIT", "0"),
        ("MAX_FILE_SIZE", "big"),
        ("AUTH_SERVICE_URL", "auth-service:8001"),
        ("API_KEY_FILE", "/no/such/file"),
        ("JWT_SECRET_FILE", "/no/such/file"),
        ("UPSTREAM_TIMEOUT", "0"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    name: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = variables(tmp_path, ENVIRONMENT="production", **{name: value})
    with pytest.raises(SystemExit) as stopped:
        Settings.from_environment(given)
    assert stopped.value.code == 2
    assert name in capsys.readouterr().err


def test_every_origin_is_allowed_outside_production_only(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        variables(tmp_path, CORS_ORIGINS="*", ENVIRONMENT="development")
    )
    assert settings.cors_origins == ("*",)


def scope(peer: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"client": (peer, 1), "scheme": "http", "headers": [(b"host", b"h"), *headers]}


FORWARDED = ((b"x-forwarded-for", b"6.6.6.6, 1.2.3.4"), (b"x-forwarded-proto", b"https"))


async def test_only_a_trusted_proxy_is_believed() -> None:
    clients = Clients(["10.0.0.0/8"])
    told = await clients.origin(scope("10.1.2.3", *FORWARDED))
    assert (told.address, told.scheme) == ("1.2.3.4", "https")
    forged = await clients.origin(scope("11.1.2.3", *FORWARDED))
    assert (forged.address, forged.scheme) == ("11.1.2.3", "http")


async def test_a_proxy_may_be_named_and_an_unknown_name_trusts_nobody() -> None:
    clients = Clients(["localhost", "no-such-host.invalid"])
    assert await clients.trusts("127.0.0.1")
    assert not await clients.trusts("10.0.0.1")
    assert not await clients.trusts("not an address")
    assert (await clients.origin(scope("127.0.0.1"))).address == "127.0.0.1"


def verifier(tmp_path: Path) -> Verifier:
    (tmp_path / "jwt").write_text(SECRET)
    return Verifier(FreshSecret(tmp_path / "jwt"))


def test_a_valid_token_is_verified_once_and_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, claims = tokens.make(SECRET, **USER)
    known = verifier(tmp_path)
    assert known.claims(token) == claims
    monkeypatch.setattr(tokens, "verify", None)
    assert known.claims(token) == claims


def test_a_remembered_token_ends_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, claims = tokens.make(SECRET, **USER)
    known = verifier(tmp_path)
    known.claims(token)
    monkeypatch.setattr(time, "time", lambda: claims.exp + 1)
    seen: list[str] = []

    def verify(_: str, given: str) -> tokens.Claims:
        seen.append(given)
        raise tokens.InvalidToken("over")

    monkeypatch.setattr(tokens, "verify", verify)
    with pytest.raises(ApiError, match="not valid any more"):
        known.claims(token)
    assert seen == [token]


def test_a_new_secret_ends_what_the_old_one_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = tokens.make(SECRET, **USER)
    known = verifier(tmp_path)
    known.claims(token)
    (tmp_path / "jwt").write_text("n" * 64)
    later = time.monotonic() + SECRET_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(ApiError):
        known.claims(token)


def test_while_the_secret_is_changed_tokens_of_both_are_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = verifier(tmp_path)
    (tmp_path / "jwt-also").write_text("n" * 64)
    pairs = [tokens.make(secret, **USER) for secret in (SECRET, "n" * 64)]
    assert [known.claims(token) for token, _ in pairs] == [claims for _, claims in pairs]
    (tmp_path / "jwt-also").unlink()
    later = time.monotonic() + SECRET_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert known.claims(pairs[0][0]) == pairs[0][1]
    with pytest.raises(ApiError):
        known.claims(pairs[1][0])


def test_a_secret_file_that_vanishes_leaves_the_last_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text("one")
    secret = FreshSecret(file)
    assert secret.value() == "one"
    file.unlink()
    later = time.monotonic() + SECRET_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert secret.value() == "one"


@pytest.mark.parametrize("token", [None, "", "x.y.z", "null"])
def test_no_token_and_nonsense_are_refused(token: str | None, tmp_path: Path) -> None:
    with pytest.raises(ApiError) as raised:
        verifier(tmp_path).claims(token)
    assert raised.value.status == 401
    assert raised.value.headers["WWW-Authenticate"].startswith("Bearer")


def body(limit: int, *chunks: bytes, length: int | None = None, gone: bool = False) -> RequestBody:
    messages: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": gone or index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]
    messages.append({"type": "http.disconnect"})

    async def receive() -> Message:
        return messages.pop(0)

    name, value = (
        (b"transfer-encoding", b"chunked")
        if length is None
        else (b"content-length", str(length).encode())
    )
    return RequestBody([(name, value)], receive, limit)


async def test_a_small_body_is_kept_so_that_it_can_be_sent_twice() -> None:
    small = body(100, b"ab", b"cd", length=4)
    await small.prepare()
    assert (small.streamed, small.data(), small.data()) == (False, b"abcd", b"abcd")


async def test_a_large_or_chunked_body_is_streamed() -> None:
    assert body(10**9, length=KEPT_BYTES + 1).streamed
    chunked = body(100, b"ab", b"cd")
    await chunked.prepare()
    data = chunked.data()
    assert data is not None and not isinstance(data, bytes)
    assert [chunk async for chunk in data] == [b"ab", b"cd"]


async def test_a_body_that_says_that_it_is_too_large_is_refused_at_once() -> None:
    with pytest.raises(ApiError) as raised:
        await body(3, b"abcd", length=4).prepare()
    assert (raised.value.status, raised.value.code) == (413, "body_too_large")


async def test_a_body_that_grows_too_large_is_refused_on_the_way() -> None:
    growing = body(3, b"ab", b"cd")
    await growing.prepare()
    data = growing.data()
    assert data is not None and not isinstance(data, bytes)
    seen = []
    with pytest.raises(ApiError):
        async for chunk in data:
            seen.append(chunk)
    assert (seen, growing.refused) == ([b"ab"], True)


async def test_a_client_that_goes_away_is_noticed() -> None:
    leaving = body(100, b"ab", length=4, gone=True)
    with pytest.raises(ClientGone):
        await leaving.prepare()


def test_a_page_of_a_foreign_origin_may_not_open_a_websocket() -> None:
    sockets = Sockets(None, ["https://app.example.com"])  # type: ignore[arg-type]
    sockets.check_origin({"headers": []})
    sockets.check_origin({"headers": [(b"origin", b"https://app.example.com")]})
    with pytest.raises(ApiError) as raised:
        sockets.check_origin({"headers": [(b"origin", b"https://evil.example.com")]})
    assert raised.value.status == 403


def test_a_websocket_may_carry_its_token_as_a_protocol() -> None:
    sockets = Sockets(None, [])  # type: ignore[arg-type]
    browser = {"headers": [], "subprotocols": ["chat", "bearer", "tok", "v2"]}
    assert sockets.token(browser) == ("tok", ["chat", "bearer", "v2"])
    program = {"headers": [(b"authorization", b"Bearer tok")], "subprotocols": ["chat"]}
    assert sockets.token(program) == ("tok", ["chat"])
    assert sockets.token({"headers": [], "subprotocols": ["bearer"]}) == (None, ["bearer"])
