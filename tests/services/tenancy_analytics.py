"""What can be asked of platform-services: API keys, events, metrics and the reports of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .tenancy_operations import NOTHING, Operation, Row, of

ANALYTICS = "platform-services"


def keys() -> tuple[Operation, ...]:
    """Return those of API keys, which are each user's own."""
    wanted: list[Row] = [
        ("POST", "/auth/keys", 201, {"name": "{name}"}, {"key_id": "id", "key": "key"}),
        ("GET", "/auth/keys", 200, None, NOTHING),
        ("POST", "/auth/verify", 200, {"token": "{key}"}, NOTHING),
        ("DELETE", "/auth/keys/{key_id}", 204, None, NOTHING),
    ]
    return of(ANALYTICS, wanted)


def analytics() -> tuple[Operation, ...]:
    """Return those of analytics; the ids are the clients', so each tenant has its own of them."""
    reports: list[Row] = [
        ("GET", f"/analytics/{about}", 200, None, NOTHING)
        for about in ("metrics", "usage", "costs", "dashboard")
    ]
    named = [each for kind in ("event", "metric") for each in _taken(kind)]
    return (*named, *of(ANALYTICS, reports))


def _taken(kind: str) -> tuple[Operation, ...]:
    path, item = f"/analytics/{kind}s", {"name": "{name}", "value": 1}
    item |= {"cost_usd": "0.25"} if kind == "event" else {"labels": {"said": "{name}"}}
    again: dict[str, Any] = {**item, "id": f"{{{kind}}}"}
    wanted: list[Row] = [
        ("POST", path, 202, item, {kind: "id"}),
        ("POST", path, 202, again, NOTHING),
        ("POST", f"{path}/batch", 202, {f"{kind}s": [again, item]}, NOTHING),
    ]
    return tuple(replace(each, foreign=(202,)) for each in of(ANALYTICS, wanted))
