"""Runs a task of this package in a process apart, with little memory and time."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass

EXIT_REFUSED = 3
_MOST_REASON = 300
# What one read takes from the process.
_PIECE = 65536


class Refused(Exception):
    """A task could not be done, for a reason that its user may read."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a task may take. output: bytes of it that are read.

    seconds: of a processor. patience: so many times as long it may take in all, as on a busy
    machine it waits for its turn.
    """

    seconds: float
    memory_mib: int
    output: int
    patience: float = 1.0


async def run(task: str, *arguments: str, data: bytes, limits: Limits) -> tuple[bytes, bool]:
    """Return what a task makes of some data, and whether there was more than may be read.

    The process gets no variables but the path: no secret is in its reach by them. Raises
    Refused.
    """
    given = os.memfd_create("given")
    try:
        with os.fdopen(os.dup(given), "wb") as file:
            file.write(data)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            __package__,
            str(limits.memory_mib),
            str(int(limits.seconds) + 1),
            f"/proc/self/fd/{given}",
            task,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(given,),
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "PYTHONPATH": os.pathsep.join(sys.path),
                "HOME": "/",
                "LANG": "C.UTF-8",
            },
        )
    finally:
        os.close(given)
    try:
        async with asyncio.timeout(limits.seconds * limits.patience):
            return await _answer(process, limits.output)
    except TimeoutError:
        most = limits.seconds * limits.patience
        raise Refused(f"It took longer than {most:g} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.shield(process.wait())


async def _answer(process: asyncio.subprocess.Process, most: int) -> tuple[bytes, bool]:
    if process.stdout is None or process.stderr is None:
        raise TypeError("the process has no pipes")
    said = asyncio.create_task(_read(process.stderr, _MOST_REASON))
    try:
        output = await _read(process.stdout, most + 1)
        if len(output) > most:
            return output[:most], True
        code = await process.wait()
        reason = (await said).decode(errors="replace").strip()
    finally:
        said.cancel()
    if code == 0:
        return output, False
    raise Refused(reason if code == EXIT_REFUSED and reason else _ended(code))


async def _read(stream: asyncio.StreamReader, most: int) -> bytes:
    kept = bytearray()
    while len(kept) < most and (piece := await stream.read(_PIECE)):
        kept += piece[: most - len(kept)]
    return bytes(kept)


def _ended(code: int) -> str:
    if code < 0:
        return "It needs more memory or time than it may have"
    return "It cannot be read"
