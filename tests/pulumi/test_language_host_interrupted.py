"""Nothing of an update outlives it, however it is ended."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from .random_harness import Work

# The resource's apply runs only when the program's own code has ended; this one waits there.
WAITS = """
import time
def wait(_):
    open("started", "w").close()
    time.sleep(600)
random.RandomPet("pet").id.apply(wait)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
open("started", "w").close()
while True:
    time.sleep(600)
"""
BLOCKED = """
import time
open("started", "w").close()
time.sleep(600)
"""


@pytest.fixture
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return Work.make(tmp_path_factory.mktemp("interrupted"))


def started(work: Work, program: str) -> subprocess.Popen[str]:
    """Start an update and wait until its program has come to where it stays."""
    work.program(program)
    process = work.start("up", "--yes", "--skip-preview")
    deadline = time.monotonic() + 120
    while not (work.folder / "started").exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def afterwards(work: Work) -> None:
    """The stack can be updated again at once."""
    work.run("cancel", "--yes")
    work.up('pulumi.export("again", True)')
    assert work.outputs() == {"again": True}


@pytest.mark.parametrize("program", [BLOCKED, WAITS], ids=["blocked", "waits"])
def test_ctrl_c_ends_the_update_with_a_word_and_leaves_no_process(program: str, work: Work) -> None:
    process = started(work, program)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "cancel" in told
    assert "KeyboardInterrupt" not in told
    assert work.no_process_within(60), work.processes()
    afterwards(work)


def test_ctrl_c_ends_a_program_that_ignores_it(work: Work) -> None:
    process = started(work, STUBBORN)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert work.no_process_within(60), work.processes()
    afterwards(work)


@pytest.mark.parametrize(
    "program", [BLOCKED, WAITS, STUBBORN], ids=["blocked", "waits", "stubborn"]
)
def test_killing_the_engine_leaves_no_process(program: str, work: Work) -> None:
    process = started(work, program)
    assert len(work.processes()) >= 3
    process.kill()
    process.wait()
    assert work.no_process_within(60), work.processes()
    afterwards(work)


def test_killing_the_language_host_fails_the_update_and_leaves_no_program(work: Work) -> None:
    process = started(work, BLOCKED)
    (host,) = [
        number
        for number, line in work.processes().items()
        if ("language_host" in line or "pulumi-language-python" in line) and "exec" not in line
    ]
    subprocess.run(["kill", "-KILL", str(host)], check=True)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert work.no_process_within(60), work.processes()
    afterwards(work)


def test_killing_the_program_fails_the_update_and_leaves_no_process(work: Work) -> None:
    process = started(work, BLOCKED)
    (program,) = [number for number, line in work.processes().items() if "--monitor" in line]
    subprocess.run(["kill", "-KILL", str(program)], check=True)
    told, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "error" in told
    assert work.no_process_within(60), work.processes()
    afterwards(work)
