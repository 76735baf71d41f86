"""An engine that is away, hangs, or goes away while it answers."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import docker
import pytest
import urllib3.exceptions
from pulumi.runtime.proto import provider_pb2

from airgap.docker_provider import engine as module
from airgap.docker_provider.engine import Engine, EngineUnreachable
from airgap.docker_provider.handler import reason
from airgap.docker_provider.server import DockerProvider

from .docker_calls import CONTAINER, IMAGE, Context, Refused, checked, struct, urn
from .socket_engine import STREAM, provider_at, serving

SECRET = "hush-hush"


def create(provider: DockerProvider, kind: str, inputs: dict[str, Any]) -> Any:
    request = provider_pb2.CreateRequest(urn=urn(kind), properties=struct(inputs))
    return provider.Create(request, Context())


def building(folder: Path) -> dict[str, Any]:
    (folder / "Dockerfile").write_text("FROM scratch\n")
    build = {"context": str(folder), "buildArgs": {"TOKEN": SECRET}}
    return checked(IMAGE, build=build)


@pytest.mark.parametrize(
    "answer", [STREAM + b'1f\r\n{"status":"a"', STREAM + b"3\r\n{x}\r\n0\r\n\r\n"]
)
def test_an_engine_that_goes_away_during_a_build_is_told_with_what_to_do(
    tmp_path: Path, answer: bytes
) -> None:
    with serving(tmp_path / "engine", answer) as engine:
        provider = provider_at(engine.address)
        with pytest.raises(
            Refused, match=r"it: the Docker Engine broke off its answer .*docker ps"
        ):
            create(provider, IMAGE, building(tmp_path))


def test_an_engine_that_goes_away_during_a_pull_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path / "engine", STREAM) as engine:
        provider = provider_at(engine.address)
        absent = docker.errors.ImageNotFound("no such image")
        monkeypatch.setattr(provider._engine.api, "inspect_image", Mock(side_effect=absent))
        with pytest.raises(Refused, match="it: the Docker Engine broke off its answer"):
            create(provider, CONTAINER, checked(CONTAINER))


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"])
def test_no_build_argument_is_quoted_by_an_engine_without_a_word(
    tmp_path: Path, answer: bytes
) -> None:
    with serving(tmp_path / "engine", answer) as engine:
        provider = provider_at(engine.address)
        with pytest.raises(Refused) as refused:
            create(provider, IMAGE, building(tmp_path))
        assert any(SECRET in line for line in engine.asked)
    assert SECRET not in str(refused.value)


def test_no_build_argument_is_quoted_when_the_engine_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker.APIClient, "_retrieve_server_version", lambda _: "1.41")
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        provider = provider_at(f"tcp://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(Refused, match=r"with url: /v1\.41/build ") as refused:
            create(provider, IMAGE, building(tmp_path))
    assert SECRET not in str(refused.value)


def test_an_engine_that_hangs_is_told_as_one_that_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(tmp_path / "engine"))
        hanging.listen()
        provider = provider_at(f"unix://{tmp_path}/engine")
        with pytest.raises(Refused, match=r"No Docker Engine answers at unix:.*timed out"):
            create(provider, CONTAINER, checked(CONTAINER))


def test_an_engine_that_answers_has_time_for_what_takes_long(tmp_path: Path) -> None:
    with serving(tmp_path / "engine") as engine:
        assert provider_at(engine.address)._engine.api.timeout == module.TIMEOUT_SECONDS
    assert module.ANSWER_SECONDS < module.TIMEOUT_SECONDS


class Counting:
    """A lock that counts who has come to it."""

    def __init__(self) -> None:
        self._lock, self.came = threading.Lock(), threading.Semaphore(0)

    def __enter__(self) -> None:
        self.came.release()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_all_who_wait_for_an_attempt_share_its_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, lock, attempts = Engine(), Counting(), []

    def connect(**_: Any) -> Any:
        for _each in range(4):
            lock.came.acquire()
        attempts.append(time.monotonic())
        raise docker.errors.DockerException("it hangs")

    engine._lock = lock  # type: ignore[assignment]
    monkeypatch.setattr(docker, "APIClient", connect)

    def ask() -> str:
        with pytest.raises(EngineUnreachable) as told:
            _ = engine.api
        return str(told.value)

    with ThreadPoolExecutor(4) as pool:
        told = {each.result() for each in [pool.submit(ask) for _ in range(4)]}
    assert len(attempts) == len(told) == 1
    assert "it hangs" in told.pop()


def test_a_later_call_tries_again(tmp_path: Path) -> None:
    path = tmp_path / "engine"
    provider = provider_at(f"unix://{path}")
    with pytest.raises(Refused, match="No Docker Engine answers"):
        create(provider, CONTAINER, checked(CONTAINER))
    with serving(path):
        assert provider._engine.api.api_version == "1.41"


@pytest.mark.parametrize(("address", "looks"), [("unix://", False), ("tcp://", True)])
def test_a_proxy_is_looked_for_only_where_one_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, looks: bool
) -> None:
    monkeypatch.setattr(docker.APIClient, "_retrieve_server_version", lambda _: "1.41")
    provider = provider_at(f"{address}{'/engine' if address == 'unix://' else '127.0.0.1:1'}")
    assert provider._engine.api.trust_env is looks


def test_an_answer_that_is_broken_off_is_told_without_the_arguments_of_a_build() -> None:
    error = urllib3.exceptions.HTTPError("url: /v1.41/build?buildargs=hush (Caused by a reset)")
    assert "/v1.41/build (Caused by a reset)" in reason(error)
    assert "hush" not in reason(error)
