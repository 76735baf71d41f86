"""A call that never ends fails its test, by the clock of the CPU: a busy machine moves no other."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

# Of the CPU, for all tests of a file; they take a hundredth.
MOST_SECONDS = 600


@pytest.fixture(scope="module", autouse=True)
def _no_hang() -> Iterator[None]:
    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"the tests of a file took {MOST_SECONDS} s of the CPU; a call hangs")

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)
