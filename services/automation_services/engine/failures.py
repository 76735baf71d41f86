"""How a step fails."""

from __future__ import annotations


class StepFailed(Exception):
    """A step failed, and would again. The message is for the workflow's author."""


class MayPass(StepFailed):
    """A step failed, for a reason that may pass. after: seconds that the other side asks for."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Superseded(Exception):
    """Another worker has taken the execution up, or it is gone: nothing more may be written."""


class CancelRequested(Exception):
    """Somebody has cancelled the execution."""


def unclear(message: str, *, harmless: bool, after: float = 0.0) -> StepFailed:
    """A request failed, and may have been carried out all the same.

    harmless: whether doing it twice does no harm; only then it is tried again.
    """
    if harmless:
        return MayPass(message, after)
    return StepFailed(f"{message}. It is not sent again, as it may have been carried out")
