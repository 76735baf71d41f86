"""How the language host and the providers are laid into Pulumi's home folder."""

from __future__ import annotations

import importlib.metadata
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from airgap import plugins
from airgap.plugins import PluginsError, install, main, version

ROOT = Path(__file__).resolve().parents[3]
PYTHON = Path(sys.executable)


def scripts(home: Path) -> dict[str, Path]:
    return {path.name: path for path in home.glob("plugins/*/*")}


def test_the_plugins_lie_where_the_engine_looks_for_just_their_version(tmp_path: Path) -> None:
    lines = install(tmp_path, PYTHON, ROOT)
    expected = {
        f"language-python-v{importlib.metadata.version('pulumi')}/pulumi-language-python",
        f"resource-docker-v{version('docker')}/pulumi-resource-docker",
        f"resource-random-v{version('random')}/pulumi-resource-random",
    }
    laid = {str(path.relative_to(tmp_path / "plugins")) for path in tmp_path.glob("plugins/*/*")}
    assert laid == expected
    assert [line.rpartition(": ")[2] for line in lines] == ["written"] * 3


def test_a_second_call_changes_nothing(tmp_path: Path) -> None:
    install(tmp_path, PYTHON, ROOT)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    lines = install(tmp_path, PYTHON, ROOT)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert [line.rpartition(": ")[2] for line in lines] == ["there"] * 3


def test_a_script_of_ours_for_another_checkout_is_written_anew(tmp_path: Path) -> None:
    install(tmp_path, PYTHON, Path("/another"))
    install(tmp_path, PYTHON, ROOT)
    assert all(str(ROOT) in path.read_text() for path in scripts(tmp_path).values())


def test_an_official_plugin_is_left_alone(tmp_path: Path) -> None:
    official = tmp_path / "plugins" / f"resource-docker-v{version('docker')}"
    official.mkdir(parents=True)
    (official / "pulumi-resource-docker").write_bytes(b"\x7fELF\xff")
    lines = install(tmp_path, PYTHON, ROOT)
    assert (official / "pulumi-resource-docker").read_bytes() == b"\x7fELF\xff"
    assert lines[1].endswith("official, left alone")


def test_a_half_downloaded_plugin_is_replaced(tmp_path: Path) -> None:
    official = tmp_path / "plugins" / f"resource-docker-v{version('docker')}"
    official.mkdir(parents=True)
    (official / "pulumi-resource-docker").write_bytes(b"\x7fELF")
    half = official.with_name(official.name + ".partial")
    half.touch()
    install(tmp_path, PYTHON, ROOT)
    assert plugins.MARK in (official / "pulumi-resource-docker").read_text()
    assert not half.exists()


def test_nothing_half_written_stays_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Path, _target: Path) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        install(tmp_path, PYTHON, ROOT)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_script_starts_its_plugin_wherever_the_checkout_lies(tmp_path: Path) -> None:
    odd = tmp_path / "it's a $PLACE"
    odd.mkdir()
    (odd / "airgap").symlink_to(ROOT / "airgap")
    install(tmp_path / "home", PYTHON, odd)
    # A module of the project must not stand in for one of ours.
    (tmp_path / "grpc.py").write_text("raise SystemExit('the wrong grpc')")
    with subprocess.Popen(
        [scripts(tmp_path / "home")["pulumi-resource-random"], "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline()
        process.terminate()
    assert 0 < int(port) < 65536


@pytest.mark.parametrize("start_script", ["pulumi-resource-random", "pulumi-language-python"])
def test_a_plugin_ends_soon_after_the_engine_that_started_it(
    start_script: str, tmp_path: Path
) -> None:
    install(tmp_path, PYTHON, ROOT)
    # The shell stands for an engine that is killed: it starts the plugin and is gone.
    started = shlex.quote(str(scripts(tmp_path)[start_script]))
    script = f"{started} 127.0.0.1:1 > {tmp_path}/port & echo $!; sleep 1; kill -KILL $$"
    shell = ["sh", "-c", script]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == -9
    plugin = int(done.stdout)
    assert int((tmp_path / "port").read_text()) > 0
    for _ in range(100):
        if not _runs(plugin):
            return
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail("the plugin still runs 10 s after its engine was killed")


def _runs(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def fake(folder: Path, script: str) -> Path:
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return python


def test_a_python_without_the_packages_is_told(tmp_path: Path) -> None:
    with pytest.raises(PluginsError, match="packages pulumi, pulumi-docker, pulumi-random"):
        install(tmp_path / "home", fake(tmp_path, "echo '[]'"), ROOT)
    assert not (tmp_path / "home").exists()


def test_a_python_that_does_not_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(PluginsError, match="broken"):
        install(tmp_path / "home", fake(tmp_path, "echo broken >&2; exit 1"), ROOT)


def test_the_version_of_a_package_that_is_not_installed_is_told() -> None:
    with pytest.raises(PluginsError, match="pulumi-absent is not installed"):
        version("absent")


def test_the_command_prints_a_line_about_each_plugin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--pulumi-home", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_the_command_fails_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plugins").touch()
    assert main(["--pulumi-home", str(tmp_path)]) == 1
    assert os.strerror(20) in capsys.readouterr().err
