"""Section `stores`."""

from __future__ import annotations

from pydantic import Field

from .base import Section
from .limits import LimitsOverride
from .services import ImageReference


class StoreSettings(Section):
    """What the stack wants of a store."""

    image: ImageReference | None = Field(None, description="Another image; else ours is built.")
    limits: LimitsOverride | None = Field(None, description="Limits that differ.")
    protect: bool = Field(
        False, description="Refuses to delete the data volume until it is unprotected."
    )
    retain_on_delete: bool = Field(
        True, description="Keeps the data volume on `pulumi destroy`; the next `up` takes it over."
    )


class PostgresSettings(StoreSettings):
    """PostgreSQL."""

    backup_keep: int = Field(
        3,
        ge=1,
        le=100,
        description="Dumps kept on the backup volume, beside those that kept releases name.",
    )


class StoresSettings(Section):
    """The stores."""

    postgres: PostgresSettings = Field(
        default_factory=lambda: PostgresSettings(), description="PostgreSQL."
    )
    redis: StoreSettings = Field(default_factory=lambda: StoreSettings(), description="Redis.")
