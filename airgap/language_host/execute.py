"""Runs a Pulumi program inside its own Python; started by the language host, by path.

Exit codes: 0 done; 1 failed, reason logged or printed; 32 failed, reason logged and nothing
more is to be said; 130 interrupted; otherwise the code that the program itself exits with.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

# Our neighbours must not stand in for modules of the program that have the same name.
HERE = Path(__file__).resolve().parent
sys.path[:] = [each for each in sys.path if Path(each).resolve() != HERE]

BAIL = 32
INTERRUPTED = 130
THREADS_PER_PARALLEL = 4
POLL_SECONDS = 0.5
ORPHAN_GRACE_SECONDS = 2.0

try:
    import pulumi
    import pulumi.runtime
except ModuleNotFoundError as missing:
    print(
        f"The Pulumi SDK is not installed for {sys.executable} ({missing}). Install what the "
        "project needs, for example by `pulumi install`, then run the same command again.",
        file=sys.stderr,
    )
    sys.exit(1)


def arguments() -> argparse.Namespace:
    """Return the command line as the language host writes it."""
    parser = argparse.ArgumentParser()
    for name in ("monitor", "engine", "project", "root_directory", "stack", "pwd", "organization"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--dry_run", choices=("true", "false"), default="false")
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("entry")
    parser.add_argument("rest", nargs="*")
    return parser.parse_args()


def configure(given: argparse.Namespace) -> None:
    """Give the SDK the stack's configuration and the addresses of the engine."""
    runtime = pulumi.runtime
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    settings = runtime.Settings(
        monitor=given.monitor,
        engine=given.engine,
        project=given.project,
        stack=given.stack,
        parallel=given.parallel,
        dry_run=given.dry_run == "true",
        organization=given.organization,
        root_directory=given.root_directory,
    )
    runtime.configure(settings)


def main() -> int:
    """Configure the SDK, run the program, return the exit code."""
    threading.Thread(target=end_with_host, args=(os.getppid(),), daemon=True).start()
    given = arguments()
    configure(given)
    sys.argv = [given.entry, *given.rest]
    if given.pwd:
        os.chdir(given.pwd)
    # Abandoned futures are part of how the SDK ends a program that failed.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = max(given.parallel, 1) * THREADS_PER_PARALLEL
    with ThreadPoolExecutor(max_workers=threads) as executor:
        loop.set_default_executor(executor)
        code = run(loop, Path(given.entry).absolute(), given.entry)
    loop.close()
    return code


def run(loop: asyncio.AbstractEventLoop, place: Path, entry: str) -> int:
    """Run the program; log why it failed; return the exit code.

    place: where the entry, a file or a folder with a __main__.py, lies.
    """
    if place.is_dir() and not (place / "__main__.py").exists():
        return fail(f"There is no Python program here: {place / '__main__.py'} does not exist.")

    def program() -> None:
        runpy.run_path(entry, run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as error:
        return fail(str(error), 1)
    except SystemExit as error:
        return exit_code(error)
    except KeyboardInterrupt:
        leave(INTERRUPTED)
    except Exception as error:
        return fail(f"Program failed with an unhandled exception:\n{told(error, place)}")
    return 0


def exit_code(error: SystemExit) -> int:
    """Return the code of an exit that the program asked for; log its text, if it gave one."""
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    return fail(str(error.code), 1)


def fail(text: str, code: int = BAIL) -> int:
    """Log an error to the engine and return the exit code."""
    sendable = text.encode("utf-8", "backslashreplace").decode()
    try:
        pulumi.log.error(sendable)
    except Exception as unsent:
        print(f"{sendable}\n(The engine did not take this message: {unsent})", file=sys.stderr)
    return code


def told(error: BaseException, place: Path) -> str:
    """Return the traceback from the first frame of the program on.

    place: the program's file or folder. An error without such a frame is told in full,
    unless it says itself where it is, as a syntax error does.
    """
    main_file = place / "__main__.py" if place.is_dir() else place
    start = Path.cwd()
    frames = error.__traceback__
    while frames and start / frames.tb_frame.f_code.co_filename != main_file:
        frames = frames.tb_next
    if frames is None and not isinstance(error, SyntaxError):
        frames = error.__traceback__
    return "".join(traceback.format_exception(type(error), error, frames))


def end_with_host(host: int) -> None:
    """Wait until the language host is gone; then interrupt the program, and end it if it stays."""
    while os.getppid() == host:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(ORPHAN_GRACE_SECONDS)
    os._exit(INTERRUPTED)


def leave(code: int) -> NoReturn:
    """End at once, whatever other threads still wait for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
