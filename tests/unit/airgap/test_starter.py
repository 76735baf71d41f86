"""A plugin knows who started it, even when that one is gone before Python is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airgap.plugins import install
from airgap.starter import VARIABLE, starter

ROOT = Path(__file__).resolve().parents[3]


def test_without_a_start_script_it_is_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert starter() == os.getppid()


def test_the_start_script_notes_who_started_it(tmp_path: Path) -> None:
    install(tmp_path, Path(sys.executable), ROOT)
    script = next(tmp_path.glob("plugins/*/pulumi-resource-random"))
    told = script.read_text().replace("-m airgap.random_provider", f"-c 'import os; {_TELL}'")
    script.write_text(told)
    done = subprocess.run([script], capture_output=True, text=True, check=True)
    assert int(done.stdout) == os.getpid()


_TELL = f'print(os.environ["{VARIABLE}"])'
