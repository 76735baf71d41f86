"""Step: the Pulumi engine; found, downloaded, or built from its Go module."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import download
from .commands import minutes, run
from .network import PULUMI, reachable
from .setup import Setup, SetupError

VERSION = "3.259.0"
MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
# Where Go is looked for when it is not on PATH.
GO_FOLDERS = ("/usr/local/go/bin", "/usr/lib/go/bin", "~/go/bin", "~/.local/go/bin")


def ensure(setup: Setup) -> str:
    """Put the engine at .state/bin/pulumi."""
    target = setup.state / "bin" / "pulumi"
    if target.exists() and new_enough(found := version(target)):
        return f"found {found} in .state/bin"
    present = shutil.which("pulumi")
    if present and new_enough(version(Path(present))):
        _place(Path(present).resolve(), target)
        return f"found {version(target)} on PATH"
    binary = setup.cache / "pulumi" / f"v{VERSION}-{_sources(setup)}" / "pulumi"
    if binary.exists() and new_enough(version(binary)):
        _place(binary, target)
        return f"found {VERSION}, built from its Go module, in the cache"
    why = "No download was reachable."
    if reachable(PULUMI, setup.cache):
        try:
            return _downloaded(setup, target)
        except SetupError as error:
            why = str(error)
            print(f"  … {why} Building it instead.", flush=True)
    seconds = _build(setup, binary, why)
    _place(binary, target)
    return f"built {VERSION} from its Go module in {minutes(seconds)}. {why}"


def _downloaded(setup: Setup, target: Path) -> str:
    for file in download.engine(VERSION, setup.cache).iterdir():
        _place(file, target.parent / file.name)
    return f"downloaded {VERSION}, checksum verified"


def version(binary: Path) -> str | None:
    """Return the version of an engine, None when it does not tell."""
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [binary, "version"], capture_output=True, text=True, check=False, env=env, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"v(\d+\.\d+\.\d+)", done.stdout)
    return match.group(1) if match else None


def new_enough(found: str | None) -> bool:
    """Whether a version is of our major and not older than ours."""
    if found is None:
        return False
    ours = [int(part) for part in VERSION.split(".")]
    theirs = [int(part) for part in found.split(".")]
    return theirs[0] == ours[0] and theirs >= ours


def _sources(setup: Setup) -> str:
    folder = setup.root / "airgap" / "engine"
    content = (folder / "go.mod").read_bytes() + (folder / "go.sum").read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


def _place(source: Path, target: Path) -> None:
    """Link, or where that does not work copy: a symbolic link hides what lies beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".new")
    half.unlink(missing_ok=True)
    try:
        os.link(source, half)
    except OSError:
        shutil.copy2(source, half)
    half.replace(target)


def go(why: str) -> str:
    """Return the Go command. Raises SetupError when there is none. why: nothing was downloaded."""
    found = shutil.which("go")
    places = (Path(folder).expanduser() / "go" for folder in GO_FOLDERS)
    found = found or next((str(place) for place in places if place.exists()), None)
    if found is None:
        raise SetupError(
            f"The Pulumi engine is not installed. {why} And there is no Go to build it with. "
            f"Install Pulumi {VERSION} or newer, or Go 1.26 or newer, and run the same command "
            "again."
        )
    return found


def _build(setup: Setup, binary: Path, why: str) -> float:
    command = go(why)
    binary.parent.mkdir(parents=True, exist_ok=True)
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    env = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly",
        # Collect garbage only when memory gets short: a third of the time is saved.
        "GOGC": "off",
        "GOMEMLIMIT": str(max(free // 2, 2 * 1024**3)),
    }
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        half = Path(folder) / "pulumi"
        flags = f"-s -w -X {VERSION_VARIABLE}=v{VERSION}"
        seconds = run(
            [command, "build", "-trimpath", "-ldflags", flags, "-o", half, MODULE],
            setup.state / "logs" / "engine.log",
            "building the Pulumi engine from its Go module (3 to 8 minutes, once)",
            cwd=setup.root / "airgap" / "engine",
            env=env,
        )
        half.replace(binary)
    return seconds
