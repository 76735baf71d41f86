"""The variables with which Pulumi and our programs run; `activate` sets the same in a shell."""

from __future__ import annotations

import os
from pathlib import Path

from bootstrap.docker_address import USUAL, ContextError, address

from .exits import Exit, Stopped

# At least as many as there are resources: a create that waits must not hold up the others.
PARALLEL = "128"


def engine_address() -> str:
    """Return the address of the Docker Engine that the `docker` command would ask.

    Raises Stopped when a Docker context is chosen that is not there.
    """
    try:
        return address(os.environ)
    except ContextError as error:
        raise Stopped(Exit.USAGE, str(error)) from error


def environment(root: Path) -> dict[str, str]:
    """Return the variables for the project in root; what the user has set of them wins.

    Raises Stopped as engine_address does.
    """
    state = root / ".state"
    folders = (root / ".venv" / "bin", state / "bin")
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    defaults = {
        # Without metadata: a process that is killed while it writes a file's attributes leaves
        # them empty, and the state cannot be read after that.
        "PULUMI_BACKEND_URL": f"file://{state}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(state / "passphrase"),
        "PULUMI_PARALLEL": PARALLEL,
    }
    if "PULUMI_CONFIG_PASSPHRASE" in os.environ:
        del defaults["PULUMI_CONFIG_PASSPHRASE_FILE"]
    chosen = {name: os.environ.get(name, value) for name, value in defaults.items()}
    fixed = {
        "PATH": path,
        "VIRTUAL_ENV": str(root / ".venv"),
        "PULUMI_HOME": str(state / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    engine = engine_address()
    if engine != USUAL:
        # The providers know no Docker context; this is the engine that it names.
        fixed["DOCKER_HOST"] = engine
    if not (state / "official-plugins").exists():
        # The engine would otherwise look for every plugin on a network that is not there.
        fixed["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return {**chosen, **fixed}
