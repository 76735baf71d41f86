"""What every step is given, and how a step fails."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

EXIT_FAILED = 1
EXIT_NO_ENGINE = 3


class SetupError(Exception):
    """A step cannot be done; the message is one paragraph that says why and what to do."""

    def __init__(self, message: str, code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The project's folder, the cache outside of it, and which requirements are wanted."""

    root: Path
    cache: Path
    with_dev: bool

    @property
    def state(self) -> Path:
        """Where everything lies that is not for git."""
        return self.root / ".state"

    @property
    def python(self) -> Path:
        """The Python of the project's virtual environment."""
        return self.root / ".venv" / "bin" / "python"


def cache_folder() -> Path:
    """Return the folder for what outlives a checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pyairtable"


def is_root() -> bool:
    """Whether we may install packages and start daemons."""
    return os.geteuid() == 0
