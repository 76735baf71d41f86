"""The base image is made from the host's own mirrors, however apt is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.apt_sources import Source, host_sources
from bootstrap.setup import SetupError

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/x.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
"""
LINES = """\
# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian bookworm main contrib
deb-src http://source.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main
deb http://security.example/debian-security bookworm-security main
"""
EXPECTED = [
    Source("http://mirror.example/debian", "bookworm"),
    Source("http://mirror.example/debian", "bookworm-updates"),
    Source("http://security.example/debian-security", "bookworm-security"),
]


def apt(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.list.d/debian.sources", DEB822),
        ("sources.list", LINES),
        ("sources.list.d/debian.list", LINES),
    ],
)
def test_every_form_of_sources_is_read(name: str, text: str, tmp_path: Path) -> None:
    assert host_sources("bookworm", apt(tmp_path, name, text)) == EXPECTED


def test_sources_that_are_switched_off_do_not_count(tmp_path: Path) -> None:
    apt(tmp_path, "sources.list.d/a.sources", DEB822.replace("Types: deb\n", "Types: deb-src\n"))
    apt(tmp_path, "sources.list.d/b.sources.disabled", DEB822)
    apt(tmp_path, "sources.list.d/c.sources", f"Enabled: no\n{DEB822}")
    assert host_sources("bookworm", tmp_path)[0].address == "http://mirror.example/debian"


def test_a_machine_without_the_suite_is_told_what_to_do(tmp_path: Path) -> None:
    apt(tmp_path, "sources.list", "deb http://mirror.example/ubuntu noble main\n")
    with pytest.raises(SetupError, match="names no mirror of Debian bookworm"):
        host_sources("bookworm", tmp_path)
