"""Step: the raw Debian that every image of ours is built on."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from .apt_sources import Source, host_sources
from .commands import minutes, run
from .network import DOCKER_HUB, reachable
from .packages import apt_install, is_debian
from .setup import Setup, SetupError, is_root

TAG = "pyairtable/debian:bookworm"
OFFICIAL = "debian:bookworm-slim"
SUITE = "bookworm"
EXTRA_CERTIFICATES = Path("/usr/local/share/ca-certificates")


def ensure(setup: Setup) -> str:
    """Have TAG on the engine: there, pulled, from the cache, or made by debootstrap."""
    if _docker("image", "inspect", TAG) == 0:
        return f"found {TAG}"
    log = setup.state / "logs" / "base-image.log"
    why = ""
    if reachable(DOCKER_HUB, setup.cache):
        if _docker("pull", "--quiet", OFFICIAL) == 0:
            run(["docker", "tag", OFFICIAL, TAG], log, "naming the image")
            return f"pulled {OFFICIAL}"
        why = f"; {OFFICIAL} could not be pulled"
    archive = setup.cache / f"debian-{SUITE}.tar"
    if archive.exists():
        if _docker("import", str(archive), TAG) == 0:
            return f"imported from the cache{why}"
        # Cut off, as by a full disk: made anew.
        archive.unlink()
        why += "; the cached one was damaged"
    seconds = _make(archive, log)
    run(["docker", "import", archive, TAG], log, "importing the base image")
    return f"made by debootstrap in {minutes(seconds)}{why}"


def _docker(*arguments: str) -> int:
    return subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode


def _make(archive: Path, log: Path) -> float:
    if not (is_root() and is_debian()):
        raise SetupError(
            f"The base image {OFFICIAL} cannot be pulled from here, and only root on Debian or "
            f"Ubuntu can make one. Load one and name it: docker tag IMAGE {TAG}."
        )
    if not shutil.which("debootstrap"):
        apt_install("debootstrap")
    sources = host_sources(SUITE)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        tree = Path(folder) / "root"
        command: list[str | Path] = [
            "debootstrap",
            "--variant=minbase",
            SUITE,
            tree,
            sources[0].address,
        ]
        seconds = run(command, log, "making the base image by debootstrap (about a minute, once)")
        _complete(tree, sources)
        half = Path(folder) / "image.tar"
        run(["tar", "--directory", tree, "--create", "--file", half, "."], log, "packing it")
        half.replace(archive)
    return seconds


def _complete(tree: Path, sources: list[Source]) -> None:
    """Add updates and security, as on the host, and the certificates that the host trusts."""
    lines = "".join(f"deb {each.address} {each.suite} main\n" for each in sources)
    (tree / "etc/apt/sources.list").write_text(lines)
    (tree / "etc/apt/apt.conf.d/90-pyairtable").write_text(
        'APT::Install-Recommends "false";\nAcquire::Languages "none";\n'
    )
    for certificate in sorted(EXTRA_CERTIFICATES.glob("**/*.crt")):
        target = tree / EXTRA_CERTIFICATES.relative_to("/") / certificate.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(certificate, target)
    shutil.rmtree(tree / "var/cache/apt/archives", ignore_errors=True)
