"""No value of an input stands in what the Docker provider says or logs: it may be a secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2

from airgap import wire
from airgap.docker_provider import container as container_module
from airgap.docker_provider.log import EngineLog
from airgap.docker_provider.registry import RESOURCES
from airgap.docker_provider.schema import Property

from .docker_calls import (
    CONTAINER,
    IMAGE,
    KINDS,
    REQUIRED,
    Context,
    Refused,
    check,
    checked,
    compare,
    failures,
    provider,
    struct,
)
from .docker_engine import Keeping, create, engine, error
from .test_docker_fuzz import FUZZ, any_inputs
from .test_random_fuzz import encoded

SECRET = "hush-hush-7f3a"


def places(
    table: Mapping[str, Property], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Property]]:
    """Return each property of a table and of the objects within, with its path."""
    for name, spec in table.items():
        yield (*path, name), spec
        yield from places(spec.fields or {}, (*path, name))


PLACES = [
    (kind, place, spec) for kind in KINDS for place, spec in places(RESOURCES[kind][0].properties)
]
WRAPPED: list[Any] = [
    SECRET,
    f"={SECRET}",
    [SECRET],
    [f"={SECRET}", [SECRET], {"a": SECRET}],
    {"a": SECRET, "b": [SECRET], "c": {"d": SECRET}},
    wire.secret(SECRET),
    wire.secret([{"a": SECRET}]),
]


def inputs(kind: str, place: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return inputs with a value at a place."""
    *outer, last = place
    specs, table = [], RESOURCES[kind][0].properties
    for name in outer:
        specs.append(table[name])
        table = table[name].fields or {}
    made: Any = {last: value}
    for name, spec in zip(reversed(outer), reversed(specs), strict=True):
        made = {name: [made] if spec.kind in ("objects", "objectset") else made}
    return {**REQUIRED[kind], **made}


@pytest.mark.parametrize(
    ("kind", "place", "spec"),
    PLACES,
    ids=[f"{k.split(':')[-1]}.{'.'.join(p)}" for k, p, _ in PLACES],
)
def test_no_value_is_quoted_by_check_or_diff(
    kind: str, place: tuple[str, ...], spec: Property
) -> None:
    told = []
    for value in WRAPPED:
        news = encoded(inputs(kind, place, value))
        told.append(str(check(kind, news)[1]))
        told.append(str(compare(kind, {}, news)))
    assert any("is to " in each for each in told)
    assert not [each for each in told if SECRET in each]


def hidden(value: Any) -> Any:
    """Put the secret in the place of every text."""
    if isinstance(value, str) and value not in wire._UNKNOWN_TEXTS:
        return SECRET
    if isinstance(value, list):
        return [hidden(item) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key == wire._SIGNATURE else hidden(item) for key, item in value.items()
        }
    return value


@FUZZ
@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_no_value_is_quoted_of_any_inputs(data: st.DataObject, kind: str) -> None:
    news, olds = (encoded(hidden(data.draw(any_inputs(kind)))) for _ in range(2))
    assert SECRET not in str(check(kind, news, olds)[1])
    assert SECRET not in str(compare(kind, olds, news))


def test_no_value_of_the_configuration_or_of_arguments_is_quoted() -> None:
    news = struct({"registryAuth": SECRET, "caMaterial": SECRET, "host": SECRET})
    answer = provider.CheckConfig(provider_pb2.CheckRequest(news=news), Context())
    assert set(failures(answer)) == {"registryAuth", "caMaterial"}
    assert SECRET not in str(failures(answer))
    arguments = {"name": [SECRET], "tail": SECRET, "since": SECRET, "follow": SECRET}
    request = provider_pb2.InvokeRequest(tok="docker:index/getLogs:getLogs", args=struct(arguments))
    told = failures(provider.Invoke(request, Context()))
    assert set(told) == set(arguments)
    assert SECRET not in str(told)


CONFIDENTIAL: dict[str, Any] = {
    "name": "it",
    "envs": [f"PASSWORD={SECRET}"],
    "command": ["sh", "-c", SECRET],
    "entrypoints": [SECRET],
    "labels": [{"label": "a", "value": SECRET}],
    "healthcheck": {"tests": ["CMD", SECRET], "startInterval": "1s"},
    "logOpts": {"token": SECRET},
    "uploads": [{"file": "/a", "content": SECRET}],
    "networksAdvanced": [{"name": "n", "driverOpts": [f"k={SECRET}"]}],
    "wait": True,
    "waitTimeout": 0,
}
SAID = error(500, "no")
FAILING: dict[str, dict[str, Any]] = {
    "old engine": {"api_version": "1.41"},
    "create": {"create_container_from_config": SAID},
    "connect": {"connect_container_to_network": SAID},
    "upload": {"put_archive": SAID},
    "start": {"start": SAID},
    "wait": {},
    "pull": {"inspect_image": error(404, "no such image"), "pull": [{"error": "no"}]},
    "read": {"inspect_container": ValueError("no JSON")},
}


@pytest.mark.parametrize("step", FAILING)
def test_no_value_is_quoted_when_a_container_fails(
    step: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(container_module, "WAIT_POLL_SECONDS", 0)
    lines: list[str] = []
    monkeypatch.setattr(provider._log, "status", lambda _urn, line: lines.append(line))
    values = checked(CONTAINER, **CONFIDENTIAL)
    api = engine(values, **{k: v for k, v in FAILING[step].items() if k != "api_version"})
    api.api_version = FAILING[step].get("api_version", "1.44")
    with pytest.raises(Refused) as refused:
        create(CONTAINER, values, api, Keeping())
    assert str(refused.value)
    captured = capfd.readouterr()
    for told in (str(refused.value), *lines, caplog.text, captured.out, captured.err):
        assert SECRET not in told


def test_no_build_argument_is_quoted_when_a_build_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(provider._log, "status", lambda _urn, line: lines.append(line))
    (tmp_path / "Dockerfile").write_text("FROM x\nARG TOKEN\n")
    build = {"context": str(tmp_path), "buildArgs": {"TOKEN": SECRET}, "labels": {"a": SECRET}}
    pieces = [{"stream": "Step 2/2 : ARG TOKEN"}, {"error": "no space"}]
    with pytest.raises(Refused, match="no space") as refused:
        create(IMAGE, checked(IMAGE, build=build), engine({}, build=pieces))
    assert lines == ["Step 2/2 : ARG TOKEN"]
    assert SECRET not in str(refused.value)


def test_the_defaults_of_a_state_are_not_shown_as_outputs() -> None:
    request = provider_pb2.CreateRequest(
        urn=f"urn:pulumi:dev::project::{CONTAINER}::it",
        properties=struct(checked(CONTAINER, healthcheck={"tests": ["a"]})),
        preview=True,
    )
    assert "__defaults" not in str(provider.Create(request, Context()).properties)


class Heard(engine_pb2_grpc.EngineServicer):
    """An engine that keeps what it is told."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    def Log(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        return empty_pb2.Empty()


def test_a_line_is_shown_beside_its_resource_and_not_kept() -> None:
    heard, server = Heard(), grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(heard, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        EngineLog(f"127.0.0.1:{port}").status("urn", "Pulling")
    finally:
        server.stop(0).wait()
    (request,) = heard.requests
    assert (request.urn, request.message, request.ephemeral) == ("urn", "Pulling", True)
    assert request.severity == engine_pb2.INFO


@pytest.mark.parametrize("address", ["127.0.0.1:1", ""])
def test_a_line_that_nobody_hears_stops_nothing(address: str) -> None:
    log = EngineLog(address)
    log.status("urn", "Pulling")
    log.status("urn", "Pulled")
