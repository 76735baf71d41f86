"""The stores' containers, and the jobs that work on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

from catalog import Limits, Network, Service, Store
from catalog.secrets import POSTGRES_PASSWORD
from settings import StackSettings

from .container import Attachment, Container, Mount, SecretFile
from .content_hash import Tags
from .deployment import DeployedStore
from .environment import DATABASE, SECRETS_FOLDER, login
from .limits import health_check, limits

BACKUP_VOLUME = "backups"
MIGRATIONS = "migrations"
_BEFORE = "BACKUP_BEFORE"
_JOB_LIMITS = Limits(cpus=1.0, memory_mib=512, reserved_cpus=0.25, reserved_memory_mib=64)


def data_volume(store: str) -> str:
    """Name of a store's data volume inside the stack."""
    return f"{store}-data"


def deployed(
    store: Store, settings: StackSettings, services: tuple[Service, ...], tags: Tags
) -> DeployedStore:
    """Return a store as the stack wants it."""
    chosen = getattr(settings.stores, store.name)
    limit = limits(store.limits, chosen.limits)
    container = Container(
        name=store.name,
        image=chosen.image or tags[store.image],
        built=None if chosen.image else store.image,
        user=store.user,
        limits=limit,
        networks=(Attachment(network=Network.DATA, aliases=(store.name,)),),
        health=health_check(store.health_command, settings.health, None),
        environment={
            f"{store.name.upper()}_MEMORY_MIB": str(limit.memory_mib),
            f"{store.name.upper()}_CPUS": str(limit.cpus),
        },
        secrets=_store_secrets(store, services),
        mounts=(Mount(volume=data_volume(store.name), path=store.data_path),),
        tmpfs=store.tmpfs,
        stop_grace_seconds=store.stop_grace_seconds,
    )
    return DeployedStore(
        store=store,
        container=container,
        protect=chosen.protect,
        retain_on_delete=chosen.retain_on_delete,
    )


def _store_secrets(store: Store, services: tuple[Service, ...]) -> tuple[SecretFile, ...]:
    own = f"{store.name}-password"
    files = [SecretFile(file=own, secret=own)]
    if store.name == "redis":
        # Redis reads its users at start; PostgreSQL's roles are made by the migrations.
        files += [_login(service, "redis") for service in services if service.redis]
    return tuple(files)


def _login(service: Service, store: str) -> SecretFile:
    name = login(service.name, store)
    return SecretFile(file=name, secret=name)


def migrations(services: tuple[Service, ...], tags: Tags) -> Container:
    """Return the job that brings roles, schema and grants up to date."""
    return Container(
        name=MIGRATIONS,
        image=tags[MIGRATIONS],
        built=MIGRATIONS,
        user="10001:10001",
        limits=_JOB_LIMITS,
        networks=(Attachment(network=Network.DATA),),
        environment=_superuser(),
        secrets=(
            SecretFile(file="postgres-password", secret=POSTGRES_PASSWORD.name),
            *(_login(service, "postgres") for service in services if service.postgres),
        ),
    )


def backup(settings: StackSettings, tags: Tags) -> Container:
    """Return the job that dumps the database before the schema is touched.

    It names the migrations' image, so that it runs again whenever they do.
    """
    return Container(
        name="backup",
        image=tags["postgres"],
        built="postgres",
        user="10002:10002",
        limits=_JOB_LIMITS,
        networks=(Attachment(network=Network.DATA),),
        environment={
            **_superuser(),
            "BACKUP_KEEP": str(settings.stores.postgres.backup_keep),
            _BEFORE: tags[MIGRATIONS],
        },
        secrets=(SecretFile(file="postgres-password", secret=POSTGRES_PASSWORD.name),),
        mounts=(Mount(volume=BACKUP_VOLUME, path="/backups"),),
        command=("/usr/local/bin/backup",),
    )


def before_migrations(backup: Container, image: str) -> Container:
    """Return the backup's job as it runs before the migrations of an image."""
    return replace(backup, environment={**backup.environment, _BEFORE: image})


def _superuser() -> dict[str, str]:
    return {
        "POSTGRES_HOST": "postgres",
        "POSTGRES_PORT": "5432",
        "POSTGRES_DB": DATABASE,
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD_FILE": f"{SECRETS_FOLDER}/postgres-password",
    }
