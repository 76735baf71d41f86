"""What is installed beside a Python; prints it as JSON. Runs inside the program's own Python.

importlib.metadata is imported where it is used: it takes a third of the time of the one question
that the engine asks before every program.
"""

from __future__ import annotations

import json
import platform
import re
import sys
from pathlib import Path
from typing import Any

PLUGIN_FILE = "pulumi-plugin.json"
TOOLS = {"pip", "setuptools", "wheel"}


def plugins() -> list[dict[str, Any]]:
    """Return what each installed package says about its plugin, with name and version."""
    found: dict[str, dict[str, Any]] = {}
    for folder in map(Path, sys.path):
        for file in sorted(folder.glob(f"*/{PLUGIN_FILE}")):
            described = json.loads(file.read_text())
            if described.get("resource"):
                found.setdefault(file.parent.name, _complete(described, file.parent.name))
    return list(found.values())


def _complete(described: dict[str, Any], package: str) -> dict[str, Any]:
    distribution = package.replace("_", "-")
    name = described.get("name") or distribution.removeprefix("pulumi-")
    return {
        **described,
        "name": name,
        "version": described.get("version") or _version(distribution),
    }


def _version(distribution: str) -> str:
    from importlib.metadata import version

    return version(distribution)


def dependencies(transitive: bool) -> list[tuple[str, str]]:
    """Return name and version of the installed packages, installers left out.

    transitive: also those that another package requires.
    """
    from importlib.metadata import distributions

    installed = {_plain(each.metadata["Name"]): each for each in distributions()}
    hidden = set(TOOLS)
    if not transitive:
        for each in installed.values():
            hidden |= {_plain(re.split(r"[^\w.-]", line)[0]) for line in each.requires or ()}
    shown = [each for name, each in installed.items() if name not in hidden]
    return sorted((each.metadata["Name"], each.version) for each in shown)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(question: str) -> object:
    """Answer plugins, direct, all, or version."""
    if question == "plugins":
        return plugins()
    if question == "version":
        return platform.python_version()
    return dependencies(transitive=question == "all")


if __name__ == "__main__":
    # The folder of this file holds modules that are none of the program's.
    sys.path[:] = [each for each in sys.path if Path(each).resolve() != Path(__file__).parent]
    print(json.dumps(main(sys.argv[1])))
