"""Exit codes of platformctl."""

from __future__ import annotations

DONE = 0
FAILED = 1
WRONG = 2
NO_ENGINE = 3
LOCKED = 4
CANCELLED = 5

MEANINGS = {
    DONE: "done",
    FAILED: "it failed; the message says why",
    WRONG: "wrong usage or wrong settings; nothing was touched",
    NO_ENGINE: "no Docker Engine answers",
    LOCKED: "another deployment of the stack is under way",
    CANCELLED: "cancelled at a question",
}


class Stop(Exception):
    """A command ends here, with a message for the user and an exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code
