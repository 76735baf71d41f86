"""The language host over gRPC, with programs that are small scripts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from airgap.language_host import processes, server
from airgap.language_host.server import LanguageHost
from airgap.plugins import version

# Seconds for what takes a fraction of one, on a machine that has other work.
PATIENCE = 60
VENV = str(Path(sys.executable).parents[1])


@pytest.fixture
def host() -> Iterator[language_pb2_grpc.LanguageRuntimeStub]:
    """A language host that serves in this process."""
    running = grpc.server(ThreadPoolExecutor(max_workers=8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost("engine:1"), running)
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)
    running.stop(None).wait()


def info(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    made = language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point="."
    )
    made.options.update(options)
    return made


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str], language_pb2.RunRequest]:
    """Returns a Run request whose virtual environment's python is a shell script."""

    def make(script: str) -> language_pb2.RunRequest:
        python = tmp_path / "venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        return language_pb2.RunRequest(
            pwd=str(tmp_path),
            project="p",
            stack="s",
            monitor_address="m:1",
            parallel=4,
            config={"p:key": "value"},
            configSecretKeys=["p:secret"],
            info=info(tmp_path, virtualenv="venv"),
        )

    return make


Fake = Callable[[str], language_pb2.RunRequest]


def until_started(folder: Path) -> int:
    """Return the id of the process that has written its id to a file."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (folder / "pid").exists() and (text := (folder / "pid").read_text().strip()):
            return int(text)
        time.sleep(0.02)
    raise AssertionError("the program did not start")


def gone(process: int, within: float = PATIENCE) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_the_version_is_that_of_the_sdk(host: Any) -> None:
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="e:1"))
    assert host.GetPluginInfo(empty_pb2.Empty()).version == metadata.version("pulumi")


def test_the_installed_packages_name_the_plugins_at_their_versions(
    host: Any, tmp_path: Path
) -> None:
    request = language_pb2.GetRequiredPackagesRequest(info=info(tmp_path, virtualenv=VENV))
    packages = {each.name: each for each in host.GetRequiredPackages(request).packages}
    assert {name: each.version for name, each in packages.items()} == {
        name: f"v{version(name)}" for name in ("docker", "random")
    }
    assert {each.kind for each in packages.values()} == {"resource"}


def test_about_names_the_interpreter_and_its_version(host: Any, tmp_path: Path) -> None:
    about = host.About(language_pb2.AboutRequest(info=info(tmp_path, virtualenv=VENV)))
    assert Path(about.executable).samefile(sys.executable)
    assert about.version == ".".join(map(str, sys.version_info[:3]))


def test_dependencies_are_the_packages_that_no_other_needs_or_all(
    host: Any, tmp_path: Path
) -> None:
    def names(transitive: bool) -> set[str]:
        request = language_pb2.GetProgramDependenciesRequest(
            info=info(tmp_path, virtualenv=VENV), transitiveDependencies=transitive
        )
        return {each.name for each in host.GetProgramDependencies(request).dependencies}

    assert "pulumi_docker" in names(False)
    assert "grpcio" not in names(False)
    assert {"grpcio", "pulumi_docker"} <= names(True)
    assert not {"pip", "setuptools"} & names(True)


def test_a_virtual_environment_that_is_missing_is_told_by_every_call(
    host: Any, tmp_path: Path
) -> None:
    missing = info(tmp_path, virtualenv="none")
    calls = [
        (host.About, language_pb2.AboutRequest(info=missing)),
        (host.GetRequiredPackages, language_pb2.GetRequiredPackagesRequest(info=missing)),
        (host.GetProgramDependencies, language_pb2.GetProgramDependenciesRequest(info=missing)),
        (host.Run, language_pb2.RunRequest(pwd=str(tmp_path), info=missing)),
        (lambda r: list(host.RunPlugin(r)), language_pb2.RunPluginRequest(info=missing)),
    ]
    for call, request in calls:
        with pytest.raises(grpc.RpcError, match="none does not exist") as caught:
            call(request)
        assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION


def test_a_python_that_does_not_answer_is_told(host: Any, fake: Fake) -> None:
    request = fake("echo no such module >&2; exit 3")
    with pytest.raises(grpc.RpcError, match=r"exit code 3\. no such module"):
        host.About(language_pb2.AboutRequest(info=request.info))


def test_a_program_gets_its_command_line_and_configuration(
    host: Any, fake: Fake, tmp_path: Path
) -> None:
    request = fake('echo "$@" > line; echo "$PULUMI_CONFIG|$PULUMI_CONFIG_SECRET_KEYS" > config')
    assert host.Run(request) == language_pb2.RunResponse()
    script = Path(server.__file__).with_name("execute.py")
    assert (tmp_path / "line").read_text().strip() == (
        f"-u {script} --monitor m:1 --engine engine:1 --project p --root_directory {tmp_path} "
        f"--stack s --pwd {tmp_path} --dry_run false --parallel 4 -- ."
    )
    assert (tmp_path / "config").read_text().strip() == '{"p:key": "value"}|["p:secret"]'


@pytest.mark.parametrize(
    ("script", "error", "bail"),
    [
        ("exit 0", "", False),
        ("exit 32", "", True),
        ("exit 1", "program exited with non-zero exit code: 1", False),
        ("kill -KILL $$", "program was ended by SIGKILL", False),
    ],
)
def test_the_engine_is_told_how_a_program_ended(
    script: str, error: str, bail: bool, host: Any, fake: Fake
) -> None:
    assert host.Run(fake(script)) == language_pb2.RunResponse(error=error, bail=bail)


def test_a_debugger_is_refused(host: Any, fake: Fake) -> None:
    request = fake("exit 0")
    request.attach_debugger = True
    assert "debugger" in host.Run(request).error


def test_cancel_interrupts_the_program(host: Any, fake: Fake, tmp_path: Path) -> None:
    script = "trap 'echo interrupted > end; exit 5' INT; echo $$ > pid; while :; do sleep 0.1; done"
    call = host.Run.future(fake(script))
    process = until_started(tmp_path)
    host.Cancel(empty_pb2.Empty())
    assert "exit code: 5" in call.result(timeout=PATIENCE).error
    assert (tmp_path / "end").read_text().strip() == "interrupted"
    assert gone(process)


def test_a_program_that_ignores_the_interrupt_is_killed(
    host: Any, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes.Processes.cancel, "__defaults__", (0.3,))
    call = host.Run.future(fake("trap '' INT; echo $$ > pid; while :; do sleep 0.1; done"))
    process = until_started(tmp_path)
    host.Cancel(empty_pb2.Empty())
    assert call.result(timeout=PATIENCE).error == "program was ended by SIGKILL"
    assert gone(process)


def test_the_end_of_the_call_ends_the_program(host: Any, fake: Fake, tmp_path: Path) -> None:
    call = host.Run.future(fake("echo $$ > pid; exec sleep 100"))
    process = until_started(tmp_path)
    call.cancel()
    assert gone(process)


def plugin(folder: Path, text: str, **fields: Any) -> language_pb2.RunPluginRequest:
    (folder / "__main__.py").write_text(text)
    return language_pb2.RunPluginRequest(
        pwd=str(folder), info=info(folder, virtualenv=VENV), kind="resource", **fields
    )


def test_a_plugin_is_run_and_what_it_writes_passed_on(host: Any, tmp_path: Path) -> None:
    text = (
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['GIVEN'])\n"
        "print('why', file=sys.stderr)\n"
        "sys.exit(7)\n"
    )
    request = plugin(tmp_path, text, args=["e:1"], env=["GIVEN=a=b", "PATH=/usr/bin"])
    answers = list(host.RunPlugin(request))
    assert b"".join(each.stdout for each in answers) == b"['e:1'] a=b\n"
    assert b"".join(each.stderr for each in answers) == b"why\n"
    assert answers[-1].exitcode == 7


def test_a_plugin_that_writes_much_is_passed_on_whole(host: Any, tmp_path: Path) -> None:
    request = plugin(tmp_path, "print('x' * 3_000_000)")
    written = b"".join(each.stdout for each in host.RunPlugin(request))
    assert written == b"x" * 3_000_000 + b"\n"


def test_the_end_of_the_call_ends_a_plugin(host: Any, tmp_path: Path) -> None:
    text = "import os, time; print(os.getpid(), flush=True); time.sleep(100)"
    answers = host.RunPlugin(plugin(tmp_path, text))
    process = int(next(answers).stdout)
    answers.cancel()
    assert gone(process)


def test_a_policy_pack_is_run_by_the_sdk(host: Any, fake: Fake, tmp_path: Path) -> None:
    request = language_pb2.RunPluginRequest(
        pwd=str(tmp_path), info=fake('echo "$@"').info, kind="analyzer", args=["e:1"]
    )
    written = b"".join(each.stdout for each in host.RunPlugin(request))
    assert written.decode().strip() == f"-u -m pulumi.policy e:1 {tmp_path}"


def test_dependencies_are_installed_into_a_new_virtual_environment(
    host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base"
    base.write_text(
        '#!/bin/sh\necho "base $@"\nmkdir -p "$3/bin"\n'
        'printf \'#!/bin/sh\\necho "venv $@"\' > "$3/bin/python"\nchmod +x "$3/bin/python"\n'
    )
    base.chmod(0o755)
    monkeypatch.setenv("PULUMI_PYTHON_CMD", str(base))
    (tmp_path / "requirements.txt").touch()
    request = language_pb2.InstallDependenciesRequest(info=info(tmp_path, virtualenv="new"))
    written = b"".join(each.stdout for each in host.InstallDependencies(request)).decode()
    assert written.splitlines() == [
        f"base -m venv {tmp_path}/new",
        f"venv -m pip install -r {tmp_path}/requirements.txt",
    ]


def test_a_failed_installation_is_an_error(host: Any, fake: Fake, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    request = language_pb2.InstallDependenciesRequest(info=fake("echo trying; exit 2").info)
    answers = host.InstallDependencies(request)
    assert next(answers).stdout == b"trying\n"
    with pytest.raises(grpc.RpcError, match=f"pip install -e {tmp_path}. ended with exit code 2"):
        next(answers)


def test_new_projects_are_asked_nothing_and_left_as_they_are(host: Any) -> None:
    assert not host.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest()).prompts
    assert host.Template(language_pb2.TemplateRequest()) == language_pb2.TemplateResponse()


def test_a_plugin_that_leaves_a_child_with_its_output_ends_all_the_same(
    host: Any, tmp_path: Path
) -> None:
    text = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "print(child.pid, flush=True)\n"
    )
    start = time.monotonic()
    answers = list(host.RunPlugin(plugin(tmp_path, text)))
    os.kill(int(b"".join(each.stdout for each in answers)), signal.SIGKILL)
    assert answers[-1].exitcode == 0
    assert time.monotonic() - start < PATIENCE


def test_a_program_for_a_call_that_has_already_ended_is_stopped() -> None:
    class Ended:
        def add_callback(self, _callback: object) -> bool:
            return False

    with processes.Processes().started(["sleep", "100"], Ended()) as process:
        assert process.wait(timeout=PATIENCE) == -signal.SIGINT


def test_a_cancel_while_a_program_starts_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started, running = subprocess.Popen, processes.Processes()
    cancel = threading.Thread(target=running.cancel)

    def cancelled_at_once(*arguments: Any, **options: Any) -> Any:
        process = started(*arguments, **options)
        cancel.start()
        cancel.join(0.2)
        return process

    class Open:
        def add_callback(self, _callback: object) -> bool:
            return True

    monkeypatch.setattr(subprocess, "Popen", cancelled_at_once)
    with running.started(["sleep", "100"], Open()) as process:
        assert process.wait(timeout=PATIENCE) == -signal.SIGINT
    cancel.join()
