"""What can be asked of the services of accounts, people and tenants."""

from __future__ import annotations

from .tenancy_operations import NOTHING, Operation, Row, of

ACCOUNTS, USERS, TENANTS = "auth-service", "user-service", "tenant-service"


def accounts() -> tuple[Operation, ...]:
    """Return those of auth-service; whose access token is sent is the asking person."""
    renewed = {"refresh": "refresh_token"}
    wanted: list[Row] = [
        ("POST", "/auth/refresh", 200, {"refresh_token": "{refresh}"}, renewed),
        ("POST", "/auth/validate", 200, None, NOTHING),
        ("POST", "/auth/logout", 204, None, NOTHING),
    ]
    return of(ACCOUNTS, wanted)


def users() -> tuple[Operation, ...]:
    """Return those of user-service."""
    one, named = "/users/{user}", {"display_name": "{name}", "preferences": {"said": "{name}"}}
    wanted: list[Row] = [
        ("GET", "/users", 200, None, NOTHING),
        ("GET", "/users?search=a&sort_by=email&page_size=100", 200, None, NOTHING),
        ("GET", "/users/me", 200, None, NOTHING),
        ("PUT", "/users/me", 200, named, NOTHING),
        ("GET", one, 200, None, NOTHING),
        ("PUT", one, 200, named, NOTHING),
        ("DELETE", one, 204, None, NOTHING),
    ]
    by_email = Operation(USERS, "GET", "/users?search={email}", foreign=(200,))
    return (*of(USERS, wanted), by_email)


def tenants() -> tuple[Operation, ...]:
    """Return those of tenant-service."""
    one, member = "/tenants/{tenant}", "/tenants/{tenant}/members/{user}"
    guest = {"email": "{fresh}@example.com", "role": "admin"}
    wanted: list[Row] = [
        ("GET", "/tenants", 200, None, NOTHING),
        ("POST", "/tenants", 403, {"name": "{name}"}, NOTHING),
        ("GET", one, 200, None, NOTHING),
        ("PUT", one, 200, {"name": "{name}"}, NOTHING),
        ("GET", f"{one}/usage", 200, None, NOTHING),
        ("POST", f"{one}/suspend", 403, None, NOTHING),
        ("POST", f"{one}/resume", 403, None, NOTHING),
        ("GET", f"{one}/members", 200, None, NOTHING),
        ("PUT", member, 200, {"role": "admin"}, NOTHING),
        ("GET", f"{one}/invitations", 200, None, NOTHING),
        ("POST", f"{one}/invitations", 201, guest, {"invitation": "id"}),
        ("DELETE", f"{one}/invitations/{{invitation}}", 204, None, NOTHING),
        ("DELETE", member, 204, None, NOTHING),
        ("DELETE", one, 204, None, NOTHING),
    ]
    # It is for another address, and who has a token may learn that.
    body, path = {"token": "{token}"}, "/tenants/invitations/accept"
    accept = Operation(TENANTS, "POST", path, 403, body, secret=True)
    return (*of(TENANTS, wanted), accept)
