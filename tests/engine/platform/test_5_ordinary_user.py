"""An ordinary user in the group docker sets the project up, in a folder of his own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap.setup import cache_folder

from .project import copy_sources

USER = "pyairtable-test"
STACK = "enginetest-user"
# What every user has; the tests' own Python may lie where only root looks.
PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Home:
    """The user's home, with the project in it."""

    folder: Path

    def run(self, *command: str) -> str:
        """Run a command in the project as the user; return what it printed."""
        own = {"HOME": str(self.folder), "USER": USER, "LOGNAME": USER, "PATH": PATH}
        private = ("PULUMI_", "PYTHON", "VIRTUAL_ENV", "XDG_", "STACK")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(private)}
        done = subprocess.run(
            [shutil.which("runuser") or "runuser", "--user", USER, "--", *command],
            cwd=self.folder / "platform",
            env={**inherited, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=1500,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def home() -> Iterator[Home]:
    """A new user with a copy of the project, and with the built engine in his cache."""
    # Not below pytest's own folder, which only its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="pyairtable-user-"))
    made = ["useradd", "--home-dir", str(folder), "--groups", "docker", USER]
    subprocess.run(made, check=True, capture_output=True)
    try:
        copy_sources(folder / "platform")
        engine = cache_folder() / "pulumi"
        if engine.exists():
            shutil.copytree(engine, folder / ".cache" / "pyairtable" / "pulumi")
        subprocess.run(["chown", "--recursive", f"{USER}:", str(folder)], check=True)
        yield Home(folder)
    finally:
        subprocess.run(["userdel", "--force", USER], check=True, capture_output=True)
        shutil.rmtree(folder)


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users")
def test_an_ordinary_user_in_the_group_docker_sets_up_and_previews(home: Home) -> None:
    said = home.run("python3", "-m", "bootstrap")
    assert "Docker Engine  found" in said
    assert "to create" in home.run("make", "preview", f"STACK={STACK}")
    assert f"Nothing of stack {STACK} is deployed" in home.run("make", "status", f"STACK={STACK}")
    again = home.run("python3", "-m", "bootstrap")
    assert "found .venv" in again
    assert "in .state/bin" in again
