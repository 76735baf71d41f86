"""What auth-service is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, UsesStores


class Settings(UsesStores):
    """Settings of auth-service: both stores, the key of services, the secret of tokens."""

    api_key_file: SecretFile
    jwt_secret_file: SecretFile
