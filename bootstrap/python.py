"""Step: the virtual environment with hash-locked requirements."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from .commands import minutes, run
from .packages import apt_install, is_debian
from .setup import Setup, SetupError, is_root

OLDEST = (3, 11)


def ensure(setup: Setup) -> str:
    """Make .venv as the lock says; one that was left half-made is made again."""
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, and this is "
            f"{sys.version.split()[0]}. Install it and run the command with it."
        )
    stamp = setup.root / ".venv" / "requirements.sha256"
    wanted = {name: _digest(setup, name) for name in ("program", "dev")}
    found = stamp.read_text() if stamp.exists() and setup.python.exists() else ""
    # The requirements of the tests hold those of the program.
    if found in (wanted["dev"], wanted["dev" if setup.with_dev else "program"]):
        return f"found .venv with Python {sys.version.split()[0]}"
    name = "dev" if setup.with_dev else "program"
    seconds = _make(setup, name)
    stamp.write_text(wanted[name])
    return f"made .venv from requirements/{name}.lock in {minutes(seconds)}"


def _digest(setup: Setup, name: str) -> str:
    lock = (setup.root / "requirements" / f"{name}.lock").read_bytes()
    project = (setup.root / "pyproject.toml").read_bytes()
    return hashlib.sha256(lock + project + sys.version.encode()).hexdigest()


def _make(setup: Setup, name: str) -> float:
    folder, log = setup.root / ".venv", setup.state / "logs" / "python.log"
    if folder.is_symlink():
        raise SetupError(".venv is a symbolic link; remove it and run the same command again.")
    _venv_module()
    if not setup.python.exists() or not _works(setup):
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder], log, "making .venv")
    (folder / "requirements.sha256").unlink(missing_ok=True)
    asked: list[str | Path] = [
        setup.python,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
    ]
    pip = [*asked, "install"]
    lock = setup.root / "requirements" / f"{name}.lock"
    seconds = run(
        # The lock names all there is to install. Asked for what each needs, pip would refuse
        # the whole lock for one package published since.
        [*pip, "--quiet", "--no-deps", "--require-hashes", "--requirement", lock],
        log,
        "installing the locked requirements",
    )
    seconds += run([*asked, "check"], log, "checking that nothing is missing")
    own: list[str | Path] = [
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        # A path instead of a finder, which every start of Python would have to load.
        "--config-settings",
        "editable_mode=compat",
        "--editable",
        setup.root,
    ]
    return seconds + run([*pip, *own], log, "installing platformctl")


def _works(setup: Setup) -> bool:
    asked = [str(setup.python), "-m", "pip", "--version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _venv_module() -> None:
    """Debian keeps the module venv in a package of its own."""
    code = "import venv, ensurepip"
    if subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode:
        if not (is_root() and is_debian()):
            raise SetupError(
                "This Python has no module venv. Install it (on Debian and Ubuntu the package "
                "python3-venv) and run the same command again."
            )
        apt_install("python3-venv")
