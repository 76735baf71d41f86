"""What must not be left half-done is finished before an interruption counts."""

from __future__ import annotations

import os
import signal

import pytest

from ops.exits import Exit, Stopped
from ops.shield import interrupt, shielded


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_counts_only_at_the_end(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []
    with pytest.raises(Stopped, match="was finished first") as stopped, shielded("The restore"):
        os.kill(os.getpid(), number)
        done.append("finished")
    assert stopped.value.code is Exit.CANCELLED
    assert done == ["finished"]
    assert capsys.readouterr().err == "The restore is finished first.\n"


def test_without_an_interruption_nothing_happens() -> None:
    before = signal.getsignal(signal.SIGINT)
    with shielded("The restore"):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_failure_is_told_before_an_interruption() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ValueError, match="wrong"), shielded("The restore"):
        os.kill(os.getpid(), signal.SIGTERM)
        raise ValueError("wrong")
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_to_end_is_handled_as_ctrl_c() -> None:
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
