"""The front door: make, activate, and the variables that both give."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ops.environment import environment

ROOT = Path(__file__).resolve().parents[3]


def shell(script: str, folder: Path = ROOT, **variables: str) -> str:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "VIRTUAL_ENV"))}
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail; {script}"],
        cwd=folder,
        env={**plain, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {line.split(":")[0] for line in makefile.splitlines() if ": ## " in line}
    assert targets >= {"up", "preview", "status", "down", "test", "lint", "bench", "help"}
    listed = shell("make --no-print-directory help")
    assert all(f"make {target} " in listed for target in targets)


def test_every_target_is_one_line() -> None:
    recipes = [
        line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("\t")
    ]
    targets = [line for line in (ROOT / "Makefile").read_text().splitlines() if ": ## " in line]
    assert len(recipes) == len(targets)


def test_ci_calls_the_tests_and_nothing_else() -> None:
    assert (ROOT / ".ci" / "run").read_text() == "#!/usr/bin/env bash\nexec make test\n"


@pytest.mark.parametrize("folder", [ROOT, ROOT / "docs"])
def test_an_activated_shell_has_the_same_variables_as_our_programs(folder: Path) -> None:
    names = ["PULUMI_HOME", "PULUMI_BACKEND_URL", "PULUMI_PARALLEL", "VIRTUAL_ENV"]
    printed = shell(f". {ROOT}/activate; " + "; ".join(f'echo "${name}"' for name in names), folder)
    expected = environment(ROOT)
    assert printed.splitlines() == [expected[name] for name in names]


def test_another_backend_and_passphrase_of_the_user_win() -> None:
    shown = 'echo "$PULUMI_BACKEND_URL"; echo "${PULUMI_CONFIG_PASSPHRASE_FILE-}"'
    printed = shell(
        f". {ROOT}/activate; {shown}",
        PULUMI_BACKEND_URL="s3://states",
        PULUMI_CONFIG_PASSPHRASE="mine",
    )
    assert printed.splitlines() == ["s3://states", ""]


def test_a_project_that_is_not_set_up_says_so(tmp_path: Path) -> None:
    (tmp_path / "activate").write_text((ROOT / "activate").read_text())
    done = subprocess.run(
        ["bash", "-c", ". ./activate"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "make setup" in done.stderr
