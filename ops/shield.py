"""Finishing what must not be left half-done, although the user interrupts."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .exits import Exit, Stopped
from .output import say

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def shielded(what: str) -> Iterator[None]:
    """Put an interruption off until the end of the block, and raise Stopped then.

    what: is finished first, as the user is told.
    """
    noted: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        noted.append(number)
        say(f"{what} is finished first.")

    before = [signal.signal(number, note) for number in _NUMBERS]
    try:
        yield
    finally:
        for number, handler in zip(_NUMBERS, before, strict=True):
            signal.signal(number, handler)
    if noted:
        raise Stopped(
            Exit.CANCELLED,
            f"Cancelled. {what} was finished first, so nothing is half-done; `platformctl "
            "validate` tells whether all is well.",
        )


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handle a signal as Ctrl-C, so that what was begun is put in order before the end."""
    raise KeyboardInterrupt
