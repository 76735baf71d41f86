"""What tenant-service is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, UsesStores
from pydantic import Field


class Settings(UsesStores):
    """Settings of tenant-service.

    publish_seconds: pause between two looks at what Redis must know of suspensions and limits.
    """

    port: int = Field(8005, ge=1, le=65535)
    api_key_file: SecretFile
    publish_seconds: float = Field(20.0, gt=0, le=50)
