"""Fixtures: the web interface as a process, and browsers without scripts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx

from .frontend_gateway import PASSWORD, GatewayStandIn
from .running import Running, running, served
from .surroundings import Surroundings


@contextlib.contextmanager
def frontend(surroundings: Surroundings, gateway: str, **variables: str) -> Iterator[Running]:
    """Run the web interface."""
    with running(surroundings, "frontend", API_GATEWAY_URL=gateway, **variables) as started:
        yield started


@contextlib.contextmanager
def stand_in() -> Iterator[tuple[GatewayStandIn, str]]:
    """Serve a stand-in for the gateway."""
    gateway = GatewayStandIn()
    with served(gateway.app) as url:
        yield gateway, url


class Visitor:
    """A browser without scripts: keeps cookies, reads forms, sends them."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60)
        self.url = url

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Load a page."""
        return self.client.get(path, **more)

    def token(self, path: str = "/sign-in") -> str:
        """Return what the forms of a page carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1]

    def post(
        self, path: str, fields: dict[str, Any], token: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send a form of ours."""
        csrf = token if token is not None else self.token("/status" if self.known else "/sign-in")
        headers = {"Origin": self.url, **more.pop("headers", {})}
        return self.client.post(path, data={"csrf": csrf, **fields}, headers=headers, **more)

    @property
    def known(self) -> bool:
        """Whether it is signed in."""
        return "session" in self.client.cookies

    def sign_in(self, email: str = "ada@example.com") -> httpx.Response:
        """Sign in."""
        return self.post("/sign-in", {"email": email, "password": PASSWORD})


def text_of(page: httpx.Response) -> str:
    """Return what a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
