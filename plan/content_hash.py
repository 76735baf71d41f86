"""Tags of our images: a hash over everything that goes into one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from catalog.images import IMAGES, RAW_DEBIAN

LENGTH = 12
_IGNORED = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def files(path: Path) -> Iterator[Path]:
    """Yield the files at or below path, sorted, without caches of tools."""
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in _IGNORED)
        yield from (Path(folder) / name for name in sorted(names) if not name.endswith(".pyc"))


class Tags(dict[str, str]):
    """Full references of our images by name, for example pyairtable/redis:0a1b2c3d4e5f.

    Each is made when it is first asked for. It covers the inputs' paths, executable bits and
    contents, the build arguments and, through its reference, the parent. root: the project's
    folder. Asking raises FileNotFoundError when an input is missing.
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    def __missing__(self, name: str) -> str:
        parent = IMAGES[name].parent
        self[name] = _reference(self._root, name, self[parent] if parent else RAW_DEBIAN)
        return self[name]


def _reference(root: Path, name: str, parent: str) -> str:
    image = IMAGES[name]
    digest = hashlib.sha256(
        json.dumps([parent, image.dockerfile, sorted(image.build_args.items())]).encode()
    )
    for given in image.inputs:
        if not (root / given).exists():
            raise FileNotFoundError(f"{given}, an input of image {name}, is missing")
        for file in files(root / given):
            executable = os.access(file, os.X_OK)
            digest.update(f"\0{file.relative_to(root)}\0{executable}\0".encode())
            digest.update(file.read_bytes())
    return f"pyairtable/{name}:{digest.hexdigest()[:LENGTH]}"
