"""Lays the language host and the providers into Pulumi's home folder, as the engine finds them."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import shlex
import sys
from pathlib import Path

LANGUAGE_HOST = "pulumi-language-python"
PROVIDERS = ("docker", "random")


def version(name: str) -> str:
    """Return the plugin version that the installed SDK of a provider asks the engine for."""
    spec = importlib.util.find_spec(f"pulumi_{name}")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the Python package pulumi_{name} is not installed")
    described = (Path(spec.origin).parent / "pulumi-plugin.json").read_text()
    return str(json.loads(described)["version"])


def version_of_sdk() -> str:
    """Return the version of Pulumi's own SDK."""
    return importlib.metadata.version("pulumi")


def install(pulumi_home: Path, binaries: Path, python: Path, root: Path) -> list[str]:
    """Write the plugins' start scripts; return a line about each.

    binaries: the folder that holds the pulumi binary itself (no symbolic link to it): the
    engine takes the language host from beside itself without a warning. The providers go
    where it looks for just their version. Writing them again changes nothing.
    """
    done = []
    _script(binaries / LANGUAGE_HOST, python, root, "airgap.language_host")
    done.append(f"language host python {version_of_sdk()}")
    for name in PROVIDERS:
        folder = pulumi_home / "plugins" / f"resource-{name}-v{version(name)}"
        _script(folder / f"pulumi-resource-{name}", python, root, f"airgap.{name}_provider")
        done.append(f"provider {name} {version(name)}")
    return done


def _script(path: Path, python: Path, root: Path, module: str) -> None:
    text = (
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(root))} "
        f'exec {shlex.quote(str(python))} -m {module} "$@"\n'
    )
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".new")
    half.write_text(text)
    half.chmod(0o755)
    half.replace(path)


def main(argv: list[str]) -> int:
    """Install into --pulumi-home and --binaries and print what was done."""
    parser = argparse.ArgumentParser(prog="airgap.plugins", description=__doc__)
    parser.add_argument("--pulumi-home", type=Path, required=True)
    parser.add_argument("--binaries", type=Path, required=True)
    given = parser.parse_args(argv)
    root = Path(__file__).resolve().parents[1]
    home, binaries = given.pulumi_home.resolve(), given.binaries.resolve()
    for line in install(home, binaries, Path(sys.executable), root):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
