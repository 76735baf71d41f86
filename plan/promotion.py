"""How long promoting a release takes, and how long getting rid of a bad one."""

from __future__ import annotations

from settings import ReleaseSettings

from .change import Change

# The counters are looked at this often, in seconds; moving all weights takes as long at most.
POLL_SECONDS = 0.5


def announced(change: Change, settings: ReleaseSettings) -> str | None:
    """Return the sentence that says beforehand what a release does; None when nothing moves."""
    if not change.moves:
        return None
    names = ", ".join(move.service for move in change.moves)
    steps = ", ".join(f"{percent} %" for percent in settings.steps)
    going_back = 2 * POLL_SECONDS
    promote = settings.pause_seconds * (len(settings.steps) - 1) + settings.guard_seconds
    return (
        f"Release of {names}: traffic moves in steps of {steps} once the new versions are healthy "
        f"and tested; promoted after {promote} s. A version that is found bad is off "
        f"{going_back:g} s later, at worst {promote + going_back:g} s after the first step."
    )
