"""What the migrations are told by their environment."""

from __future__ import annotations

from collections.abc import Mapping

from pyairtable_shared.settings import FromEnvironment, SecretFile, read_secret
from pydantic import Field

_LOGIN = "-postgres-password"


class Settings(FromEnvironment):
    """Where the database is, and the superuser's login.

    Beside the superuser's password file lie those of the services, named
    `<service>-postgres-password`, and `<service>_b-postgres-password` of their second logins.
    """

    postgres_host: str = "postgres"
    postgres_port: int = Field(5432, ge=1, le=65535)
    postgres_db: str = "pyairtable"
    postgres_user: str = "postgres"
    postgres_password_file: SecretFile

    @property
    def password(self) -> str:
        """The superuser's password."""
        return read_secret(self.postgres_password_file)

    @property
    def logins(self) -> Mapping[str, str]:
        """Passwords of the services that have one, by role."""
        files = sorted(self.postgres_password_file.parent.glob(f"*{_LOGIN}"))
        return {role_of(file.name.removesuffix(_LOGIN)): read_secret(file) for file in files}


def role_of(service: str) -> str:
    """Return the role as which a service signs in."""
    return service.replace("-", "_")
