"""Step: the language host and the providers for Docker and random."""

from __future__ import annotations

import hashlib
import json
import subprocess

from .commands import run
from .network import PULUMI, reachable
from .setup import Setup, SetupError

PROVIDERS = ("docker", "random")
_VERSIONS = (
    "import importlib.util as u, json, pathlib as p; print(json.dumps({n: json.loads((p.Path("
    "u.find_spec('pulumi_' + n).origin).parent / 'pulumi-plugin.json').read_text())['version'] "
    "for n in ('docker', 'random')}))"
)


def ensure(setup: Setup) -> str:
    """Official plugins where they can be had, else our own from airgap/."""
    home = setup.state / "pulumi-home"
    marker = setup.state / "official-plugins"
    official_host = (setup.state / "bin" / "pulumi-language-python").exists()
    why = ""
    if official_host and (marker.exists() or reachable(PULUMI, setup.cache)):
        try:
            return _official(setup)
        except SetupError as error:
            why = f"; the official ones could not be had: {error}"
    marker.unlink(missing_ok=True)
    ours = f"our own language host and providers for docker and random (airgap/){why}"
    stamp, wanted = setup.state / "plugins.sha256", _wanted(setup)
    if stamp.exists() and stamp.read_text() == wanted:
        return ours
    command = [setup.python, "-m", "airgap.plugins", "--pulumi-home", home]
    done = subprocess.run(
        [str(part) for part in command], cwd=setup.root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SetupError(f"The plugins could not be laid out: {done.stderr.strip()}")
    stamp.write_text(_wanted(setup))
    return ours


def _wanted(setup: Setup) -> str:
    """Return what tells whether our plugins lie where they have to, as they have to."""
    digest = hashlib.sha256((setup.root / "airgap" / "plugins.py").read_bytes())
    digest.update((setup.root / ".venv" / "requirements.sha256").read_bytes())
    laid = setup.state / "pulumi-home" / "plugins"
    for file in sorted(laid.glob("*/pulumi-*")):
        digest.update(f"\0{file}\0".encode() + file.read_bytes())
    digest.update("".join(sorted(half.name for half in laid.glob("*.partial"))).encode())
    return digest.hexdigest()


def _official(setup: Setup) -> str:
    marker, home = setup.state / "official-plugins", setup.state / "pulumi-home"
    asked = subprocess.run(
        [setup.python, "-c", _VERSIONS], capture_output=True, text=True, check=True
    )
    versions = json.loads(asked.stdout)
    for name, version in versions.items():
        folder = home / "plugins" / f"resource-{name}-v{version}"
        # Pulumi leaves this mark beside what it has begun to unpack.
        if folder.is_dir() and not folder.with_name(f"{folder.name}.partial").exists():
            continue
        run(
            [setup.state / "bin" / "pulumi", "plugin", "install", "resource", name, version],
            setup.state / "logs" / f"plugin-{name}.log",
            f"downloading the provider {name} {version}",
            env={"PULUMI_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"},
        )
    marker.touch()
    return "official " + ", ".join(f"{name} {version}" for name, version in versions.items())
