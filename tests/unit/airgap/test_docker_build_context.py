"""The same content gives the same archive, whoever owns the files."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from airgap.docker_provider.build_context import archive


def made(folder: Path) -> bytes:
    with archive(folder, "Dockerfile") as file:
        return file.read()


def test_owners_times_and_umask_make_no_difference(tmp_path: Path) -> None:
    for name, mode in {"one": 0o640, "two": 0o664}.items():
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "Dockerfile").write_text("FROM x\n")
        (tmp_path / name / "sub" / "run").write_text("#!/bin/sh\n")
        (tmp_path / name / "sub" / "run").chmod(mode | 0o100)
        (tmp_path / name / "Dockerfile").chmod(mode)
        os.utime(tmp_path / name / "Dockerfile", (mode, mode))
    assert made(tmp_path / "one") == made(tmp_path / "two")
    with archive(tmp_path / "one", "Dockerfile") as file, tarfile.open(fileobj=file) as tar:
        modes = {entry.name: entry.mode for entry in tar}
    assert modes == {"Dockerfile": 0o644, "sub": 0o755, "sub/run": 0o755}


def test_what_dockerignore_names_is_left_out(tmp_path: Path) -> None:
    for name in ("Dockerfile", "kept.py", "left.pyc"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".dockerignore").write_text("# compiled\n*.pyc\n\nDockerfile\n")
    with archive(tmp_path, "Dockerfile") as file, tarfile.open(fileobj=file) as tar:
        assert {"Dockerfile", "kept.py"} == set(tar.getnames()) - {".dockerignore"}


def test_hard_links_and_symbolic_links_are_kept_as_content_and_link(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    (tmp_path / "a").write_text("same")
    os.link(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c").symlink_to("a")
    with archive(tmp_path, "Dockerfile") as file, tarfile.open(fileobj=file) as tar:
        file_b = tar.extractfile("b")
        assert file_b is not None and file_b.read() == b"same"
        assert tar.getmember("c").linkname == "a"
