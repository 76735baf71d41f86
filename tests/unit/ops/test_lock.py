"""A lock whose process is gone is told from one that somebody holds."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops import lock
from ops.exits import Exit, Stopped

from .conftest import Sandbox

HERE = {
    "username": "ann",
    "hostname": socket.gethostname(),
    "timestamp": "2026-11-23T21:03:21.123456789Z",
}


def gone() -> int:
    """Id of a process that has ended and was reaped."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_without_a_lock_there_is_nothing_to_tell(sandbox: Sandbox) -> None:
    assert lock.locks(sandbox.root, "dev") == ()


def test_a_lock_is_read_as_pulumi_writes_it(sandbox: Sandbox) -> None:
    path = sandbox.lock("dev", pid=4711, **HERE)
    (found,) = lock.locks(sandbox.root, "dev")
    assert (found.path, found.pid, found.username) == (path, 4711, "ann")
    assert found.since.isoformat() == "2026-11-23T21:03:21.123456+00:00"
    assert lock.locks(sandbox.root, "test") == ()


def test_a_lock_of_a_process_that_is_gone_is_stale(sandbox: Sandbox) -> None:
    sandbox.lock("dev", pid=gone(), **HERE)
    stale, held = lock.split(lock.locks(sandbox.root, "dev"))
    assert len(stale) == 1
    assert not held


def test_a_lock_of_a_process_that_lives_is_held_and_explained(sandbox: Sandbox) -> None:
    sandbox.lock("dev", pid=os.getpid(), **HERE)
    stale, held = lock.split(lock.locks(sandbox.root, "dev"))
    assert not stale
    text = lock.explain("dev", held)
    assert f"process {os.getpid()} of ann on {socket.gethostname()}" in text
    assert "still runs" in text


def test_a_lock_of_another_program_that_got_the_id_later_is_stale(sandbox: Sandbox) -> None:
    sleeper = subprocess.Popen([str(shutil.which("sleep")), "30"])
    try:
        sandbox.lock("dev", pid=sleeper.pid, **HERE)
        (found,) = lock.locks(sandbox.root, "dev")
        assert found.holder() is lock.Holder.GONE
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_lock_of_a_process_that_ended_and_was_not_reaped_is_stale(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to(str(shutil.which("true")))
    ended = subprocess.Popen([program])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert not lock.lives(ended.pid)
    ended.wait()


def test_a_lock_of_another_host_is_never_taken_for_stale(sandbox: Sandbox) -> None:
    sandbox.lock("dev", pid=gone(), **{**HERE, "hostname": "elsewhere"})
    stale, held = lock.split(lock.locks(sandbox.root, "dev"))
    assert not stale
    text = lock.explain("dev", held)
    assert "another host" in text
    assert "pulumi cancel --yes --stack dev" in text


def test_a_lock_that_cannot_be_read_is_somebodys(sandbox: Sandbox) -> None:
    sandbox.lock("dev", pid=1).write_text("{half")
    (found,) = lock.locks(sandbox.root, "dev")
    assert found.username == "unknown"
    assert found.holder() is lock.Holder.ELSEWHERE


def test_one_stale_lock_beside_a_held_one_does_not_free_the_stack(sandbox: Sandbox) -> None:
    sandbox.lock("dev", pid=gone(), **HERE)
    sandbox.lock("dev", pid=os.getpid(), **HERE)
    stale, held = lock.split(lock.locks(sandbox.root, "dev"))
    assert (len(stale), len(held)) == (1, 1)


def test_whoever_comes_second_gives_way(sandbox: Sandbox) -> None:
    mine = sandbox.lock("dev", pid=os.getpid(), **HERE)
    lock.refuse_others(sandbox.root, "dev", mine)
    sandbox.lock("dev", pid=os.getpid(), **HERE)
    with pytest.raises(Stopped) as stopped:
        lock.refuse_others(sandbox.root, "dev", mine)
    assert stopped.value.code is Exit.LOCKED


def test_where_the_state_is_no_folder_there_are_no_locks(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.lock("dev", pid=os.getpid(), **HERE)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://somewhere")
    assert lock.locks(sandbox.root, "dev") == ()
