"""The whole validation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import docker

from plan.deployment import Deployment

from . import leftovers
from .health import SETTLE_SECONDS, health_matrix
from .report import SKIPPED, Check, Report
from .smoke import REMOVE, Pinned, new_email, smoke_tests

GATEWAY = "api-gateway"


def base_url(deployment: Deployment) -> str | None:
    """Return the public address of the gateway, None where none is deployed."""
    service = next((s.service for s in deployment.services if s.service.name == GATEWAY), None)
    if service is None:
        return None
    port = next(each for each in deployment.router.ports if each.internal == service.port)
    return f"http://{_reachable(port.address)}:{port.external}"


def validate(
    deployment: Deployment,
    slots: Mapping[str, str],
    engine: docker.DockerClient,
    settle_seconds: float = SETTLE_SECONDS,
    pinned: Pinned | None = None,
    waiting: Collection[str] = (),
) -> Report:
    """Look at everything; smoke tests only where the health matrix is all green.

    slots: the slot of each service that is to serve. settle_seconds: how long a check that
    fails is asked again. pinned: slots that the smoke tests choose. waiting: services whose
    slot has no traffic yet. Takes a few seconds at least for a platform that is well.
    """
    checks = health_matrix(deployment, slots, engine, settle_seconds, waiting)
    url = base_url(deployment)
    if url is not None and Report(tuple(checks)).passed:
        checks += _smoke(url, deployment, engine, settle_seconds, pinned)
    elif url is not None:
        checks.append(_left_out(url))
    return Report(tuple(checks))


def _smoke(
    url: str,
    deployment: Deployment,
    engine: docker.DockerClient,
    settle_seconds: float,
    pinned: Pinned | None,
) -> list[Check]:
    email = new_email()
    checks = smoke_tests(url, email, settle_seconds, pinned)
    reason = leftovers.remove(email, deployment.names, engine)
    return [_told(each, email, reason) if each.name == REMOVE else each for each in checks]


def _told(removal: Check, email: str, reason: str | None) -> Check:
    """Add what became of the users in the database itself. reason: why it refused."""
    if removal.passed:
        text = f"older ones were not looked for: {reason}" if reason else ""
    else:
        text = f"; {email} remains: {reason}" if reason else "; removed in the database instead"
    return replace(removal, detail=removal.detail + text)


def _left_out(url: str) -> Check:
    detail = "because the health matrix is not all green"
    return Check(kind="smoke", name="smoke tests", target=url, result=SKIPPED, detail=detail)


def _reachable(address: str) -> str:
    """Return where this host reaches what listens on an address."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return everywhere.get(address, f"[{address}]" if ":" in address else address)
