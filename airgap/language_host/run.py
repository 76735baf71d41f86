"""Command line and environment of a program, and of a plugin written in Python."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from .python import Python, choose

SCRIPT = Path(__file__).with_name("execute.py")


def python_of(info: Any) -> Python:
    """Return the Python of a ProgramInfo message. Raises InterpreterError."""
    return choose(MessageToDict(info.options), Path(info.root_directory or Path.cwd()))


def command(python: Python, request: Any, engine: str) -> list[str]:
    """Return the command line that runs the program of a Run request.

    engine: the address of the engine. Empty values are left out.
    """
    values = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    named = [part for key, value in values.items() if value for part in (f"--{key}", value)]
    entry = request.info.entry_point or request.program or "."
    return [python.executable, "-u", str(SCRIPT), *named, "--", entry, *request.args]


def environment(python: Python, request: Any) -> dict[str, str]:
    """Return the program's environment: ours and the stack's configuration."""
    return python.variables(os.environ) | {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def plugin_command(python: Python, request: Any) -> list[str]:
    """Return the command line of a RunPlugin request.

    A policy pack is run by the SDK; any other plugin is a folder with a __main__.py.
    """
    folder = request.info.program_directory or request.program
    if request.kind == "analyzer":
        return [python.executable, "-u", "-m", "pulumi.policy", *request.args, folder]
    return [python.executable, "-u", folder, *request.args]


def plugin_environment(python: Python, request: Any) -> dict[str, str]:
    """Return the environment of a RunPlugin request, with the virtual environment active."""
    given = dict(item.partition("=")[::2] for item in request.env)
    return python.variables(given or os.environ)
