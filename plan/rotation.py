"""Which value of each secret a container gets, and which containers still hold one that is over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from catalog.secrets import (
    AIRTABLE_TOKEN,
    API_KEY,
    GEMINI_API_KEY,
    JWT_SECRET,
    POSTGRES_PASSWORD,
    REDIS_PASSWORD,
)

from .container import Container, SecretFile
from .deployment import DeployedService, DeployedStore, Deployment
from .generation import FIRST, Generation

ALSO = "-also"
"""Ends the name of the file with the other value that counts, beside that of the one in use."""
_USER = "POSTGRES_USER"
_LOGIN = f"-{POSTGRES_PASSWORD.name}"
# Who must accept two values at once; all others get the one in use only.
_SERVICES_ACCEPT = (API_KEY.name, JWT_SECRET.name, AIRTABLE_TOKEN.name, GEMINI_API_KEY.name)
_STORES_ACCEPT = (REDIS_PASSWORD.name,)

Generations = Mapping[str, Generation]


def named(secret: str, generation: int) -> str:
    """Name of a value of a secret in the stack's state."""
    return secret if generation == 1 else f"{secret}-{generation}"


def family(secret: str) -> str:
    """Return what a secret is rotated with: a login in a store with the store's password."""
    for store in (POSTGRES_PASSWORD.name, REDIS_PASSWORD.name):
        if secret.endswith(f"-{store}"):
            return store
    return secret


def of(secret: str, generations: Generations) -> Generation:
    """Return the generation of a secret."""
    return generations.get(family(secret), FIRST)


def rotated(deployment: Deployment, generations: Generations) -> Deployment:
    """Return the deployment with the values of these generations."""
    return replace(
        deployment,
        generations=generations,
        stores=tuple(_store(each, generations) for each in deployment.stores),
        backup=_files(deployment.backup, generations),
        migrations=_migrations(deployment.migrations, generations),
        services=tuple(_service(each, generations) for each in deployment.services),
    )


def dated(generations: Generations, before: Generations, now: str) -> dict[str, Generation]:
    """Return the generations of an update that has come to its end. now: RFC 3339, UTC.

    A stage begins when all hold to it, which is somewhat after it was asked for.
    """
    return {
        name: each if each == before.get(name) else replace(each, since=now)
        for name, each in generations.items()
    }


def counts(container: Container, deployment: Deployment) -> bool:
    """Whether every secret of a container, as a release recorded it, is accepted now."""
    return all(
        each.secret in deployment.secrets
        and of(each.secret, deployment.generations).counts(each.generation)
        for each in container.secrets
    )


def renewed(recorded: Container, wanted: Container) -> Container:
    """Return a container of an older release with the secrets of today.

    wanted: the same service's container as it is today.
    """
    held = {each.file for each in recorded.secrets}
    secrets = tuple(each for each in wanted.secrets if each.file.removesuffix(ALSO) in held)
    signs_in = _USER in recorded.environment and _USER in wanted.environment
    user = {_USER: wanted.environment[_USER]} if signs_in else {}
    return replace(recorded, secrets=secrets, environment={**recorded.environment, **user})


def values(deployment: Deployment, slots: Collection[Container]) -> tuple[tuple[str, int], ...]:
    """Return secret and generation of every value that some container of this update holds.

    slots: what all slots of all services run.
    """
    stores = (each.container for each in deployment.stores)
    others = (deployment.backup, deployment.migrations, deployment.router)
    held = (each for one in (*stores, *others, *slots) for each in one.secrets)
    return tuple(sorted({(each.secret, each.generation) for each in held}))


def role(service_role: str, generation: int) -> str:
    """Return the login of a service for a value of its password.

    A role has one password, so two roles take turns; the second has the first one's rights.
    """
    return service_role if generation % 2 else f"{service_role}_b"


def _service(service: DeployedService, generations: Generations) -> DeployedService:
    container = _files(service.container, generations, _SERVICES_ACCEPT)
    if service.service.postgres:
        used = generations.get(POSTGRES_PASSWORD.name, FIRST).used
        own = role(service.service.postgres_role, used)
        container = replace(container, environment={**container.environment, _USER: own})
    return replace(service, container=container)


def _store(store: DeployedStore, generations: Generations) -> DeployedStore:
    """A store accepts the value before until no service holds it, in whichever slot."""
    return replace(store, container=_files(store.container, generations, stored=_STORES_ACCEPT))


def _migrations(job: Container, generations: Generations) -> Container:
    """The job that makes PostgreSQL accept the services' logins gets all that count."""
    files: list[SecretFile] = []
    for each in job.secrets:
        generation = of(each.secret, generations)
        service = each.file.removesuffix(_LOGIN)
        numbers = [generation.used]
        if service != each.file and generation.stored is not None:
            numbers.append(generation.stored)
        for number in numbers:
            login = each.file if service == each.file else f"{role(service, number)}{_LOGIN}"
            files.append(SecretFile(file=login, secret=each.secret, generation=number))
    return replace(job, secrets=tuple(files))


def _files(
    container: Container,
    generations: Generations,
    accepts: Collection[str] = (),
    stored: Collection[str] = (),
) -> Container:
    """Give a container the values in use, and of some secrets the other one that counts.

    accepts: of which a service takes a second one; stored: of which a store does.
    """
    files: list[SecretFile] = []
    for each in container.secrets:
        generation = of(each.secret, generations)
        files.append(replace(each, generation=generation.used))
        also = generation.also if family(each.secret) in accepts else None
        also = generation.stored if family(each.secret) in stored else also
        if also is not None:
            files.append(replace(each, file=each.file + ALSO, generation=also))
    return replace(container, secrets=tuple(files))
