"""One OpenAPI document of the public routes, made from those of the services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .routes import ROUTES, Route, RouteTable

Document = dict[str, Any]

TITLE = "PyAirtable"
METHODS = ("get", "put", "post", "delete", "patch", "head")
SET_BY_GATEWAY = frozenset({"x-api-key", "x-user-id", "x-tenant-id", "x-user-role"})
"""Headers that clients cannot send, so that nobody is told of them."""

_REFERENCE = "#/components/schemas/"
_TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def merged(documents: Mapping[str, Document], version: str) -> Document:
    """Return the public document. documents: those of the services, by service."""
    paths: dict[str, Document] = {}
    schemas: Document = {}
    for service, document in sorted(documents.items()):
        prefix = _prefix(service)
        for path, operations in document.get("paths", {}).items():
            for route in _routes_of(service, path):
                public = _public(service, route, path, operations, prefix)
                if public:
                    paths.setdefault(route.public + path[len(route.upstream) :], {}).update(public)
        found = document.get("components", {}).get("schemas", {})
        schemas.update({prefix + name: _renamed(each, prefix) for name, each in found.items()})
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": version},
        "servers": [{"url": "/"}],
        "tags": [{"name": service} for service in sorted(documents)],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": _used(paths, schemas), "securitySchemes": {"token": _TOKEN}},
    }


def _prefix(service: str) -> str:
    return "".join(part.capitalize() for part in service.split("-"))


def _routes_of(service: str, path: str) -> Iterable[Route]:
    """The public routes by which a service's path is reached."""
    table = RouteTable()
    for route in ROUTES:
        inside = path == route.upstream or (route.below and path.startswith(f"{route.upstream}/"))
        public = route.public + path[len(route.upstream) :]
        if route.service == service and inside and table.find(public) == route:
            yield route


def _public(
    service: str, route: Route, path: str, operations: Document, prefix: str
) -> dict[str, Document]:
    shared = operations.get("parameters", [])
    return {
        method: _operation(service, route, path, operations[method], shared, prefix)
        for method in METHODS
        if method in operations and method.upper() in route.methods
    }


def _operation(
    service: str, route: Route, path: str, found: Document, shared: list[Any], prefix: str
) -> Document:
    made: Document = _renamed(found, prefix)
    parameters = [
        each
        for each in [*_renamed(shared, prefix), *made.get("parameters", [])]
        if not (each["in"] == "header" and each["name"].lower() in SET_BY_GATEWAY)
    ]
    made["tags"] = [service]
    made["operationId"] = f"{service}-{found.get('operationId', path)}".replace("_", "-")
    made["security"] = [{"token": []}] if route.token else []
    made.pop("parameters", None)
    if parameters:
        made["parameters"] = parameters
    return made


def _renamed(value: Any, prefix: str) -> Any:
    """The same with every schema that is referred to under the service's own prefix."""
    if isinstance(value, dict):
        return {
            key: _REFERENCE + prefix + each.removeprefix(_REFERENCE)
            if key == "$ref" and isinstance(each, str) and each.startswith(_REFERENCE)
            else _mapped(each, prefix)
            if key == "mapping"
            else _renamed(each, prefix)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_renamed(each, prefix) for each in value]
    return value


def _mapped(value: Any, prefix: str) -> Any:
    """A discriminator's mapping, whose values are references without their key."""
    if not isinstance(value, dict):
        return _renamed(value, prefix)
    return {
        key: _REFERENCE + prefix + each.removeprefix(_REFERENCE)
        if isinstance(each, str) and each.startswith(_REFERENCE)
        else _renamed(each, prefix)
        for key, each in value.items()
    }


def _used(paths: Mapping[str, Document], schemas: Document) -> Document:
    """The schemas that the public paths refer to, one way or another."""
    wanted: dict[str, None] = {}
    left = list(_references(paths))
    while left:
        name = left.pop()
        if name not in wanted and name in schemas:
            wanted[name] = None
            left += _references(schemas[name])
    return {name: schemas[name] for name in sorted(wanted)}


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
    elif isinstance(value, str) and value.startswith(_REFERENCE):
        yield value.removeprefix(_REFERENCE)
