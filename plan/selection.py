"""Which services of the catalog a stack deploys, and why the others are left out."""

from __future__ import annotations

from catalog import SECRETS, SERVICES, Service
from settings import StackSettings


def selected(settings: StackSettings) -> tuple[tuple[Service, ...], dict[str, str]]:
    """Return the deployed services in catalog order, and the reason for each absent one."""
    reasons = {name: _absent(service, settings) for name, service in SERVICES.items()}
    deployed = tuple(SERVICES[name] for name, reason in reasons.items() if reason is None)
    return deployed, {name: reason for name, reason in reasons.items() if reason is not None}


def _absent(service: Service, settings: StackSettings) -> str | None:
    chosen = settings.services.get(service.name)
    if chosen is not None and chosen.enabled is False:
        return "switched off in the settings"
    if service.image is None and (chosen is None or chosen.image is None):
        return "no image of ours yet; name one under services"
    if service.stands_in_for is not None:
        return _emulator_absent(service, settings)
    return None


def _emulator_absent(service: Service, settings: StackSettings) -> str | None:
    if stack_secret(service.stands_in_for or "", settings) is not None:
        return f"{SECRETS[service.stands_in_for or ''].config_key} is set"
    if not wants_emulator(service, settings):
        return "emulators are switched off or not allowed in this environment"
    return None


def wants_emulator(service: Service, settings: StackSettings) -> bool:
    """Whether the settings allow this emulator; by default outside staging and production."""
    asked = {
        "airtable-emulator": settings.emulators.airtable,
        "gemini-emulator": settings.emulators.gemini,
    }[service.name]
    if asked is not None:
        return asked
    return settings.platform.environment not in ("staging", "production")


def stack_secret(name: str, settings: StackSettings) -> object | None:
    """Return the stack's own secret of that name when it is set."""
    return {
        "airtable-token": settings.airtable_token,
        "gemini-api-key": settings.gemini_api_key,
    }[name]
