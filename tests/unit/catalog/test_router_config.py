"""The router's configuration: both slots of every service from the start."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from catalog.router_config import RoutedService, render_router_config

GOLDEN = Path(__file__).parent / "golden" / "haproxy.cfg"
SERVICES = [
    RoutedService(name="mcp-server", port=8001),
    RoutedService(name="auth-service", port=8001, public_port=20001),
    RoutedService(name="api-gateway", port=8080, public_port=8080),
    RoutedService(name="frontend", port=3000, ready_path="/api/health", public_port=3000),
]
names = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True)


def test_the_configuration_is_as_reviewed() -> None:
    assert render_router_config(SERVICES) == GOLDEN.read_text()


def test_the_order_of_the_services_does_not_matter() -> None:
    assert render_router_config(SERVICES[::-1]) == render_router_config(SERVICES)


@given(st.lists(names, min_size=1, max_size=6, unique=True), st.integers(1024, 8000))
def test_every_service_is_reached_by_its_name_and_has_both_slots(
    found: list[str], port: int
) -> None:
    text = render_router_config([RoutedService(name=name, port=port) for name in found])
    for name in found:
        assert f"use_backend {name} if {{ hdr(host),field(1,:) {name} }}" in text
        assert f"server blue {name}-blue:{port} weight 100" in text
        assert f"server green {name}-green:{port} weight 0" in text
    assert text.count(f"bind :{port}\n") == 1


def test_a_write_is_never_sent_twice() -> None:
    backends = render_router_config(SERVICES).split("\nbackend ")[1:]
    for backend in backends:
        if "server blue" in backend:
            assert "disable-l7-retry if { method POST PATCH }" in backend


def test_only_what_comes_from_outside_is_turned_away_in_maintenance() -> None:
    frontends = render_router_config(SERVICES).split("\nfrontend ")[1:]
    for frontend in frontends:
        public = frontend.startswith(("port-8080", "port-3000", "public-"))
        assert ("return status 503" in frontend) == public
        assert ("hdr Retry-After 5" in frontend) == public
    gateway = next(each for each in frontends if each.startswith("port-8080"))
    assert "lt 0 } !{ hdr(host),field(1,:) api-gateway }" in gateway


def test_a_slow_answer_is_waited_for_as_long_as_its_service_says() -> None:
    slow = RoutedService(name="slow", port=8009, answer_seconds=700)
    text = render_router_config([slow, RoutedService(name="usual", port=8010)])
    found = {each.split("\n")[0]: each for each in text.split("\nbackend ")[1:]}
    assert "    timeout server 715s\n" in found["slow"]
    assert "    timeout server 645s\n" in found["usual"]
