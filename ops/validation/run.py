"""The whole validation."""

from __future__ import annotations

from collections.abc import Mapping

import docker

from plan.deployment import Deployment

from .health import health_matrix
from .report import Report
from .smoke import SmokeTests

GATEWAY = "api-gateway"


def base_url(deployment: Deployment) -> str | None:
    """Return the public address of the gateway, None where none is deployed."""
    service = next((s.service for s in deployment.services if s.service.name == GATEWAY), None)
    if service is None:
        return None
    port = next(each for each in deployment.router.ports if each.internal == service.port)
    address = "127.0.0.1" if port.address == "0.0.0.0" else port.address
    return f"http://{address}:{port.external}"


def validate(
    deployment: Deployment, slots: Mapping[str, str], engine: docker.DockerClient
) -> Report:
    """Look at everything; smoke tests only where the health matrix is all green."""
    checks = health_matrix(deployment, slots, engine)
    health = Report(tuple(checks))
    url = base_url(deployment)
    if health.passed and url is not None:
        checks += SmokeTests(url).run()
    return Report(tuple(checks))
