"""The official download of the Pulumi engine, checked against the release's own checksums."""

from __future__ import annotations

import hashlib
import http.client
import platform
import shutil
import tarfile
import tempfile
import urllib.request
from pathlib import Path

from .setup import SetupError

ARCHIVE = "https://get.pulumi.com/releases/sdk/{name}"
# The checksums come from another host than the archive.
CHECKSUMS = (
    "https://github.com/pulumi/pulumi/releases/download/v{version}/pulumi-{version}-checksums.txt"
)
TIMEOUT_SECONDS = 30
_MACHINES = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def engine(version: str, cache: Path) -> Path:
    """Return the folder with the binaries of a release.

    Raises SetupError when it cannot be loaded or its SHA-256 is not the published one.
    """
    folder = cache / "pulumi" / f"v{version}-official"
    if folder.is_dir():
        return folder
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        raise SetupError(f"There is no official Pulumi engine for {platform.machine()}.")
    name = f"pulumi-v{version}-{platform.system().lower()}-{machine}.tar.gz"
    try:
        expected = _expected(version, name)
        with tempfile.TemporaryDirectory(dir=_made(cache / "pulumi")) as temporary:
            _unpacked(ARCHIVE.format(name=name), expected, Path(temporary)).rename(folder)
    except (OSError, http.client.HTTPException, tarfile.TarError) as error:
        raise SetupError(f"The Pulumi engine could not be downloaded: {error}.") from error
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _expected(version: str, name: str) -> str:
    with urllib.request.urlopen(  # noqa: S310  (https, from a constant)
        CHECKSUMS.format(version=version), timeout=TIMEOUT_SECONDS
    ) as answer:
        for line in answer.read().decode().splitlines():
            digest, _, file = line.partition("  ")
            if file.strip() == name:
                return str(digest).strip()
    raise SetupError(f"The release {version} publishes no checksum of {name}.")


def _unpacked(url: str, expected: str, temporary: Path) -> Path:
    archive = temporary / "archive.tar.gz"
    with (
        urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer,  # noqa: S310
        archive.open("wb") as file,
    ):
        shutil.copyfileobj(answer, file)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != expected:
        raise SetupError(
            f"The downloaded Pulumi engine has the SHA-256 {found}, and its release publishes "
            f"{expected}. It was thrown away."
        )
    with tarfile.open(archive) as tar:
        tar.extractall(temporary, filter="data")
    return temporary / "pulumi"
