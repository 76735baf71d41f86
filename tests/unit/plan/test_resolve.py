"""Catalog and settings come to the containers that a stack is to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog import SERVICES, Network, Phase
from plan.deployment import DeployedService, Deployment
from plan.names import Names, other
from plan.resolve import resolve
from settings import load

ROOT = Path(__file__).resolve().parents[3]


def deployment(**overrides: object) -> Deployment:
    return resolve(load("dev", ROOT, overrides), "dev", ROOT)


def service(found: Deployment, name: str) -> DeployedService:
    return next(each for each in found.services if each.service.name == name)


def test_dev_deploys_the_whole_catalog() -> None:
    found = deployment()
    assert {each.service.name for each in found.services} == set(SERVICES)
    assert len(found.services) == 13
    assert not found.absent


def test_what_has_no_image_of_ours_is_absent_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SERVICES, "frontend", replace(SERVICES["frontend"], image=None))
    found = deployment()
    assert found.absent == {"frontend": "no image of ours yet; name one under services"}


def test_another_image_that_honours_the_contract_is_deployed_as_it_is() -> None:
    image = "example.com/frontend:1.0"
    found = service(deployment(services={"frontend": {"image": image}}), "frontend").container
    assert (found.image, found.built) == (image, None)
    assert found.environment["API_GATEWAY_URL"] == "http://api-gateway:8080"


def test_a_service_that_is_switched_off_is_absent() -> None:
    found = deployment(services={"user-service": {"enabled": False}})
    assert found.absent["user-service"] == "switched off in the settings"


def test_the_emulator_stands_in_only_where_there_is_no_token() -> None:
    without, with_token = deployment(), deployment(airtableToken="pat")
    gateway = service(without, "airtable-gateway").container
    assert gateway.environment["AIRTABLE_API_URL"] == "http://airtable-emulator:8090"
    assert without.secrets["airtable-token"].random_bytes == 32
    assert with_token.absent["airtable-emulator"] == "airtableToken is set"
    assert with_token.secrets["airtable-token"].random_bytes is None
    real = service(with_token, "airtable-gateway").container
    assert "AIRTABLE_API_URL" not in real.environment


@pytest.mark.parametrize(
    "overrides",
    [{"emulators": {"airtable": False}}, {"platform": {"environment": "staging"}}],
)
def test_without_token_and_emulator_the_gateway_gets_no_token(
    overrides: dict[str, object],
) -> None:
    found = deployment(**overrides)
    assert "airtable-emulator" in found.absent
    gateway = service(found, "airtable-gateway").container
    assert "AIRTABLE_TOKEN_FILE" not in gateway.environment
    assert "airtable-token" not in {each.secret for each in gateway.secrets}


def test_a_service_is_only_on_the_networks_that_its_entry_asks_for() -> None:
    found = deployment()
    networks = {
        each.service.name: {net.network for net in each.container.networks}
        for each in found.services
    }
    assert networks["airtable-gateway"] == {Network.APP, Network.DATA, Network.EGRESS}
    assert networks["auth-service"] == {Network.APP, Network.DATA}
    assert {net.network for net in found.router.networks} == {Network.EDGE, Network.APP}


def test_every_service_has_logins_of_its_own_in_the_stores() -> None:
    found = deployment()
    auth = {each.file: each.secret for each in service(found, "auth-service").container.secrets}
    assert auth["postgres-password"] == "auth-service-postgres-password"
    assert auth["redis-password"] == "auth-service-redis-password"
    redis = next(each for each in found.stores if each.store.name == "redis").container
    assert "auth-service-redis-password" in {each.file for each in redis.secrets}
    assert "airtable-emulator-redis-password" not in {each.file for each in redis.secrets}
    assert "auth-service-postgres-password" in {each.file for each in found.migrations.secrets}


def test_no_variable_holds_a_secret() -> None:
    found = deployment(airtableToken="pat-hidden")
    containers = [each.container for each in (*found.services, *found.stores)]
    for container in (*containers, found.router, found.backup, found.migrations):
        assert "pat-hidden" not in str(container)
        for name, value in container.environment.items():
            if any(word in name for word in ("PASSWORD", "SECRET", "API_KEY", "TOKEN")):
                assert name.endswith("_FILE") and value.startswith("/run/secrets/"), name


def test_overrides_of_a_service_win() -> None:
    chosen = {
        "limits": {"memoryMiB": 300},
        "environment": {"EXTRA": "1"},
        "logLevel": "DEBUG",
        "health": {"retries": 7},
    }
    found = service(deployment(services={"auth-service": chosen}), "auth-service").container
    assert (found.limits.memory_mib, found.limits.cpus) == (300, 0.5)
    assert found.environment["EXTRA"] == "1"
    assert found.environment["LOG_LEVEL"] == "DEBUG"
    assert found.health is not None
    assert (found.health.retries, found.health.interval_seconds) == (7, 10)


def test_a_published_internal_service_gets_a_port_of_the_router() -> None:
    found = deployment(services={"auth-service": {"publishPort": 9001}})
    ports = {port.external: port for port in found.router.ports}
    assert set(ports) == {3000, 8080, 9001}
    assert ports[9001].internal >= 20000
    assert ports[9001].address == "127.0.0.1"


def test_images_come_after_their_parents() -> None:
    found = deployment()
    assert next(iter(found.images)) == "base"
    assert set(found.images) >= {"postgres", "redis", "router", "migrations", "auth-service"}
    off = deployment(services={"auth-service": {"image": "a/b:1"}})
    assert "auth-service" not in off.images


def test_an_external_store_image_is_taken_as_it_is() -> None:
    stores = deployment(stores={"redis": {"image": "redis:7"}}).stores
    redis = next(each for each in stores if each.store.name == "redis").container
    assert (redis.image, redis.built) == ("redis:7", None)


def test_names_are_the_stacks_own() -> None:
    first, second = Names("a"), Names("b")
    assert first.network(Network.APP) == "pyairtable-a-app"
    assert first.slot("auth-service", "blue") == "pyairtable-a-auth-service-blue"
    assert first.of("x") != second.of("x")
    assert first.labels("x", "blue")["com.pyairtable.slot"] == "blue"
    assert "com.pyairtable.slot" not in first.labels("x")
    assert (other("blue"), other("green")) == ("green", "blue")


def test_services_are_found_by_phase() -> None:
    names = [each.service.name for each in deployment().in_phase(Phase.IDENTITY)]
    assert names == ["auth-service", "user-service", "workspace-service", "tenant-service"]


def test_a_store_with_an_image_of_the_users_own_takes_no_secrets_while_it_runs() -> None:
    settings = load("dev", ROOT, {"stores": {"redis": {"image": "example.com/redis:7"}}})
    stores = {each.store.name: each for each in resolve(settings, "dev", ROOT).stores}
    assert not stores["redis"].takes_secrets
    assert stores["postgres"].takes_secrets
