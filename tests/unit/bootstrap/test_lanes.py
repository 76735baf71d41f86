"""Two lanes of commands: what is shown when, and what is kept."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from tests.lanes import Beside, live

NICENESS = [sys.executable, "-c", "import os; print('nice', os.nice(0))"]


def test_the_live_lane_shows_and_keeps_the_output_and_returns_the_code(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", "import sys; print('out'); sys.exit('wrong')"]
    assert live(command, tmp_path / "log", tmp_path) == 1
    assert sorted((tmp_path / "log").read_text().split()) == ["out", "wrong"]
    assert capfdbinary.readouterr().out == (tmp_path / "log").read_bytes()


def test_what_a_command_leaves_running_does_not_hold_the_lane(tmp_path: Path) -> None:
    command = ["bash", "-c", "sleep 300 & echo $! > pid"]
    try:
        assert live(command, tmp_path / "log", tmp_path) == 0
    finally:
        live(["bash", "-c", "kill $(cat pid)"], tmp_path / "log", tmp_path)


def test_the_lane_beside_is_niced_and_shows_an_output_when_its_command_has_ended(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    beside = Beside(tmp_path, tmp_path / "beside")
    go = threading.Event()
    codes: list[int] = []

    def work() -> None:
        codes.append(beside.run(NICENESS, tmp_path / "first"))
        assert (tmp_path / "beside").exists()
        go.wait()
        codes.append(beside.run(["false"], tmp_path / "second"))

    beside.start(work)
    go.set()
    beside.wait()
    assert codes == [0, 1]
    assert not (tmp_path / "beside").exists()
    nice = int((tmp_path / "first").read_text().split()[1])
    assert nice == min(os.nice(0) + 10, 19)
    assert b"nice" in capfdbinary.readouterr().out


def test_what_goes_wrong_in_the_lane_beside_is_raised_where_it_is_waited_for(
    tmp_path: Path,
) -> None:
    beside = Beside(tmp_path, tmp_path / "beside")
    beside.start(lambda: [][0])
    with pytest.raises(IndexError):
        beside.wait()
    assert not (tmp_path / "beside").exists()


def test_a_lane_that_was_stopped_begins_no_command(tmp_path: Path) -> None:
    beside = Beside(tmp_path, tmp_path / "beside")
    beside.stop()
    assert beside.run(["touch", str(tmp_path / "made")], tmp_path / "log") == 1
    assert not (tmp_path / "made").exists()
