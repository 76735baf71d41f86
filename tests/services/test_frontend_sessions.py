"""Signing in, staying signed in over replicas, signing out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from .frontend_fixtures import Visitor, frontend, stand_in, text_of
from .frontend_gateway import GatewayStandIn
from .running import Running
from .surroundings import Surroundings


@pytest.fixture(scope="module")
def both(surroundings: Surroundings) -> Iterator[tuple[GatewayStandIn, Running, Running]]:
    """The gateway and two replicas."""
    with (
        stand_in() as (gateway, url),
        frontend(surroundings, url) as one,
        frontend(surroundings, url) as two,
    ):
        yield gateway, one, two


@pytest.fixture
def gateway(both: tuple[GatewayStandIn, Running, Running]) -> GatewayStandIn:
    """The gateway, as it is at first."""
    both[0].lasting = 900
    both[0].away.clear()
    both[0].refreshes.clear()
    return both[0]


@pytest.fixture
def visitor(both: tuple[GatewayStandIn, Running, Running], gateway: GatewayStandIn) -> Visitor:
    """A browser."""
    return Visitor(both[1].url)


def elsewhere(visitor: Visitor, replica: Running) -> Visitor:
    """Return the same browser as another replica meets it."""
    other = Visitor(replica.url)
    other.client.cookies.update(visitor.client.cookies)
    return other


def test_who_has_not_signed_in_is_sent_to_the_sign_in_and_back(visitor: Visitor) -> None:
    asked = visitor.get("/bases?x=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fbases%3Fx%3D1")
    form = visitor.get(asked.headers["location"])
    assert 'name="next" value="/bases?x=1"' in form.text
    fields = {"email": "ada@example.com", "password": "Test123!", "next": "/bases?x=1"}
    entered = visitor.post("/sign-in", fields)
    assert (entered.status_code, entered.headers["location"]) == (303, "/bases?x=1")
    assert "Base" in text_of(visitor.get("/bases?x=1"))


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_sign_in_leads_to_our_own_pages_only(visitor: Visitor, evil: str) -> None:
    fields = {"email": "ada@example.com", "password": "Test123!", "next": evil}
    assert visitor.post("/sign-in", fields).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = next(
        each
        for each in visitor.sign_in().headers.get_list("set-cookie")
        if each.startswith("session=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_redis_holds_neither_the_cookie_nor_a_token(
    visitor: Visitor, gateway: GatewayStandIn, surroundings: Surroundings
) -> None:
    before = set(gateway.valid)
    visitor.sign_in()
    (access,) = set(gateway.valid) - before
    cookie = visitor.client.cookies["session"]
    with surroundings.redis_admin() as redis:
        keys = list(redis.scan_iter("frontend:*"))
        stored = " ".join([*keys, *(str(redis.get(key)) for key in keys)])
        assert all(0 < redis.ttl(key) <= 7 * 24 * 3600 for key in keys)
    assert keys
    assert cookie not in stored
    assert access not in stored
    assert "ada@example.com" not in stored


def test_a_wrong_password_is_told_and_the_address_stays_in_the_form(visitor: Visitor) -> None:
    refused = visitor.post("/sign-in", {"email": "ada@example.com", "password": "wrong"})
    assert refused.status_code == 401
    assert "E-mail or password is wrong" in text_of(refused)
    assert 'value="ada@example.com"' in refused.text
    assert "wrong" not in refused.text.replace("is wrong", "")
    assert not visitor.known


def test_who_registers_is_signed_in(visitor: Visitor, gateway: GatewayStandIn) -> None:
    fields = {"email": "new@example.com", "password": "Test123!", "first_name": "", "last_name": ""}
    entered = visitor.post("/register", {**fields, "next": "/"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/?done=registered")
    assert visitor.known
    assert gateway.sent("/auth/register")[-1] == {
        "email": "new@example.com",
        "password": "Test123!",
    }
    taken = visitor.post("/register", {**fields, "email": "taken@example.com"})
    assert taken.status_code == 409
    assert "There is an account with this e-mail" in text_of(taken)


def test_the_session_holds_at_every_replica(
    visitor: Visitor, both: tuple[GatewayStandIn, Running, Running]
) -> None:
    visitor.sign_in()
    assert elsewhere(visitor, both[2]).get("/bases").status_code == 200


def test_signing_in_ends_the_session_before(visitor: Visitor) -> None:
    visitor.sign_in()
    before = visitor.client.cookies["session"]
    visitor.sign_in()
    assert visitor.client.cookies["session"] != before
    old = Visitor(visitor.url)
    old.client.cookies.set("session", before)
    assert old.get("/bases").headers["location"].startswith("/sign-in")


def test_signing_out_ends_the_tokens_and_the_session(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    before = set(gateway.valid)
    visitor.sign_in()
    (access,) = set(gateway.valid) - before
    cookie = visitor.client.cookies["session"]
    left = visitor.post("/sign-out", {})
    assert left.headers["location"] == "/sign-in?done=signed-out"
    assert not visitor.known
    assert access not in gateway.valid
    thief = Visitor(visitor.url)
    thief.client.cookies.set("session", cookie)
    assert thief.get("/bases").status_code == 303


def test_an_ending_token_is_renewed_once_over_all_replicas(
    visitor: Visitor, gateway: GatewayStandIn, both: tuple[GatewayStandIn, Running, Running]
) -> None:
    gateway.lasting = 1
    visitor.sign_in()
    gateway.lasting = 900
    visitors = [visitor, elsewhere(visitor, both[2])] * 6
    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(lambda each: each.get("/bases").status_code, visitors))
    assert codes == [200] * 12
    assert len(gateway.refreshes) == 1
    assert visitor.get("/bases").status_code == 200


def test_a_token_that_the_gateway_refuses_is_renewed_and_the_request_repeated(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    visitor.sign_in()
    gateway.valid.clear()
    assert visitor.get("/bases").status_code == 200
    assert len(gateway.refreshes) == 1


def test_a_refused_renewal_leads_to_the_sign_in(visitor: Visitor, gateway: GatewayStandIn) -> None:
    gateway.lasting = 1
    visitor.sign_in()
    gateway.lasting = 900
    visitor.get("/bases")
    gateway.valid.clear()
    gateway.used = _Everything()
    try:
        asked = visitor.get("/bases")
    finally:
        gateway.used = set()
    assert asked.headers["location"] == "/sign-in?next=%2Fbases"
    assert not visitor.known


class _Everything(set[str]):
    def __contains__(self, _: object) -> bool:
        return True


def test_a_form_sent_after_the_session_leads_back_to_its_page(visitor: Visitor) -> None:
    visitor.sign_in()
    token = visitor.token("/status")
    other = Visitor(visitor.url)
    other.client.cookies.set("session", "A" * 43)
    asked = other.post(
        "/workspaces", {"name": "x"}, token=token, headers={"Referer": f"{visitor.url}/workspaces"}
    )
    assert asked.headers["location"] == "/sign-in?next=%2Fworkspaces"


def test_forged_and_odd_cookies_are_nobody(visitor: Visitor) -> None:
    for value in ("", "x", "A" * 43, "é" * 43, "A" * 4000):
        answer = visitor.get("/bases", headers={"Cookie": f"session={value}".encode()})
        assert answer.status_code == 303, value


def test_without_redis_the_status_page_still_tells(surroundings: Surroundings) -> None:
    with (
        stand_in() as (_, url),
        frontend(surroundings, url, REDIS_PORT="1") as lonely,
    ):
        visitor = Visitor(lonely.url)
        assert visitor.get("/api/health").json()["status"] == "healthy"
        ready = visitor.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        visitor.client.cookies.set("session", "A" * 43)
        assert visitor.get("/status").status_code == 200
        away = visitor.get("/bases")
        assert away.status_code == 503
        assert "Signing in is not possible at the moment" in text_of(away)
        assert away.headers["x-request-id"] in away.text


def test_it_stops_in_good_order(surroundings: Surroundings) -> None:
    with stand_in() as (_, url), frontend(surroundings, url) as started:
        Visitor(started.url).get("/sign-in")
        begun = time.monotonic()
        assert started.stop() == 0
        assert time.monotonic() - begun < 10
