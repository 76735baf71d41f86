"""All settings of a stack, and what contradicts what."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, SecretStr

from .base import Section
from .entry import EntrySettings
from .health import HealthSettings
from .platform import PlatformSettings
from .release import ReleaseSettings
from .services import ServiceSettings
from .stores import StoresSettings


class EmulatorSettings(Section):
    """Which emulators stand in for outside services."""

    airtable: bool | None = Field(
        None, description="Left out: deployed without airtableToken outside staging and production."
    )
    gemini: bool | None = Field(
        None, description="Left out: deployed without geminiApiKey outside staging and production."
    )


class StackSettings(Section):
    """The settings of one stack."""

    platform: PlatformSettings = Field(
        default_factory=lambda: PlatformSettings(), description="What kind of environment this is."
    )
    entry: EntrySettings = Field(
        default_factory=lambda: EntrySettings(),
        description="Where and how the platform is reached.",
    )
    health: HealthSettings = Field(
        default_factory=lambda: HealthSettings(), description="Health checks and start-up gates."
    )
    release: ReleaseSettings = Field(
        default_factory=lambda: ReleaseSettings(),
        description="How traffic moves to a new version.",
    )
    services: dict[str, ServiceSettings] = Field(
        default_factory=dict, description="By name of a service: what differs from the catalog."
    )
    stores: StoresSettings = Field(
        default_factory=lambda: StoresSettings(), description="The stores."
    )
    emulators: EmulatorSettings = Field(
        default_factory=lambda: EmulatorSettings(), description="Stand-ins for outside services."
    )
    airtable_token: SecretStr | None = Field(
        None, description="Token for Airtable's Web API (secret)."
    )
    gemini_api_key: SecretStr | None = Field(None, description="Key for Gemini's API (secret).")


SECTIONS = ("platform", "entry", "health", "release", "services", "stores", "emulators")
SECRETS = ("airtableToken", "geminiApiKey")


def published(settings: StackSettings) -> Iterator[tuple[str, int]]:
    """Yield key path and number of every published port."""
    yield "entry.gatewayPort", settings.entry.gateway_port
    yield "entry.frontendPort", settings.entry.frontend_port
    for name, service in settings.services.items():
        if service.publish_port is not None:
            yield f"services.{name}.publishPort", service.publish_port
