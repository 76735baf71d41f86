"""The catalog holds the whole platform and contradicts itself nowhere."""

from __future__ import annotations

import math
from pathlib import Path

from catalog import SECRETS, SERVICES, STORES, Network, Phase
from catalog.images import IMAGES
from catalog.secrets import characters

ROOT = Path(__file__).resolve().parents[3]

PLATFORM = {
    "api-gateway": 8080,
    "auth-service": 8001,
    "user-service": 8002,
    "workspace-service": 8004,
    "tenant-service": 8005,
    "airtable-gateway": 8002,
    "mcp-server": 8001,
    "llm-orchestrator": 8003,
    "platform-services": 8007,
    "automation-services": 8006,
    "frontend": 3000,
}


def test_no_service_of_the_platform_is_left_out() -> None:
    emulators = {"airtable-emulator": 8090, "gemini-emulator": 8091}
    assert {each.name: each.port for each in SERVICES.values()} == PLATFORM | emulators
    assert set(STORES) == {"postgres", "redis"}


def test_every_name_that_a_service_mentions_exists() -> None:
    for service in SERVICES.values():
        assert set(service.needs) | set(service.calls) <= set(SERVICES), service.name
        assert set(service.secrets) <= set(SECRETS), service.name
        assert service.image is None or service.image in IMAGES, service.name
        assert service.stands_in_for in (None, *SECRETS), service.name


def test_a_need_starts_in_the_same_phase() -> None:
    for service in SERVICES.values():
        assert all(SERVICES[need].phase is service.phase for need in service.needs)


def test_what_is_called_starts_no_later_than_its_caller() -> None:
    order = list(Phase)
    for service in SERVICES.values():
        for called in service.calls:
            assert order.index(SERVICES[called].phase) <= order.index(service.phase)


def test_limits_of_the_specification_are_kept() -> None:
    expected = {
        "api-gateway": (1.0, 512),
        "auth-service": (0.5, 256),
        "user-service": (0.5, 256),
        "airtable-gateway": (0.5, 512),
    }
    for name, (cpus, memory) in expected.items():
        assert (SERVICES[name].limits.cpus, SERVICES[name].limits.memory_mib) == (cpus, memory)
    assert (STORES["postgres"].limits.cpus, STORES["postgres"].limits.memory_mib) == (2.0, 2048)
    assert (STORES["redis"].limits.cpus, STORES["redis"].limits.memory_mib) == (0.5, 512)
    for each in (*SERVICES.values(), *STORES.values()):
        assert each.limits.reserved_memory_mib <= each.limits.memory_mib
        assert each.limits.reserved_cpus <= each.limits.cpus


def test_generated_secrets_carry_the_entropy_of_the_specification() -> None:
    bytes_by_name = {"api-key": 48, "jwt-secret": 64, "redis-password": 32, "postgres-password": 32}
    # Ours alone, and as strong as the stores'.
    bytes_by_name["release-key"] = 32
    assert {n: s.random_bytes for n, s in SECRETS.items() if s.random_bytes} == bytes_by_name
    for amount in bytes_by_name.values():
        assert characters(amount) * math.log2(64) >= amount * 8
        assert (characters(amount) - 1) * math.log2(64) < amount * 8


def test_only_edge_and_egress_reach_the_outside() -> None:
    assert {net for net in Network if not net.internal} == {Network.EDGE, Network.EGRESS}
    calling_out = {name for name, service in SERVICES.items() if service.egress}
    assert calling_out == {"airtable-gateway", "llm-orchestrator", "automation-services"}


def test_the_page_of_the_services_tells_of_each() -> None:
    page = (ROOT / "docs" / "services.md").read_text()
    for service in SERVICES.values():
        row = f"| {service.name} | {service.port} | {service.phase} | {service.summary} |"
        assert row in page, row
