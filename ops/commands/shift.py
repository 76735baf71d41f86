"""platformctl pause, resume and abort: of a shift of traffic, from another terminal."""

from __future__ import annotations

from ..exits import Exit, Stopped
from ..options import Stack
from ..output import say
from ..project import find
from ..shift.note import killed
from ..traffic import Router


def pause(stack: Stack = None) -> None:
    """Hold the shift of traffic that is under way where it is; it is still watched."""
    _wish(stack, "pause", "It stays where it is. `platformctl resume` goes on.")


def resume(stack: Stack = None) -> None:
    """Let a paused shift of traffic go on."""
    _wish(stack, "resume", "It goes on.")


def abort(stack: Stack = None) -> None:
    """End the shift of traffic that is under way: all traffic goes back, the update fails."""
    _wish(stack, "abort", "All traffic goes back to the version before.")


def _wish(stack: str | None, wish: str, then: str) -> None:
    project = find(stack)
    router = Router(project.engine, project.names)
    note = router.shift()
    if note is None:
        raise Stopped(Exit.USAGE, f"No traffic of stack {project.stack} is being shifted.")
    if killed(note):
        raise Stopped(
            Exit.FAILED,
            f"The shift that began at {note['since']} was killed. "
            f"`platformctl up --stack {project.stack}` puts traffic in order and goes on.",
        )
    router.shift(wish)
    say(f"{wish}: {', '.join(note['services'])}, begun at {note['since']} by {note['who']}. {then}")
