"""A service's configuration, from environment variables and secret files."""

from __future__ import annotations

import hmac
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

EXIT_MISCONFIGURED = 2


def read_secret(path: Path | None) -> str:
    """Return the secret in a file; read anew each time, so that a rotation needs no restart.

    Raises FileNotFoundError when there is no such file or none was named.
    """
    if path is None:
        raise FileNotFoundError("no file was named for this secret")
    return path.read_text().strip()


ALSO = "-also"
"""Ends the name of a file that lies beside a secret's: a second value that counts, too."""


def accepted_secrets(path: Path | None) -> tuple[str, ...]:
    """Return the values of a secret that count: first the one in use, then another, if any.

    While a secret is changed both the old and the new value count. Raises as read_secret does.
    """
    used = read_secret(path)
    if path is None:
        return (used,)
    try:
        return (used, read_secret(path.with_name(path.name + ALSO)))
    except FileNotFoundError:
        return (used,)


def is_one_of(given: str, expected: Sequence[str]) -> bool:
    """Whether a text is one of the secrets, none of them empty; takes the same time for all."""
    said = given.encode()
    found = [hmac.compare_digest(said, each.encode()) for each in expected if each]
    return any(found)


def _filled(path: Path) -> Path:
    try:
        if read_secret(path):
            return path
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the file {path} cannot be read ({type(error).__name__})") from None
    raise ValueError(f"the file {path} is empty")


SecretFile = Annotated[Path, AfterValidator(_filled)]
"""A file that must hold a secret when the service starts."""


class FromEnvironment(BaseModel):
    """Settings that a program reads from its environment.

    A field is read from the variable of its name in capitals; an empty one counts as absent.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] | None = None) -> Self:
        """Read the settings; when some are wrong, name all of them and exit with code 2."""
        given = os.environ if variables is None else variables
        values: dict[str, Any] = {
            name: given[name.upper()] for name in cls.model_fields if given.get(name.upper())
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            _misconfigured(error)


class ServiceSettings(FromEnvironment):
    """The variables that all services have; a service adds its own in a subclass.

    drain_seconds: how long requests are still taken after SIGTERM, while /ready says 503.
    """

    environment: Literal["development", "test", "staging", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    port: int = Field(ge=1, le=65535)
    service_version: str = "dev"
    drain_seconds: float = Field(2.0, ge=0, le=10)
    cors_origins: tuple[str, ...] = ()
    api_key_file: Path | None = None
    jwt_secret_file: Path | None = None
    postgres_host: str | None = None
    postgres_port: int = Field(5432, ge=1, le=65535)
    postgres_db: str = "pyairtable"
    postgres_user: str = ""
    postgres_password_file: Path | None = None
    redis_host: str | None = None
    redis_port: int = Field(6379, ge=1, le=65535)
    redis_db: int = Field(0, ge=0)
    redis_user: str = ""
    redis_password_file: Path | None = None

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def api_key(self) -> str:
        """The key that is sent to other services."""
        return read_secret(self.api_key_file)

    @property
    def api_keys(self) -> tuple[str, ...]:
        """The keys by which other services are known; two while the key is changed."""
        return accepted_secrets(self.api_key_file)

    @property
    def jwt_secret(self) -> str:
        """The secret that signs tokens."""
        return read_secret(self.jwt_secret_file)

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """The secrets whose tokens count; two while the secret is changed."""
        return accepted_secrets(self.jwt_secret_file)


class UsesPostgres(ServiceSettings):
    """Settings of a service that cannot do without PostgreSQL."""

    postgres_host: str
    postgres_user: str
    postgres_password_file: SecretFile


class UsesStores(UsesPostgres):
    """Settings of a service that works with PostgreSQL and Redis."""

    redis_host: str
    redis_user: str
    redis_password_file: SecretFile


def _misconfigured(error: ValidationError) -> NoReturn:
    lines = [f"  {str(each['loc'][0]).upper()}: {_said(each)}" for each in error.errors()]
    print(
        "This program cannot start, because its environment is wrong. Mend these variables and "
        "start it again:",
        *lines,
        sep="\n",
        file=sys.stderr,
    )
    sys.exit(EXIT_MISCONFIGURED)


def _said(error: Mapping[str, Any]) -> str:
    return "is missing" if error["type"] == "missing" else str(error["msg"])
