"""Runs a Pulumi program inside its own Python; started by the language host.

Exit codes: 0 done, 1 failed with the reason not yet told, 32 failed and the reason was logged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import grpc
import pulumi
import pulumi.runtime
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack

BAIL = 32
THREADS_PER_PARALLEL = 4


def arguments() -> argparse.Namespace:
    """Return the command line as the language host writes it."""
    parser = argparse.ArgumentParser()
    for name in ("monitor", "engine", "project", "root_directory", "stack", "pwd", "organization"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--dry_run", choices=("true", "false"), default="false")
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("entry")
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    return parser.parse_args()


def main() -> int:
    """Configure the runtime, run the program, report how it ended."""
    given = arguments()
    config = json.loads(os.environ.get("PULUMI_CONFIG", "{}"))
    secret_keys = json.loads(os.environ.get("PULUMI_CONFIG_SECRET_KEYS", "[]"))
    pulumi.runtime.set_all_config(config, secret_keys)
    configure(
        Settings(
            monitor=given.monitor,
            engine=given.engine,
            project=given.project,
            stack=given.stack,
            parallel=given.parallel,
            dry_run=given.dry_run == "true",
            organization=given.organization,
            root_directory=given.root_directory,
        )
    )
    sys.argv = [given.entry, *given.rest]
    os.chdir(given.pwd)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = max(given.parallel, 1) * THREADS_PER_PARALLEL
    loop.set_default_executor(ThreadPoolExecutor(max_workers=threads))
    try:
        return _run(loop, given.entry)
    finally:
        _close(loop)


def _run(loop: asyncio.AbstractEventLoop, entry: str) -> int:
    def program() -> None:
        runpy.run_path(entry, run_name="__main__")

    try:
        loop.run_until_complete(run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return BAIL
    except grpc.RpcError as error:
        # An engine that has gone away is shutting down; it knows the reason.
        if error.code() == grpc.StatusCode.UNAVAILABLE:
            return 0
        pulumi.log.error(f"The engine did not take a request: {error.details()}")
        return BAIL
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except KeyboardInterrupt:
        return 1
    except Exception as error:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_users(error)}")
        return BAIL
    return 0


def _users(error: BaseException) -> str:
    """Return a traceback without the frames of this file, runpy and the runtime above it."""
    frames = traceback.extract_tb(error.__traceback__)
    starts = [n for n, frame in enumerate(frames) if frame.filename.endswith("__main__.py")]
    shown = frames[starts[0] :] if starts else frames
    lines = traceback.format_list(shown) + traceback.format_exception_only(error)
    return "".join(lines)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    sys.stdout.flush()
    sys.stderr.flush()


if __name__ == "__main__":
    code = main()
    # Threads that still wait for something must not hold up a program that has ended.
    os._exit(code)
