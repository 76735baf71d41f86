"""Section `services`: what one service does differently."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from .base import Section
from .entry import Port
from .health import HealthOverride
from .limits import LimitsOverride
from .platform import LogLevel

_REFERENCE = re.compile(
    r"^[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*(:[\w][\w.-]{0,127})?"
    r"(@sha256:[0-9a-f]{64})?$"
)
_SECRET_WORDS = ("PASSWORD", "TOKEN", "SECRET", "API_KEY", "_FILE")


def _image(value: str) -> str:
    if not _REFERENCE.match(value):
        raise ValueError("is to be an image reference such as example.com/name:1.2@sha256:…")
    return value


def _variable(name: str) -> str:
    if not re.match(r"^[A-Z_][A-Z0-9_]*$", name):
        raise ValueError("names of variables are of the letters A-Z, digits and _")
    if any(word in name for word in _SECRET_WORDS):
        raise ValueError(
            "looks like a secret, and variables are seen by `docker inspect`; secrets reach a "
            "service as files: set them by `pulumi config set --secret`"
        )
    return name


ImageReference = Annotated[str, AfterValidator(_image)]


class ServiceSettings(Section):
    """What the stack wants of one service; what is left out is as the catalog says."""

    enabled: bool | None = Field(None, description="false leaves the service out.")
    image: ImageReference | None = Field(
        None, description="Another image that honours the contract; else ours is built."
    )
    limits: LimitsOverride | None = Field(None, description="Limits that differ.")
    environment: dict[Annotated[str, AfterValidator(_variable)], str] = Field(
        default_factory=dict, description="Further environment variables."
    )
    log_level: LogLevel | None = Field(None, description="Log level of this service.")
    health: HealthOverride | None = Field(None, description="Health check that differs.")
    publish_port: Port | None = Field(
        None, description="Publishes an internal service on this port; refused in production."
    )
