"""Lays the language host and the providers into Pulumi's home folder, where the engine looks."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from airgap.starter import VARIABLE

PROVIDERS = ("docker", "random")
INSTALLED = Path(__file__).with_name("language_host") / "installed.py"
# How a script of ours is told from an official binary.
MARK = "# PyAirtable's plugin for machines that cannot reach Pulumi's downloads."


class PluginsError(Exception):
    """The Python given has not the packages whose plugins are to be laid out."""


def install(pulumi_home: Path, python: Path, root: Path) -> list[str]:
    """Write the plugins' start scripts; return a line about each, for the user.

    python: the interpreter of the project's virtual environment; its packages say which
    versions the engine will ask for. root: the folder that holds the package airgap.
    Nothing has to be put on PATH. An official plugin that is already there is left alone,
    and a second call changes nothing. Raises PluginsError, OSError.
    """
    sdk, providers = _versions(python)
    folders = {f"language-python-v{sdk}": ("pulumi-language-python", "airgap.language_host")}
    for name in PROVIDERS:
        folder = f"resource-{name}-v{providers[name]}"
        folders[folder] = (f"pulumi-resource-{name}", f"airgap.{name}_provider")
    done = []
    for folder, (binary, module) in folders.items():
        text = _text(python, root, module)
        done.append(f"{folder}: {_lay(pulumi_home / 'plugins' / folder, binary, text)}")
    return done


def version(name: str) -> str:
    """Return the plugin version that the installed package pulumi_<name> asks the engine for.

    Raises PluginsError when this Python has no such package.
    """
    spec = importlib.util.find_spec(f"pulumi_{name}")
    if spec is None or spec.origin is None:
        raise PluginsError(f"The Python package pulumi-{name} is not installed.")
    described = json.loads((Path(spec.origin).parent / "pulumi-plugin.json").read_text())
    return str(described["version"])


def _versions(python: Path) -> tuple[str, dict[str, str]]:
    packages = {name.lower(): number for name, number in _ask(python, "all")}
    plugins = {each["name"]: each["version"] for each in _ask(python, "plugins")}
    missing = [f"pulumi-{name}" for name in PROVIDERS if name not in plugins]
    if "pulumi" not in packages:
        missing.insert(0, "pulumi")
    if missing:
        raise PluginsError(
            f"{python} has not the packages {', '.join(missing)}. Install the project's "
            "requirements, then run this again."
        )
    return packages["pulumi"], plugins


def _ask(python: Path, question: str) -> Any:
    done = subprocess.run(
        [python, INSTALLED, question], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[-1]
        raise PluginsError(f"{python} cannot say what is installed: {reason}")
    return json.loads(done.stdout)


def _text(python: Path, root: Path, module: str) -> str:
    # -P: the engine starts plugins in the project's folder, whose modules are not for them.
    return (
        f"#!/bin/sh\n{MARK}\n"
        f"{VARIABLE}=$PPID \\\n"
        f'PYTHONPATH={shlex.quote(str(root))}"${{PYTHONPATH:+:$PYTHONPATH}}" \\\n'
        f'exec {shlex.quote(str(python))} -P -m {module} "$@"\n'
    )


def _lay(folder: Path, binary: str, text: str) -> str:
    path = folder / binary
    half_installed = folder.with_name(f"{folder.name}.partial")
    if path.exists() and not half_installed.exists():
        present = path.read_bytes()
        if present == text.encode():
            return "there"
        if MARK.encode() not in present:
            return "official, left alone"
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, text)
    # With this file beside it the engine would take the folder for half installed.
    half_installed.unlink(missing_ok=True)
    return "written"


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        new.chmod(0o755)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def main(argv: list[str]) -> int:
    """Install into --pulumi-home for the Python that runs this; print a line about each plugin."""
    parser = argparse.ArgumentParser(prog="airgap.plugins", description=__doc__)
    parser.add_argument("--pulumi-home", type=Path, required=True)
    home = parser.parse_args(argv).pulumi_home.absolute()
    try:
        lines = install(home, Path(sys.executable), Path(__file__).resolve().parents[1])
    except (PluginsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
