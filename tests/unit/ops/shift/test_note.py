"""The note of a shift tells others what is under way, and whether its driver still lives."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from ops.shift.note import killed, told, weights

NOTE = {
    "services": ["auth-service"],
    "since": "2026-01-01T00:00:00+00:00",
    "pid": os.getpid(),
    "who": f"ann@{socket.gethostname()}",
    "wish": "go",
}
SEEN = {
    "auth-service": {"green": {"weight": 10}, "blue": {"weight": 90}},
    "frontend": {"green": {"weight": 0}, "blue": {"weight": 100}},
}


def gone() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_shift_is_told_with_its_shares_who_and_since_when() -> None:
    shares = weights(NOTE, SEEN)
    assert shares == {"auth-service": {"blue": 90, "green": 10}}
    assert told(NOTE, shares) == (
        "Traffic is being shifted (auth-service blue 90 %, green 10 %), since "
        f"2026-01-01T00:00:00+00:00 by ann@{socket.gethostname()}."
    )
    assert "shifted, paused (auth" in told({**NOTE, "wish": "pause"}, shares)


def test_a_shift_whose_driver_is_gone_is_not_under_way() -> None:
    assert not killed(NOTE)
    left = {**NOTE, "pid": gone()}
    assert killed(left)
    assert "was killed; the next `up`" in told(left, weights(left, SEEN))


def test_of_a_driver_on_another_host_nobody_knows() -> None:
    assert not killed({**NOTE, "pid": gone(), "who": "ann@elsewhere"})
