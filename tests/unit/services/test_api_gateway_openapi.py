"""The public document is made from those of the services, and from nothing else."""

from __future__ import annotations

from typing import Any

from api_gateway.domain.openapi import merged

ANSWER = {
    "responses": {
        "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Out"}}}}
    }
}
HEADERS = [
    {"name": "x-api-key", "in": "header"},
    {"name": "X-User-ID", "in": "header"},
    {"name": "page", "in": "query"},
]


def service(paths: dict[str, Any]) -> dict[str, Any]:
    schemas = {
        "Out": {"properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
        "Inner": {"type": "string"},
        "Unused": {"type": "string"},
    }
    return {"paths": paths, "components": {"schemas": schemas}}


DOCUMENTS = {
    "user-service": service(
        {
            "/users/me": {"get": {"operationId": "me", "parameters": HEADERS, **ANSWER}},
            "/users/{user_id}": {
                "get": {"operationId": "one", **ANSWER},
                "post": {"operationId": "not_public", **ANSWER},
            },
            "/health": {"get": {"operationId": "health", **ANSWER}},
        }
    ),
    "auth-service": service({"/auth/login": {"post": {"operationId": "login", **ANSWER}}}),
}
DOCUMENT = merged(DOCUMENTS, "1.2.3")


def test_only_public_paths_and_methods_are_told() -> None:
    found = {path: sorted(operations) for path, operations in DOCUMENT["paths"].items()}
    assert found == {
        "/api/v1/auth/login": ["post"],
        "/api/v1/users/me": ["get"],
        "/api/v1/users/{user_id}": ["get"],
    }


def test_headers_that_the_gateway_sets_are_not_told() -> None:
    parameters = DOCUMENT["paths"]["/api/v1/users/me"]["get"]["parameters"]
    assert [each["name"] for each in parameters] == ["page"]


def test_a_route_says_whether_it_needs_a_token() -> None:
    assert DOCUMENT["paths"]["/api/v1/auth/login"]["post"]["security"] == []
    assert DOCUMENT["paths"]["/api/v1/users/me"]["get"]["security"] == [{"token": []}]


def test_schemas_of_the_same_name_are_kept_apart_and_unused_ones_left_out() -> None:
    assert set(DOCUMENT["components"]["schemas"]) == {
        "AuthServiceInner",
        "AuthServiceOut",
        "UserServiceInner",
        "UserServiceOut",
    }
    inner = DOCUMENT["components"]["schemas"]["UserServiceOut"]["properties"]["inner"]
    assert inner == {"$ref": "#/components/schemas/UserServiceInner"}


def test_operations_have_names_of_their_own() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert sorted(names) == ["auth-service-login", "user-service-me", "user-service-one"]
