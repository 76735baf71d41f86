"""How platformctl ends: its exit codes, and the one way to end early."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; the values are part of what scripts rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_ENGINE = 3
    LOCKED = 4
    CANCELLED = 5
    OTHERS = 6


MEANINGS = {
    Exit.OK: "done",
    Exit.FAILED: "failed or a check did not pass",
    Exit.USAGE: "wrong usage or wrong settings",
    Exit.NO_ENGINE: "no Docker Engine answers",
    Exit.LOCKED: "another process holds the stack's lock",
    Exit.CANCELLED: "cancelled by the user",
    Exit.OTHERS: "the engine holds the stack of another checkout",
}


class Stopped(Exception):
    """A command cannot go on. message: one readable paragraph that says what to do next."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def epilog() -> str:
    """Return the exit codes as a paragraph for the help text."""
    codes = ", ".join(f"{code.value} {text}" for code, text in MEANINGS.items())
    return f"Exit codes: {codes}. With 2, 3, 4 and 6 nothing was touched."
