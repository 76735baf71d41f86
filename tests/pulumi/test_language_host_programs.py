"""Python programs run by the real engine: how they end and what they get."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .random_harness import OFFICIAL, ROOT, Work


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return Work.make(tmp_path_factory.mktemp("programs"))


def test_a_program_succeeds_and_exports(work: Work) -> None:
    told = work.up('pulumi.export("answer", {"is": [42, pulumi.get_stack()]})')
    assert work.outputs() == {"answer": {"is": [42, "dev"]}}
    assert "warning" not in told


def test_a_difference_is_shown_and_not_made(work: Work) -> None:
    work.up('pulumi.export("shown", "before")')
    work.program('pulumi.export("shown", "after")')
    told = work.pulumi("preview", "--diff")
    assert '"before" => "after"' in told
    assert work.outputs() == {"shown": "before"}


def test_a_preview_tells_the_program_that_it_is_one(work: Work) -> None:
    work.program('print("dry" if pulumi.runtime.is_dry_run() else "real", "run")')
    assert "dry run" in work.pulumi("preview")
    assert "real run" in work.up()


def test_an_exception_is_told_from_the_first_line_of_the_program_on(work: Work) -> None:
    told = work.failing_up("def deep():\n    raise ValueError('because')\n\ndeep()\n")
    lines = [line.strip() for line in told.splitlines()]
    start = lines.index("Traceback (most recent call last):")
    assert lines[start + 1] == f'File "{work.folder}/__main__.py", line 6, in <module>'
    assert "ValueError: because" in lines
    assert "runpy" not in told
    assert "exit code" not in told


def test_an_exception_in_an_apply_fails_the_update(work: Work) -> None:
    told = work.failing_up("pulumi.Output.from_input(1).apply(lambda one: one / 0)")
    assert "ZeroDivisionError: division by zero" in told


def test_an_error_for_the_user_is_told_by_its_message_alone(work: Work) -> None:
    told = work.failing_up("raise pulumi.RunError('Set conformance:size first.')")
    assert "error: Set conformance:size first." in told
    assert "Traceback" not in told


def test_a_syntax_error_is_told_by_its_place(work: Work) -> None:
    told = work.failing_up("x = (1,\n")
    assert f'File "{work.folder}/__main__.py", line 3' in told
    assert "SyntaxError: '(' was never closed" in told


def test_a_module_that_is_missing_is_named(work: Work) -> None:
    assert "No module named 'absent_module'" in work.failing_up("import absent_module")


def test_a_program_may_end_itself(work: Work) -> None:
    assert "exit code: 3" in work.failing_up("import sys\nsys.exit(3)")
    work.up('import sys\npulumi.export("done", True)\nsys.exit(0)')
    assert work.outputs() == {"done": True}


def test_a_program_that_dies_fails_the_update(work: Work) -> None:
    work.failing_up("import os\nos.kill(os.getpid(), 9)")


def test_a_missing_program_is_told(work: Work) -> None:
    (work.folder / "__main__.py").unlink()
    ended = work.run("up", "--yes", "--skip-preview")
    assert ended.code != 0
    assert "__main__.py" in ended.output


def test_much_output_arrives_whole(work: Work) -> None:
    told = work.up("for n in range(20_000):\n    print('line', n, 'x' * 50)\nprint('the end')")
    assert "line 0 x" in told
    assert "line 19999 x" in told
    assert "the end" in told


def test_configuration_and_its_secrets_reach_the_program(work: Work) -> None:
    work.pulumi("config", "set", "plain", "visible")
    work.pulumi("config", "set", "--secret", "token", "s3cr3t-token")
    work.pulumi("config", "set", "--path", "nested.list[0]", "7")
    told = work.up(
        "config = pulumi.Config()\n"
        'pulumi.export("plain", config.require("plain"))\n'
        'pulumi.export("token", config.require_secret("token"))\n'
        'pulumi.export("nested", config.require_object("nested"))\n'
        'pulumi.export("length", len(config.require("token")))\n'
    )
    expected = {"plain": "visible", "token": "s3cr3t-token", "nested": {"list": [7]}, "length": 12}
    assert work.outputs() == expected
    assert "s3cr3t-token" not in told
    assert "s3cr3t-token" not in work.state()


def test_the_modules_of_a_program_are_its_own(work: Work) -> None:
    for name in ("server", "run", "airgap"):
        (work.folder / f"{name}.py").write_text(f"WHOSE = 'own {name}'\n")
    told = work.up(
        "import sys, server, run, airgap\n"
        "print(server.WHOSE, run.WHOSE, airgap.WHOSE)\n"
        'print("path", *sys.path)\n'
    )
    assert "own server own run own airgap" in told
    for name in ("server", "run", "airgap"):
        (work.folder / f"{name}.py").unlink()
    path = next(line for line in told.splitlines() if line.strip().startswith("path "))
    if not OFFICIAL:
        # No more often than the Python itself has it, where this project is installed.
        plain = [sys.executable, "-P", "-c", "import sys; print(*sys.path)"]
        own = subprocess.run(plain, cwd="/", capture_output=True, text=True, check=True).stdout
        assert path.split().count(str(ROOT)) == own.split().count(str(ROOT))


def test_about_tells_the_python_and_the_packages(work: Work) -> None:
    about = json.loads(work.pulumi("about", "--json"))
    assert about["runtime"]["language"] == "python"
    assert about["runtime"]["executable"].endswith("python")
    assert "pulumi_random" in {each["name"].replace("-", "_") for each in about["dependencies"]}
    assert {"docker", "random"} <= {each["name"] for each in about["plugins"]}


def test_the_program_may_lie_in_a_folder_of_its_own(tmp_path: Path) -> None:
    work = Work.make(tmp_path, main="infra/")
    work.program("import beside", "infra/__main__.py")
    work.program('pulumi.export("beside", True)', "infra/beside.py")
    work.pulumi("up", "--yes", "--skip-preview")
    assert work.outputs() == {"beside": True}


def test_a_missing_virtual_environment_is_told_with_what_to_do(tmp_path: Path) -> None:
    runtime = {"name": "python", "options": {"virtualenv": "absent"}}
    work = Work.make(tmp_path, runtime=runtime)
    ended = work.run("preview")
    assert ended.code != 0
    assert "absent" in ended.output
