"""What an API key opens."""

from __future__ import annotations

import pytest
from api_gateway.domain.routes import ROUTES, RouteTable
from api_gateway.domain.scopes import opens

TABLE = RouteTable()


@pytest.mark.parametrize(
    ("path", "method", "scopes", "opened"),
    [
        ("/api/v1/users/me", "GET", ["read"], True),
        ("/api/v1/users/me", "HEAD", ["read"], True),
        ("/api/v1/users/me", "PUT", ["read"], False),
        ("/api/v1/users/me", "PUT", ["write"], True),
        ("/api/v1/users/me", "GET", ["write"], False),
        ("/api/v1/airtable/bases", "GET", ["airtable:read"], True),
        ("/api/v1/airtable/bases/b/tables", "POST", ["airtable:read"], False),
        ("/api/v1/users", "GET", ["airtable:read", "airtable:write"], False),
        ("/api/v1/users", "GET", [], False),
        ("/api/v1/users", "GET", ["rea", "readx", "*"], False),
    ],
)
def test_a_scope_opens_what_it_says_and_nothing_else(
    path: str, method: str, scopes: list[str], opened: bool
) -> None:
    route = TABLE.find(path)
    assert route is not None
    assert opens(route, method, scopes) is opened


def test_no_scope_opens_accounts() -> None:
    accounts = [each for each in ROUTES if each.public.startswith("/api/v1/auth/")]
    assert accounts
    for route in accounts:
        for method in route.methods:
            assert not opens(route, method, ["read", "write", "auth:read", "auth:write"])
