"""Every service package of the platform, found in its folder and built as its container does."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pyairtable_shared.settings import ServiceSettings

from .surroundings import ROOT, SERVICES, Surroundings

# Where a package has its application, and what the function is called.
BUILDERS = ("application.application", "application.build", "app.build", "app.application")
OPEN = ("/health", "/ready", "/metrics")
ANSWERED = ("GET", "POST", "PUT", "PATCH", "DELETE")
SOME_ID = UUID(int=7)


@dataclass(frozen=True)
class Traits:
    """In what a service differs from the others.

    key: whether it asks for the API key of services. own_errors: whether it answers errors in
    another shape, that of the outside service which it stands for, or as pages for people.
    variables: of its environment.
    """

    key: bool = True
    own_errors: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


# A service that is not named here has no differences.
TRAITS = {
    "api-gateway": Traits(key=False),
    "frontend": Traits(key=False, own_errors=True),
    "airtable-emulator": Traits(key=False, own_errors=True),
    "gemini-emulator": Traits(key=False, own_errors=True),
}


@dataclass(frozen=True)
class Operation:
    """A documented route, with a path that could be asked for."""

    method: str
    template: str
    path: str
    query: Mapping[str, str]
    described: Mapping[str, Any]

    @property
    def takes_json(self) -> bool:
        """Whether it wants a JSON object of a certain shape; what a hook is sent has none."""
        content = self.described.get("requestBody", {}).get("content", {})
        return bool(content.get("application/json", {}).get("schema"))

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(frozen=True)
class Built:
    """A service's application."""

    name: str
    app: FastAPI
    traits: Traits

    def operations(self) -> Iterator[Operation]:
        """Give what its OpenAPI document describes, but for health and readiness."""
        for template, methods in self.app.openapi()["paths"].items():
            for method, described in methods.items():
                if template not in OPEN and method.upper() in ANSWERED:
                    yield _operation(method.upper(), template, described)


def names() -> list[str]:
    """Return the services that there is a package of."""
    found = sorted((ROOT / "services").glob("*/settings.py"))
    packages = [path.parent.name for path in found if (path.parent / "__main__.py").exists()]
    return [name.replace("_", "-") for name in packages if name != "migrations"]


def build(name: str, surroundings: Surroundings, away: int, **variables: str) -> Built:
    """Build a service. away: a port where nothing answers, as which it is told all others."""
    package = name.replace("-", "_")
    traits = TRAITS.get(name, Traits())
    url = f"http://127.0.0.1:{away}"
    environment = {
        **surroundings.environment(name),
        **{f"{each.replace('-', '_').upper()}_URL": url for each in names()},
        **{f"{each}_API_URL": url for each in ("AIRTABLE", "GEMINI")},
        **_logins(name, surroundings),
        **traits.variables,
        **variables,
    }
    kind: type[ServiceSettings] = importlib.import_module(f"{package}.settings").Settings
    for option, described in kind.model_fields.items():
        if described.is_required() and option.endswith("_file"):
            environment.setdefault(option.upper(), str(surroundings.secrets / "api-key"))
    try:
        settings = kind.from_environment(environment)
    except SystemExit as exit_:
        raise RuntimeError(f"{name} needs more variables; name them in TRAITS") from exit_
    return Built(name, _builder(package)(settings), traits)


def _logins(name: str, surroundings: Surroundings) -> dict[str, str]:
    """Return the stores' own logins for a service that the tests' stores have none of."""
    if name in SERVICES:
        return {}
    return {
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD_FILE": str(surroundings.secrets / "postgres-password"),
        "REDIS_USER": "admin",
        "REDIS_PASSWORD_FILE": str(surroundings.secrets / "redis-password"),
    }


def _builder(package: str) -> Any:
    for each in BUILDERS:
        module, _, function = each.partition(".")
        if (ROOT / "services" / package / f"{module}.py").exists():
            found = getattr(importlib.import_module(f"{package}.{module}"), function, None)
            if found is not None:
                return found
    raise LookupError(f"{package} has none of {', '.join(BUILDERS)}")


def _operation(method: str, template: str, described: Mapping[str, Any]) -> Operation:
    parameters = described.get("parameters", [])
    values = {each["name"]: _value(each.get("schema", {})) for each in parameters}
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values.get(found[1], "x"), template)
    query = {
        each["name"]: values[each["name"]]
        for each in parameters
        if each["in"] == "query" and each.get("required")
    }
    return Operation(method, template, path, query, described)


def _value(schema: Mapping[str, Any]) -> str:
    """Return a value that a parameter might have."""
    if schema.get("format") == "uuid":
        return str(SOME_ID)
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("type") in ("integer", "number"):
        return "1"
    return "x" * max(2, int(schema.get("minLength", 0)))


def error_of(text: str) -> dict[str, Any]:
    """Return the error of an answer's body; fails when it has not the one shape."""
    answer = json.loads(text)
    assert list(answer) == ["error"], text
    error: dict[str, Any] = answer["error"]
    assert error["code"] and error["message"] and error["request_id"], text
    assert re.fullmatch(r"[a-z][a-z0-9_]*", error["code"]), text
    return error
