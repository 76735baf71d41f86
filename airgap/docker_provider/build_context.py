"""The build context as a tar archive that is the same for the same content.

The engine's build cache compares owners and modes too. Here they are the same whoever
checked the project out, so that nothing is built anew for another user or umask.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from docker.utils.build import exclude_paths

_IN_MEMORY = 16 << 20
"""Bytes up to which the archive needs no file on disk."""


def archive(context: Path, dockerfile: str) -> IO[bytes]:
    """Return the archive of a folder without what its .dockerignore names.

    dockerfile: relative to the folder; it is always part of the archive.
    """
    ignored = context / ".dockerignore"
    patterns = ignored.read_text().splitlines() if ignored.is_file() else []
    wanted = [each for each in patterns if each.strip() and not each.lstrip().startswith("#")]
    made = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name in sorted(exclude_paths(str(context), wanted, dockerfile=dockerfile)):
            _add(tar, context / name, name)
    made.seek(0)
    return made


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    entry = tar.gettarinfo(str(path), arcname=name)
    if entry is None:  # a socket has no place in an archive
        return
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    if entry.islnk():
        entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", path.stat().st_size
    tar.addfile(entry, io.BytesIO(path.read_bytes()) if entry.isreg() else None)
