"""The environment variables and secret files of a service, from its catalog entry."""

from __future__ import annotations

from collections.abc import Collection

from catalog import SECRETS, SERVICES, Service
from settings import StackSettings

from .container import SecretFile

SECRETS_FOLDER = "/run/secrets"
DATABASE = "pyairtable"
TAKE_FILES = ("api-gateway", "automation-services", "frontend")
# Who calls the outside: the emulator that may stand in for it, and the variable of its address.
OUTSIDE = {
    "airtable-gateway": ("airtable-emulator", "AIRTABLE_API_URL"),
    "llm-orchestrator": ("gemini-emulator", "GEMINI_API_URL"),
}


def service_environment(
    service: Service, settings: StackSettings, deployed: Collection[str], available: Collection[str]
) -> dict[str, str]:
    """Return the variables of a service.

    deployed: names of deployed services. available: names of secrets that have a value.
    A stack's own `environment` of the service comes last and wins.
    """
    chosen = settings.services.get(service.name)
    level = (chosen.log_level if chosen else None) or settings.platform.log_level
    return {
        "ENVIRONMENT": settings.platform.environment,
        "LOG_LEVEL": level,
        "PORT": str(service.port),
        "CORS_ORIGINS": ",".join(settings.entry.cors_origins),
        **_entry(service, settings),
        **(_postgres(service) if service.postgres else {}),
        **(_redis(service) if service.redis else {}),
        **{_variable(name): f"{SECRETS_FOLDER}/{name}" for name in _held(service, available)},
        **{_url(name): f"http://{name}:{_port(name)}" for name in service.calls},
        **_outside(service, deployed),
        **service.environment,
        **(chosen.environment if chosen else {}),
    }


def secret_files(service: Service, available: Collection[str]) -> tuple[SecretFile, ...]:
    """Return the secret files of a service: the shared ones and its logins in the stores."""
    files = [SecretFile(file=name, secret=name) for name in _held(service, available)]
    for store in ("postgres", "redis"):
        if getattr(service, store):
            files.append(SecretFile(file=f"{store}-password", secret=login(service.name, store)))
    return tuple(files)


def login(service: str, store: str) -> str:
    """Name of the secret that is a service's password in a store."""
    return f"{service}-{store}-password"


def _held(service: Service, available: Collection[str]) -> list[str]:
    return [name for name in service.secrets if name in available]


def _variable(secret: str) -> str:
    return SECRETS[secret].name.upper().replace("-", "_") + "_FILE"


def _url(service: str) -> str:
    return service.upper().replace("-", "_") + "_URL"


def _port(service: str) -> int:
    return SERVICES[service].port


def _postgres(service: Service) -> dict[str, str]:
    return {
        "POSTGRES_HOST": "postgres",
        "POSTGRES_PORT": "5432",
        "POSTGRES_DB": DATABASE,
        "POSTGRES_USER": service.postgres_role,
        "POSTGRES_PASSWORD_FILE": f"{SECRETS_FOLDER}/postgres-password",
    }


def _redis(service: Service) -> dict[str, str]:
    return {
        "REDIS_HOST": "redis",
        "REDIS_PORT": "6379",
        "REDIS_DB": "0",
        "REDIS_USER": service.name,
        "REDIS_PASSWORD_FILE": f"{SECRETS_FOLDER}/redis-password",
    }


def _entry(service: Service, settings: StackSettings) -> dict[str, str]:
    """What the public side says, to those who keep to it."""
    rates = {
        "DEFAULT_RATE_LIMIT": str(settings.entry.rate_limit.per_minute),
        "BURST_RATE_LIMIT": str(settings.entry.rate_limit.burst_per_minute),
    }
    size = {"MAX_FILE_SIZE": settings.entry.max_file_size}
    return {
        **(rates if service.name == "api-gateway" else {}),
        **(size if service.name in TAKE_FILES else {}),
    }


def _outside(service: Service, deployed: Collection[str]) -> dict[str, str]:
    """Where the outside is, when an emulator stands in for it."""
    emulator, variable = OUTSIDE.get(service.name, ("", ""))
    return {variable: f"http://{emulator}:{_port(emulator)}"} if emulator in deployed else {}
