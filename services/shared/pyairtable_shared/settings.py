"""A service's configuration, from environment variables and secret files."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

EXIT_MISCONFIGURED = 2


class ServiceSettings(BaseModel):
    """The variables that all services have; a service adds its own in a subclass.

    A field is read from the variable of its name in capitals.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    environment: Literal["development", "test", "staging", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    port: int = Field(ge=1, le=65535)
    service_version: str = "dev"
    cors_origins: tuple[str, ...] = ()
    api_key_file: Path | None = None
    jwt_secret_file: Path | None = None
    postgres_host: str | None = None
    postgres_port: int = 5432
    postgres_db: str = "pyairtable"
    postgres_user: str = ""
    postgres_password_file: Path | None = None
    redis_host: str | None = None
    redis_port: int = 6379
    redis_db: int = 0
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
        """The key by which services know each other."""
        return read_secret(self.api_key_file)

    @property
    def jwt_secret(self) -> str:
        """The secret that signs tokens."""
        return read_secret(self.jwt_secret_file)

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


def read_secret(path: Path | None) -> str:
    """Return the secret in a file; read anew each time, so that a rotation needs no restart.

    Raises FileNotFoundError when there is no such file or none was named.
    """
    if path is None:
        raise FileNotFoundError("no file was named for this secret")
    return path.read_text().strip()


def _misconfigured(error: ValidationError) -> NoReturn:
    lines = [f"  {str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()]
    print("The environment of this service is wrong:", *lines, sep="\n", file=sys.stderr)
    sys.exit(EXIT_MISCONFIGURED)
