"""The one document of the public API has every route of every service, with its schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from api_gateway.domain.openapi import merged
from api_gateway.domain.routes import ROUTES, SERVICES, RouteTable
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from .contract import Built, build
from .stores import free_port
from .surroundings import Surroundings

# Speaks a protocol of its own, which its standard describes and no document of ours.
PROTOCOLS = {"/api/v1/mcp"}


@pytest.fixture(scope="module")
def services(surroundings: Surroundings) -> list[Built]:
    """Every service that has public routes; what it calls is away."""
    return [build(name, surroundings, free_port()) for name in SERVICES]


@pytest.fixture(scope="module")
def document(services: list[Built]) -> dict[str, Any]:
    """What the gateway puts together."""
    return merged({each.name: each.app.openapi() for each in services}, "1")


def routes(of: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Give the routes of an application, those of its routers and of theirs too."""
    for each in of:
        inner = getattr(each, "original_router", None)
        if inner is not None:
            yield from routes(inner.routes)
        elif isinstance(each, APIRoute):
            yield each


def public(service: Built) -> Iterator[tuple[str, str]]:
    """Give the public paths and methods of a service, as its own table of routes has them."""
    table = RouteTable()
    for each in routes(service.app.routes):
        for route in ROUTES:
            inside = each.path == route.upstream or each.path.startswith(f"{route.upstream}/")
            path = route.public + each.path[len(route.upstream) :]
            if route.service == service.name and inside and table.find(path) == route:
                yield from ((path, method) for method in each.methods & route.methods)


def test_every_route_of_every_service_is_in_the_document(
    services: list[Built], document: dict[str, Any]
) -> None:
    wanted = {each for service in services for each in public(service)}
    found = {
        (path, method.upper()) for path, methods in document["paths"].items() for method in methods
    }
    assert found == wanted
    assert len(wanted) > 60


def test_every_public_route_leads_to_something_that_is_described(document: dict[str, Any]) -> None:
    for route in ROUTES:
        paths = [path for path in document["paths"] if path.startswith(route.public)]
        assert paths or route.public in PROTOCOLS, route.public


def test_every_operation_says_what_it_takes_and_answers(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            told = f"{method.upper()} {path}"
            answers = described["responses"]
            assert any(status.startswith("2") for status in answers), told
            assert {"4XX", "5XX"} <= answers.keys(), told
            for answer in answers.values():
                for kind, content in answer.get("content", {}).items():
                    assert kind != "application/json" or content.get("schema"), told
            for content in described.get("requestBody", {}).get("content", {}).values():
                # What a webhook is sent may be anything.
                assert "schema" in content, told
