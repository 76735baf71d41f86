"""A container that somebody took from a network is put back, with its names there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from docker.errors import APIError, NotFound

from components import engine
from components.attachment import Attached, aliases
from components.health import NotHealthy
from components.progress import Progress
from components.recorder import Watch
from components.site import Site
from plan.container import Attachment, Container
from plan.names import Names


@dataclass
class Engine:
    """An engine with one container. on: its networks; None: there is no such container."""

    on: dict[str, Any] | None
    refuses: bool = False
    connected: list[tuple[str, list[str] | None]] = field(default_factory=list)

    @property
    def containers(self) -> Containers:
        return Containers(self)

    @property
    def networks(self) -> Networks:
        return Networks(self)


@dataclass
class Containers:
    engine: Engine

    def get(self, _: str) -> Found:
        if self.engine.on is None:
            raise NotFound("gone")
        return Found({"NetworkSettings": {"Networks": self.engine.on}})


@dataclass
class Found:
    attrs: dict[str, Any]


@dataclass
class Networks:
    engine: Engine

    def get(self, name: str) -> Network:
        return Network(self.engine, name)


@dataclass
class Network:
    engine: Engine
    name: str

    def connect(self, container: str, aliases: list[str] | None) -> None:
        assert container == "id"
        if self.engine.refuses:
            raise APIError("address already in use")
        self.engine.connected.append((self.name, aliases))


@dataclass(frozen=True, kw_only=True)
class Told(Progress):
    lines: list[str] = field(default_factory=list)

    def line(self, text: str) -> None:
        self.lines.append(text)


WANTED: dict[str, tuple[str, ...]] = {
    "pyairtable-dev-app": ("auth-service-blue",),
    "pyairtable-dev-data": (),
}


def waited(monkeypatch: pytest.MonkeyPatch, found: Engine) -> tuple[list[str], list[str]]:
    """Let the gate be asked; return which containers went on to it and what was told."""
    monkeypatch.setattr(engine, "client", lambda _: found)
    asked: list[str] = []
    progress = Told(live=None)
    attached = Attached(
        name="auth-service-blue",
        aliases=WANTED,
        address="unix:///nowhere",
        then=lambda container, watch: asked.append(container),
    )
    attached.wait("id", Watch("auth-service-blue", progress))
    return asked, progress.lines


def test_a_container_on_all_its_networks_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Engine({name: {} for name in WANTED})
    assert waited(monkeypatch, found) == (["id"], [])
    assert found.connected == []


def test_a_container_is_put_back_on_each_network_with_its_names_before_it_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Engine({})
    asked, told = waited(monkeypatch, found)
    assert asked == ["id"]
    assert found.connected == [
        ("pyairtable-dev-app", ["auth-service-blue"]),
        ("pyairtable-dev-data", None),
    ]
    assert told == [f"auth-service-blue is back on network {name}" for name in WANTED]


def test_a_container_that_is_gone_is_left_to_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waited(monkeypatch, Engine(None)) == (["id"], [])


def test_a_network_that_refuses_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotHealthy) as failed:
        waited(monkeypatch, Engine({}, refuses=True))
    assert "auth-service-blue was taken from network pyairtable-dev-app" in str(failed.value)
    assert "Run the same command again" in str(failed.value)


def test_a_slot_has_its_own_name_beside_the_aliases_and_a_store_has_not() -> None:
    @dataclass
    class OfNames:
        names: Names

    site = cast(Site, OfNames(Names("dev")))
    app = Attachment(network="app", aliases=("auth",))  # type: ignore[arg-type]
    spec = cast(Container, Spec("auth-service", (app,)))
    network = site.names.network(app.network)
    assert aliases(spec, "auth-service-blue", site) == {network: ("auth", "auth-service-blue")}
    assert aliases(spec, "auth-service", site) == {network: ("auth",)}


@dataclass
class Spec:
    name: str
    networks: tuple[Attachment, ...]
