"""Rules over several values of the settings, those of production among them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator

from catalog import SERVICES, STORES, Limits, Service

from .limits import LimitsOverride
from .problems import Problem
from .stack import StackSettings, published


def broken(settings: StackSettings) -> list[Problem]:
    """Return every rule that the settings break."""
    found = [*_names(settings), *_ports(settings), *_limits(settings), *_needs(settings)]
    if settings.platform.environment == "production":
        found += _production(settings)
    return found


def _names(settings: StackSettings) -> Iterator[Problem]:
    for name in settings.services:
        if name in SERVICES:
            continue
        close = difflib.get_close_matches(name, SERVICES, n=1)
        hint = f"Did you mean {close[0]}?" if close else "Remove it."
        yield Problem(
            key=f"services.{name}",
            value=name,
            allowed=f"is no service of the catalog; it has {', '.join(SERVICES)}",
            mend=hint,
        )


def _ports(settings: StackSettings) -> Iterator[Problem]:
    ports = list(published(settings))
    counts = Counter(port for _, port in ports)
    for key, port in ports:
        if counts[port] > 1:
            others = ", ".join(other for other, number in ports if number == port and other != key)
            yield Problem(
                key=key,
                value=port,
                allowed=f"is also the port of {others}",
                mend="Give each published port a number of its own.",
            )
    for name, service in settings.services.items():
        if name in SERVICES and service.publish_port and SERVICES[name].public_port:
            yield Problem(
                key=f"services.{name}.publishPort",
                value=service.publish_port,
                allowed="is for internal services, and this one is published already",
                mend="Set its port under entry.",
            )


def _limits(settings: StackSettings) -> Iterator[Problem]:
    for name, service in settings.services.items():
        if name in SERVICES and service.limits:
            yield from _reserved(f"services.{name}", SERVICES[name].limits, service.limits)
    for name, store in STORES.items():
        override = getattr(settings.stores, name).limits
        if override:
            yield from _reserved(f"stores.{name}", store.limits, override)


def _reserved(path: str, default: Limits, override: LimitsOverride) -> Iterator[Problem]:
    for limit, reserved, alias in (
        ("cpus", "reserved_cpus", "reservedCpus"),
        ("memory_mib", "reserved_memory_mib", "reservedMemoryMiB"),
    ):
        most = getattr(override, limit) or getattr(default, limit)
        least = getattr(override, reserved)
        least = getattr(default, reserved) if least is None else least
        if least > most:
            yield Problem(
                key=f"{path}.limits.{alias}",
                value=least,
                allowed=f"is to be at most the limit, {most}",
                mend="Lower it, or raise the limit.",
            )


def _needs(settings: StackSettings) -> Iterator[Problem]:
    off = {name for name, service in settings.services.items() if service.enabled is False}
    for name, service in SERVICES.items():
        for need in service.needs:
            if need in off and name not in off and _has_image(service, settings):
                yield Problem(
                    key=f"services.{need}.enabled",
                    value=False,
                    allowed=f"is needed by {name}",
                    mend=f"Leave it on, or switch {name} off too.",
                )


def _has_image(service: Service, settings: StackSettings) -> bool:
    chosen = settings.services.get(service.name)
    return service.image is not None or (chosen is not None and chosen.image is not None)


def _production(settings: StackSettings) -> Iterator[Problem]:
    if "*" in settings.entry.cors_origins:
        yield _refused("entry.corsOrigins", "*", "Name the origins of your pages.")
    if settings.platform.log_level == "DEBUG":
        yield _refused("platform.logLevel", "DEBUG", "Use INFO, WARNING or ERROR.")
    for key, secret in (
        ("airtableToken", settings.airtable_token),
        ("geminiApiKey", settings.gemini_api_key),
    ):
        if secret is None:
            yield _refused(key, None, f"Run `pulumi config set --secret {key}`.")
    for name in ("airtable", "gemini"):
        if getattr(settings.emulators, name):
            yield _refused(f"emulators.{name}", True, "Leave it out.")
    yield from _production_services(settings)


def _production_services(settings: StackSettings) -> Iterator[Problem]:
    for name, service in settings.services.items():
        path = f"services.{name}"
        if service.log_level == "DEBUG":
            yield _refused(f"{path}.logLevel", "DEBUG", "Use INFO, WARNING or ERROR.")
        if service.publish_port is not None:
            yield _refused(
                f"{path}.publishPort", service.publish_port, "Leave it out: it stays internal."
            )
        yield from _undigested(f"{path}.image", service.image)
        emulator = name in SERVICES and SERVICES[name].stands_in_for is not None
        if emulator and service.enabled is not False:
            yield _refused(path, name, "Leave it out: emulators are for development.")
    for name in STORES:
        yield from _undigested(f"stores.{name}.image", getattr(settings.stores, name).image)


def _undigested(key: str, image: str | None) -> Iterator[Problem]:
    if image is not None and "@sha256:" not in image:
        yield _refused(key, image, "Name the digest: name@sha256:…")
    elif image is not None and ":latest@" in image:
        yield _refused(key, image, "Name a version rather than latest.")


def _refused(key: str, value: object, mend: str) -> Problem:
    return Problem(key=key, value=value, allowed="is refused in production", mend=mend)
