"""A secret changes in three stages; each container gets the values that count for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog import Limits, Network
from plan.container import Attachment, Container, SecretFile
from plan.deployment import Deployment
from plan.generation import FIRST, Generation, Stage
from plan.names import BLUE, GREEN
from plan.release import RELEASE, Release, ServiceRelease
from plan.resolve import resolve
from plan.rotation import counts, dated, named, renewed, rotated, values
from plan.slots import assign, kept_idle
from settings import load

ROOT = Path(__file__).resolve().parents[3]
PLAIN = resolve(load("dev", ROOT, {}), "dev", ROOT)
NAMES = ("api-key", "jwt-secret", "postgres-password", "redis-password")
ACCEPTED = Generation(number=2, stage=Stage.ACCEPTED)
USED = Generation(number=2, stage=Stage.USED)
REQUIRED = Generation(number=2, stage=Stage.REQUIRED)
ALONE = Generation(number=2)
SHARED = ("api-key", "jwt-secret", "redis-password")


def at(generation: Generation, *names: str) -> Deployment:
    return rotated(PLAIN, dict.fromkeys(names or NAMES, generation))


def service(deployment: Deployment, name: str = "auth-service") -> Container:
    return next(each.container for each in deployment.services if each.service.name == name)


def store(deployment: Deployment, name: str) -> Container:
    return next(each.container for each in deployment.stores if each.store.name == name)


def files(container: Container) -> dict[str, tuple[str, int]]:
    return {each.file: (each.secret, each.generation) for each in container.secrets}


def test_a_rotation_goes_from_accepted_over_used_and_required_to_alone() -> None:
    first = FIRST.next("a")
    assert (first.number, first.stage, first.since) == (2, Stage.ACCEPTED, "a")
    assert (first.used, first.also) == (1, 2)
    second = first.next("b")
    assert (second.number, second.used, second.also) == (2, 2, 1)
    third = second.next("c")
    assert (third.stage, third.used, third.also, third.since) == (Stage.REQUIRED, 2, None, "c")
    last = third.next("d")
    assert (last.number, last.stage, last.used, last.also) == (2, Stage.ALONE, 2, None)
    assert last.next("e").number == 3


@pytest.mark.parametrize(
    ("generation", "stored"),
    [(FIRST, None), (ACCEPTED, 2), (USED, 1), (REQUIRED, 1), (ALONE, None)],
)
def test_stores_accept_the_old_value_until_no_service_can_hold_it(
    generation: Generation, stored: int | None
) -> None:
    assert generation.stored == stored


@pytest.mark.parametrize(
    ("generation", "counting"),
    [(FIRST, {1}), (ACCEPTED, {1, 2}), (USED, {1, 2}), (REQUIRED, {2}), (ALONE, {2})],
)
def test_services_may_hold_both_values_until_the_new_one_is_required(
    generation: Generation, counting: set[int]
) -> None:
    assert {number for number in range(4) if generation.counts(number)} == counting


def test_without_a_rotation_every_container_keeps_its_digest() -> None:
    same = rotated(PLAIN, {})
    assert [each.container.digest for each in same.services] == [
        each.container.digest for each in PLAIN.services
    ]
    assert (same.stores, same.migrations, same.backup) == (
        PLAIN.stores,
        PLAIN.migrations,
        PLAIN.backup,
    )


def test_a_first_value_has_the_digest_of_before_there_were_generations() -> None:
    plain = Container(
        name="a",
        image="a:1",
        built="a",
        user="1:1",
        limits=Limits(),
        networks=(Attachment(network=Network.APP),),
        secrets=(SecretFile(file="a", secret="a"),),
    )
    assert plain.digest == "121a63d21c49"
    second = SecretFile(file="a", secret="a", generation=2)
    assert replace(plain, secrets=(second,)).digest != plain.digest


def test_services_accept_two_values_of_what_they_know_each_other_by() -> None:
    found = files(service(at(ACCEPTED)))
    assert found["api-key"] == ("api-key", 1)
    assert found["api-key-also"] == ("api-key", 2)
    assert found["jwt-secret-also"] == ("jwt-secret", 2)
    assert "redis-password-also" not in found
    found = files(service(at(USED)))
    assert (found["api-key"], found["api-key-also"]) == (("api-key", 2), ("api-key", 1))
    for generation in (REQUIRED, ALONE):
        found = files(service(at(generation)))
        assert found["api-key"] == ("api-key", 2)
        assert not any(name.endswith("-also") for name in found)


def test_an_emulator_accepts_two_values_of_the_token_that_was_generated_for_it() -> None:
    deployment = at(USED, "airtable-token")
    for name in ("airtable-emulator", "airtable-gateway"):
        found = files(service(deployment, name))
        assert found["airtable-token"] == ("airtable-token", 2)
        assert found["airtable-token-also"] == ("airtable-token", 1)


def test_only_the_rotated_secret_changes() -> None:
    found = files(service(at(USED, "api-key"), "llm-orchestrator"))
    assert {name for name, (_, number) in found.items() if number != 1} == {"api-key"}
    assert found["gemini-api-key"] == ("gemini-api-key", 1)
    assert "gemini-api-key-also" not in found
    assert service(at(USED, "api-key"), "gemini-emulator") == service(PLAIN, "gemini-emulator")


def test_redis_accepts_two_passwords_of_every_login() -> None:
    found = files(store(at(ACCEPTED), "redis"))
    assert found["redis-password-also"] == ("redis-password", 2)
    assert found["auth-service-redis-password"] == ("auth-service-redis-password", 1)
    assert found["auth-service-redis-password-also"] == ("auth-service-redis-password", 2)
    assert files(service(at(USED)))["redis-password"] == ("auth-service-redis-password", 2)
    found = files(store(at(REQUIRED), "redis"))
    assert found["auth-service-redis-password-also"] == ("auth-service-redis-password", 1)
    assert not any(name.endswith("-also") for name in files(store(at(ALONE), "redis")))


def test_postgresql_has_two_logins_of_every_service_that_take_turns() -> None:
    first, second = (
        f"{name}-postgres-password" for name in ("auth-service", role_file("auth_service"))
    )
    before = files(at(FIRST).migrations)
    assert (first in before, second in before) == (True, False)
    for generation in (ACCEPTED, USED, REQUIRED):
        both = files(at(generation).migrations)
        assert both[first] == ("auth-service-postgres-password", 1)
        assert both[second] == ("auth-service-postgres-password", 2)
    after = files(at(ALONE).migrations)
    assert (first in after, second in after) == (False, True)
    assert service(at(ACCEPTED)).environment["POSTGRES_USER"] == "auth_service"
    assert service(at(USED)).environment["POSTGRES_USER"] == "auth_service_b"
    assert service(at(Generation(number=3))).environment["POSTGRES_USER"] == "auth_service"


def role_file(role: str) -> str:
    return role.replace("_", "-") + "_b"


def test_the_superuser_changes_its_password_when_the_new_one_is_used() -> None:
    for generation, number in ((ACCEPTED, 1), (USED, 2), (REQUIRED, 2), (ALONE, 2)):
        found = at(generation)
        for container in (store(found, "postgres"), found.backup, found.migrations):
            assert files(container)["postgres-password"] == ("postgres-password", number)
            assert "postgres-password-also" not in files(container)


def test_every_value_that_a_container_holds_is_made_and_no_other() -> None:
    def made(deployment: Deployment, *more: Container) -> set[tuple[str, int]]:
        return set(values(deployment, [*(s.container for s in deployment.services), *more]))

    assert {name for name, _ in made(PLAIN)} == set(PLAIN.secrets)
    assert {number for _, number in made(PLAIN)} == {1}
    over = {(name, number) for name, number in made(at(ALONE)) if number == 1}
    assert over == {(each, 1) for each in ("release-key", "airtable-token", "gemini-api-key")}
    assert ("api-key", 1) in made(at(ALONE), service(at(USED)))
    assert named("api-key", 1) == "api-key"
    assert named("api-key", 2) == "api-key-2"


def test_a_container_of_an_older_release_gets_the_secrets_of_today() -> None:
    old = replace(service(PLAIN), image="old:1", secrets=service(PLAIN).secrets[:2])
    found = renewed(old, service(at(USED)))
    assert found.image == "old:1"
    assert set(files(found)) == {"api-key", "api-key-also", "jwt-secret", "jwt-secret-also"}
    assert files(found)["api-key"] == ("api-key", 2)
    assert found.environment["POSTGRES_USER"] == "auth_service_b"
    plain = replace(old, environment={"A": "1"})
    assert renewed(plain, service(at(USED))).environment == {"A": "1"}


def test_a_container_with_a_value_that_is_over_does_not_count() -> None:
    for generation in (ACCEPTED, USED):
        assert counts(service(PLAIN), at(generation))
    assert not counts(service(PLAIN), at(ALONE))
    assert not counts(service(at(USED)), at(ALONE))
    gone = replace(service(PLAIN), secrets=(SecretFile(file="x", secret="gone"),))
    assert not counts(gone, PLAIN)


def test_the_version_kept_for_a_rollback_is_renewed_when_its_secrets_are_over() -> None:
    deployment = at(ALONE)
    wanted = service(deployment)
    idle = service(at(USED))
    before = ServiceRelease(slot=GREEN, slots={GREEN: wanted, BLUE: idle})
    slots = kept_idle(assign(wanted, before), wanted, deployment)
    assert slots.containers == {GREEN: wanted, BLUE: renewed(idle, wanted)}
    early = kept_idle(assign(service(at(USED)), before), wanted, at(USED))
    assert early.containers[BLUE] == service(at(USED))


def test_the_slot_that_serves_keeps_what_it_has() -> None:
    before = ServiceRelease(slot=BLUE, slots={BLUE: service(at(USED))})
    wanted = service(at(ALONE))
    slots = kept_idle(assign(wanted, before), wanted, at(ALONE))
    assert slots.containers == {BLUE: service(at(USED)), GREEN: wanted}


def test_when_services_refuse_a_value_no_slot_that_may_get_traffic_uses_it() -> None:
    deployment = at(REQUIRED)
    wanted = service(deployment)
    live, idle = service(at(USED)), service(at(ACCEPTED))
    before = ServiceRelease(slot=BLUE, slots={BLUE: live, GREEN: idle})
    slots = kept_idle(assign(wanted, before), wanted, deployment)
    assert slots.containers == {BLUE: live, GREEN: wanted}


def test_a_stores_password_is_renewed_in_idle_slots_before_the_store_refuses_it() -> None:
    deployment = at(REQUIRED, "postgres-password", "redis-password")
    live, idle = service(deployment), service(PLAIN)
    before = ServiceRelease(slot=BLUE, slots={BLUE: live, GREEN: idle})
    slots = kept_idle(assign(live, before), live, deployment)
    assert slots.containers == {BLUE: live, GREEN: renewed(idle, live)}
    assert not slots.releases
    held = values(deployment, slots.containers.values())
    assert ("auth-service-redis-password", 1) in held


def test_a_stage_begins_when_all_hold_to_it() -> None:
    before = {"api-key": USED, "jwt-secret": ALONE}
    after = {"api-key": REQUIRED, "jwt-secret": ALONE}
    assert dated(after, before, "later") == {
        "api-key": replace(REQUIRED, since="later"),
        "jwt-secret": ALONE,
    }


def test_a_record_keeps_the_generations_and_differs_by_them() -> None:
    record = Release(id="1", time="t", revision="r", services={}, stores={}, schema_image="s")
    other = replace(record, generations={"api-key": ACCEPTED})
    assert not other.same_as(record)
    assert RELEASE.validate_python(RELEASE.dump_python(other, mode="json")) == other
