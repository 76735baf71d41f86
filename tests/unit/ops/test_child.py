"""An interruption reaches the program, and nothing is left hanging."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.exits import Stopped
from ops.yielding import NICE, VARIABLE, niceness, yield_session, yielding

ROOT = Path(__file__).resolve().parents[3]
# Takes so many interruptions to end; with 9 it never does by itself.
_STUBBORN = """
import signal, sys, time
left = [int(sys.argv[1])]
def told(*_):
    left[0] -= 1
    print("interrupted", flush=True)
    if left[0] == 0: sys.exit(3)
signal.signal(signal.SIGINT, told)
print("ready", flush=True)
while True: time.sleep(0.05)
"""
_RUN = """
import os, sys
from pathlib import Path
from ops.child import run
ended = run([sys.executable, "-c", sys.argv[1], sys.argv[2]], cwd=Path("/"), env=os.environ,
            terminal=False, nice=10,
            patience_seconds=float(sys.argv[3]), abrupt_seconds=float(sys.argv[4]))
print(f"code {ended.code} interrupted {ended.interrupted}", flush=True)
"""


def start(takes: int, patience: float = 60, abrupt: float = 60) -> subprocess.Popen[str]:
    arguments = [_STUBBORN, str(takes), str(patience), str(abrupt)]
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def rest(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=20)
    return output.splitlines()


def test_a_program_that_ends_by_itself_gives_its_code() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, "import sys; sys.exit(7)", "0", "1", "1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "code 7 interrupted False\n"


def test_a_program_and_what_it_starts_give_way_to_what_serves() -> None:
    code = "import os; os.system('nice')"
    shown = subprocess.run(
        [sys.executable, "-c", _RUN, code, "0", "1", "1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(shown.stdout.splitlines()[0]) == min(os.nice(0) + NICE, 19)


def test_where_sessions_share_the_processors_the_whole_session_gives_way(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    assert yield_session(7, NICE, tmp_path)
    assert (tmp_path / "7" / "autogroup").read_text() == str(NICE)
    assert not yield_session(8, NICE, tmp_path)


def test_without_the_program_nice_the_command_runs_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert yielding(["pulumi", "up"], NICE) == ["pulumi", "up"]


def test_how_far_it_gives_way_is_chosen_and_a_wrong_choice_is_told() -> None:
    assert niceness({}) == NICE
    assert niceness({VARIABLE: "0"}) == 0
    assert yielding(["pulumi", "up"], 0) == ["pulumi", "up"]
    for wrong in ("20", "-5", "much", ""):
        with pytest.raises(Stopped, match="is to be a number from 0 to 19"):
            niceness({VARIABLE: wrong})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_passed_on_once(number: signal.Signals) -> None:
    process = start(takes=1)
    process.send_signal(number)
    assert rest(process) == ["interrupted", "code 3 interrupted True"]


def test_a_second_interruption_is_passed_on_too() -> None:
    process = start(takes=2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert rest(process) == ["interrupted", "interrupted", "code 3 interrupted True"]


def test_a_third_interruption_kills() -> None:
    process = start(takes=9)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    assert rest(process)[-1] == f"code {-signal.SIGKILL} interrupted True"


def test_after_one_interruption_a_program_that_does_not_end_is_killed_in_time() -> None:
    process = start(takes=9, patience=0.5, abrupt=2)
    process.send_signal(signal.SIGINT)
    lines = rest(process)
    assert lines == ["interrupted", "interrupted", f"code {-signal.SIGKILL} interrupted True"]
