"""Where one way to a tool fails, the next one is taken and said."""

from __future__ import annotations

import hashlib
import io
import socket
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bootstrap import base_image, download, engine, plugins
from bootstrap.setup import Setup, SetupError


@dataclass
class Site:
    """Answers each path with these bytes, after the status line and the headers."""

    address: str
    answers: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture
def site() -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Site(f"http://127.0.0.1:{server.getsockname()[1]}")

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    path = connection.recv(4096).split()[1].decode()
                    connection.sendall(made.answers[path])

        threading.Thread(target=serve, daemon=True).start()
        yield made
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site) -> Setup:
    root = tmp_path / "project"
    (root / ".state" / "bin").mkdir(parents=True)
    (root / "airgap" / "engine").mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (root / "airgap" / "engine" / name).write_text(name)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(download, "ARCHIVE", f"{site.address}/archive?{{name}}")
    monkeypatch.setattr(download, "CHECKSUMS", f"{site.address}/checksums")
    monkeypatch.setattr(engine, "reachable", lambda *_: True)
    return Setup(root=root, cache=tmp_path / "cache", with_dev=False)


def answer(body: bytes, length: int | None = None) -> bytes:
    count = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (count, body)


def release(site: Site, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Publish an engine and its checksum; return the archive."""
    text = f"#!/bin/sh\necho v{engine.VERSION}\n".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo("pulumi/pulumi")
        entry.size, entry.mode = len(text), 0o755
        tar.addfile(entry, io.BytesIO(text))
    archive = packed.getvalue()
    monkeypatch.setattr(download.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(download.platform, "system", lambda: "Linux")
    name = f"pulumi-v{engine.VERSION}-linux-x64.tar.gz"
    digest = hashlib.sha256(archive).hexdigest()
    site.answers["/checksums"] = answer(f"{digest}  {name}\n".encode())
    site.answers[f"/archive?{name}"] = answer(archive)
    return archive


def damage(site: Site, how: str, archive: bytes) -> None:
    path = next(each for each in site.answers if each.startswith("/archive"))
    site.answers[path] = {
        "cut off": answer(archive[:50], length=len(archive)),
        "another": answer(b"x" * len(archive)),
        "broken": archive[:3],
    }[how]


def test_a_whole_download_is_taken(
    setup: Setup, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(site, monkeypatch)
    assert engine.ensure(setup) == f"downloaded {engine.VERSION}, checksum verified"
    assert engine.version(setup.state / "bin" / "pulumi") == engine.VERSION


@pytest.mark.parametrize("how", ["cut off", "another", "broken"])
def test_a_bad_download_is_thrown_away_told_and_the_engine_is_built(
    setup: Setup, site: Site, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    damage(site, how, release(site, monkeypatch))

    def built(setup: Setup, binary: Path, why: str) -> float:
        binary.parent.mkdir(parents=True)
        binary.write_text(f"#!/bin/sh\necho v{engine.VERSION}\n")
        binary.chmod(0o755)
        return 5.0

    monkeypatch.setattr(engine, "_build", built)
    told = engine.ensure(setup)
    assert told.startswith(f"built {engine.VERSION} from its Go module in 5 s. The ")
    assert "SHA-256" in told or "could not be downloaded" in told
    assert not (setup.cache / "pulumi" / f"v{engine.VERSION}-official").exists()


def test_without_go_the_bad_download_is_named_too(
    setup: Setup, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(site, "another", release(site, monkeypatch))
    monkeypatch.setattr(engine, "GO_FOLDERS", ())
    monkeypatch.setenv("PATH", str(setup.root))
    with pytest.raises(SetupError, match=r"SHA-256.*And there is no Go to build it with"):
        engine.ensure(setup)


def test_an_engine_that_was_built_half_is_not_taken_from_the_cache(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = setup.cache / "pulumi" / f"v{engine.VERSION}-{engine._sources(setup)}" / "pulumi"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"\x7fELF")
    binary.chmod(0o755)
    monkeypatch.setattr(engine, "reachable", lambda *_: False)
    monkeypatch.setattr(engine, "GO_FOLDERS", ())
    monkeypatch.setenv("PATH", str(setup.root))
    with pytest.raises(SetupError, match="No download was reachable"):
        engine.ensure(setup)


def docker(folder: Path, script: str) -> None:
    """Put a docker on PATH that does what a shell script says."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_damaged_base_image_in_the_cache_is_made_anew(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(setup.root, '[ "$1" = import ] && grep -q whole "$2"')
    monkeypatch.setenv("PATH", f"{setup.root}:/usr/bin:/bin")
    monkeypatch.setattr(base_image, "reachable", lambda *_: True)
    archive = setup.cache / "debian-bookworm.tar"
    archive.parent.mkdir(parents=True)
    archive.write_text("hal")

    def make(archive: Path, log: Path) -> float:
        assert not archive.exists()
        archive.write_text("whole")
        return 3.0

    monkeypatch.setattr(base_image, "_make", make)
    assert base_image.ensure(setup) == (
        "made by debootstrap in 3 s; debian:bookworm-slim could not be pulled; "
        "the cached one was damaged"
    )
    assert base_image.ensure(setup).startswith("imported from the cache")


def test_where_the_official_plugins_cannot_be_had_our_own_are_taken_and_it_is_said(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    (setup.state / "bin" / "pulumi-language-python").touch()
    python_that(setup, "exit 0")

    def refused(setup: Setup) -> str:
        raise SetupError("downloading the provider docker 5.2.0 failed with exit code 255.")

    monkeypatch.setattr(plugins, "reachable", lambda *_: True)
    monkeypatch.setattr(plugins, "_official", refused)
    told = plugins.ensure(setup)
    assert told.startswith("our own language host and providers")
    assert "the official ones could not be had: downloading the provider docker" in told


def test_our_own_plugins_are_laid_out_again_only_when_something_about_them_has_changed(
    setup: Setup,
) -> None:
    script = (
        setup.state / "pulumi-home" / "plugins" / "resource-docker-v5" / "pulumi-resource-docker"
    )
    laid = setup.root / "laid"
    python_that(setup, f'mkdir -p "{script.parent}"; echo ours > "{script}"; echo laid >> "{laid}"')
    plugins.ensure(setup)
    plugins.ensure(setup)
    assert laid.read_text().count("laid") == 1
    script.write_text("altered")
    plugins.ensure(setup)
    assert (laid.read_text().count("laid"), script.read_text()) == (2, "ours\n")
    (setup.root / "airgap" / "plugins.py").write_text("changed")
    plugins.ensure(setup)
    assert laid.read_text().count("laid") == 3


def python_that(setup: Setup, does: str) -> None:
    """A virtual environment whose Python does this, and what plugins are laid out from."""
    setup.python.parent.mkdir(parents=True)
    setup.python.write_text(f"#!/bin/sh\n{does}\n")
    setup.python.chmod(0o755)
    (setup.python.parents[1] / "requirements.sha256").write_text("requirements")
    (setup.root / "airgap").mkdir(exist_ok=True)
    (setup.root / "airgap" / "plugins.py").write_text("plugins")
