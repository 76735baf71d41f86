"""LiveSecrets: a store takes the secrets of today while it runs."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from docker.errors import APIError

from . import engine
from .gate import Check
from .recorder import Watch

TAKE = "take-secrets"
"""The command in a store's image that reads the secret files anew; it may run at any time."""


class NotTaken(pulumi.RunError):
    """A store did not take its secrets; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSecrets:
    """Lets a store take what its secret files hold by now, on every update.

    A store that is restarted drops what it does just now, so its container does not depend on
    its secrets. healthy: what is waited for before. address: of the Docker Engine.
    """

    name: str
    healthy: Check
    address: str

    def take(self, container_id: str, watch: Watch) -> None:
        """Return once the store is healthy and accepts them. Raises NotTaken, and it runs on."""
        self.healthy(container_id, watch)
        try:
            done = engine.client(self.address).containers.get(container_id).exec_run([TAKE])
        except APIError as error:
            raise self._failed(str(error.explanation or error)) from error
        if done.exit_code != 0:
            said = done.output if isinstance(done.output, bytes) else b""
            raise self._failed(said.decode(errors="replace").strip())

    def _failed(self, said: str) -> NotTaken:
        return NotTaken(
            f"{self.name} did not take its secrets. It serves on with those that it has, and "
            f"nothing that uses others was started. It said: {said or 'nothing'}. Run the same "
            "command again."
        )
