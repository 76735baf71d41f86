"""What user-service is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, UsesStores


class Settings(UsesStores):
    """Settings of user-service: both stores, and the key of services."""

    api_key_file: SecretFile
