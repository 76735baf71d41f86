"""Set the project up: `python3 -m bootstrap [--with-dev] [--without-docker]`.

Exit codes: 0 done, 1 a step failed, 3 no Docker Engine can be had.
"""

from __future__ import annotations

import argparse
import fcntl
import sys
from collections.abc import Callable
from pathlib import Path

from . import base_image, docker_engine, engine, plugins, python, state
from .setup import Setup, SetupError, cache_folder

ROOT = Path(__file__).resolve().parents[1]
TOOLS: tuple[tuple[str, Callable[[Setup], str]], ...] = (
    ("State", state.ensure),
    ("Python", python.ensure),
    ("Pulumi engine", engine.ensure),
    ("Plugins", plugins.ensure),
)
ENGINE: tuple[tuple[str, Callable[[Setup], str]], ...] = (
    ("Docker Engine", docker_engine.ensure),
    ("Base image", base_image.ensure),
)


def main(arguments: list[str]) -> int:
    """Run the steps in order; each says in one line what it found or did."""
    parser = argparse.ArgumentParser(prog="bootstrap", description=__doc__)
    parser.add_argument("--with-dev", action="store_true", help="also what the tests need")
    parser.add_argument("--without-docker", action="store_true", help="leave the engine out")
    given = parser.parse_args(arguments)
    setup = Setup(root=ROOT, cache=cache_folder(), with_dev=given.with_dev)
    setup.cache.mkdir(parents=True, exist_ok=True)
    # Two set-ups at a time would build the same things twice, and over each other.
    with (setup.cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work; waiting until it is done.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for name, step in TOOLS if given.without_docker else (*TOOLS, *ENGINE):
            try:
                print(f"{name:<14} {step(setup)}", flush=True)
            except SetupError as error:
                print(f"{name:<14} {error}", file=sys.stderr, flush=True)
                return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
