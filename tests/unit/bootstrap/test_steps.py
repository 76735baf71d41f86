"""Each step finds what is there, and says what to do where it cannot go on."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap import commands, docker_engine, engine, network, state
from bootstrap.setup import EXIT_NO_ENGINE, Setup, SetupError


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    root = tmp_path / "project"
    (root / ".state" / "bin").mkdir(parents=True)
    (root / "airgap" / "engine").mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (root / "airgap" / "engine" / name).write_text(name)
    return Setup(root=root, cache=tmp_path / "cache", with_dev=False)


def fake_pulumi(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho v{version}\n")
    path.chmod(0o755)
    return path


def test_the_passphrase_is_made_once_for_the_owner_only(setup: Setup) -> None:
    state.ensure(setup)
    file = setup.state / "passphrase"
    first = file.read_text()
    assert len(first.strip()) >= 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "found" in state.ensure(setup)
    assert file.read_text() == first


def test_pulumi_writes_no_debug_logs_unless_the_user_wants_them(setup: Setup) -> None:
    state.ensure(setup)
    logs = setup.state / "pulumi-home" / "logs"
    assert "Remove this file" in logs.read_text()
    logs.unlink()
    state.ensure(setup)
    assert not logs.exists()


@pytest.mark.parametrize(
    ("found", "enough"),
    [
        ("3.259.0", True),
        ("3.260.1", True),
        ("3.258.9", False),
        ("4.0.0", False),
        ("2.999.0", False),
        (None, False),
    ],
)
def test_an_engine_is_taken_when_it_is_of_our_major_and_not_older(
    found: str | None, enough: bool
) -> None:
    assert engine.new_enough(found) is enough


def test_an_engine_that_is_in_place_is_kept(setup: Setup) -> None:
    fake_pulumi(setup.state / "bin" / "pulumi", "3.259.0")
    assert engine.ensure(setup) == "found 3.259.0 in .state/bin"


def test_an_engine_on_path_is_taken(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    there = fake_pulumi(setup.cache / "elsewhere" / "pulumi", "3.300.0")
    monkeypatch.setenv("PATH", str(there.parent))
    assert engine.ensure(setup) == "found 3.300.0 on PATH"
    assert not (setup.state / "bin" / "pulumi").is_symlink()


def test_an_old_engine_on_path_is_passed_over_for_the_cached_one(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fake_pulumi(setup.cache / "elsewhere" / "pulumi", "3.1.0")
    monkeypatch.setenv("PATH", f"{old.parent}:/usr/bin:/bin")
    folder = f"v{engine.VERSION}-{engine._sources(setup)}"
    fake_pulumi(setup.cache / "pulumi" / folder / "pulumi", engine.VERSION)
    assert "in the cache" in engine.ensure(setup)


def test_without_go_and_network_the_way_out_is_named(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(setup.root))
    monkeypatch.setattr(engine, "GO_FOLDERS", ())
    monkeypatch.setattr(engine, "reachable", lambda *_: False)
    with pytest.raises(SetupError, match=r"Install Pulumi 3\.259\.0 or newer, or Go"):
        engine.ensure(setup)


def test_a_host_that_does_not_answer_is_asked_once_in_ten_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(host: str) -> bool:
        asked.append(host)
        return False

    monkeypatch.setattr(network, "_asked", refuse)
    assert not network.reachable("example.invalid", tmp_path)
    assert not network.reachable("example.invalid", tmp_path)
    assert asked == ["example.invalid"]


def test_a_command_that_fails_shows_its_last_lines(tmp_path: Path) -> None:
    script = "for n in $(seq 30); do echo line $n; done; exit 4"
    with pytest.raises(SetupError, match="failed with exit code 4") as raised:
        commands.run(["sh", "-c", script], tmp_path / "log", "counting")
    assert "line 30" in str(raised.value)
    assert "line 10\n" not in str(raised.value)


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Path]:
    """A socket on which something answers like an old engine."""
    path = tmp_path / "docker.sock"
    body = b'{"Version": "18.09", "ApiVersion": "1.39"}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield path
        thread.join(5)


def test_an_engine_that_is_too_old_is_refused(
    setup: Setup, answering: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{answering}")
    with pytest.raises(SetupError, match=r"API 1\.39, and 1\.41 is needed") as raised:
        docker_engine.ensure(setup)
    assert raised.value.code == EXIT_NO_ENGINE


def test_without_an_engine_that_may_be_installed_one_paragraph_says_what_to_do(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{setup.root}/none.sock")
    with pytest.raises(SetupError, match="make preview") as raised:
        docker_engine.ensure(setup)
    assert raised.value.code == EXIT_NO_ENGINE
    assert "\n" not in str(raised.value)


def test_a_pid_file_of_an_earlier_life_is_forgotten_and_a_living_engines_is_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "docker.pid"
    file.write_text(str(os.getpid()))
    docker_engine._forget(file)
    assert not file.exists()
    engine_like = subprocess.Popen(["sh", "-c", "sleep 30; : dockerd"])
    command = Path(f"/proc/{engine_like.pid}/cmdline")
    while b"dockerd" not in command.read_bytes():
        time.sleep(0.01)
    try:
        file.write_text(str(engine_like.pid))
        docker_engine._forget(file)
        assert file.exists()
    finally:
        engine_like.kill()
        engine_like.wait()
