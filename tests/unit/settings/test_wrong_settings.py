"""A wrong value gets a message: its key, its value, what is allowed, how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from settings import SettingsError, load

PROD = "platform: {environment: production}\nairtableToken: pat-secret\ngeminiApiKey: key-secret\n"

# The stack's file, the key that is named, a part of what is said about it.
WRONG = [
    ("platform: {environment: prod}", "platform.environment", "one of"),
    ("platform: {environment: 1}", "platform.environment", "one of"),
    ("platform: {logLevel: debug}", "platform.logLevel", "one of"),
    ("platform: {logLevel: TRACE}", "platform.logLevel", "one of"),
    ("platform: {runtime: kubernetes}", "platform.runtime", "one of"),
    ("platform: {name: x}", "platform.name", "mend its spelling"),
    ("platform: []", "platform", "dictionary"),
    ("platform: text", "platform", "dictionary"),
    ("plattform: {}", "plattform", "mend its spelling"),
    ("entry: {address: localhost}", "entry.address", "IP"),
    ("entry: {address: 300.0.0.1}", "entry.address", "IP"),
    ("entry: {gatewayPort: 0}", "entry.gatewayPort", "greater than or equal to 1"),
    ("entry: {gatewayPort: 65536}", "entry.gatewayPort", "less than or equal to 65535"),
    ("entry: {gatewayPort: http}", "entry.gatewayPort", "valid integer"),
    ("entry: {gatewayPort: 80.5}", "entry.gatewayPort", "valid integer"),
    ("entry: {frontendPort: -1}", "entry.frontendPort", "greater than or equal to 1"),
    ("entry: {gatewayPort: 3000}", "entry.gatewayPort", "is also the port of entry.frontendPort"),
    ("entry: {corsOrigins: example.com}", "entry.corsOrigins", "valid tuple"),
    ("entry: {corsOrigins: [example.com]}", "entry.corsOrigins.0", "origin such as"),
    ("entry: {corsOrigins: ['https://a.b/path']}", "entry.corsOrigins.0", "origin such as"),
    ("entry: {corsOrigins: ['ftp://a.b']}", "entry.corsOrigins.0", "origin such as"),
    ("entry: {corsOrigins: [1]}", "entry.corsOrigins.0", "valid string"),
    ("entry: {rateLimit: {perMinute: 0}}", "entry.rateLimit.perMinute", "greater than"),
    ("entry: {rateLimit: {perMinute: many}}", "entry.rateLimit.perMinute", "valid integer"),
    ("entry: {rateLimit: {perMinute: 300}}", "entry.rateLimit", "burstPerMinute is to be at least"),
    ("release: {steps: [10, 50]}", "release.steps", "end with 100"),
    ("release: {steps: [50, 10, 100]}", "release.steps", "rise"),
    ("release: {steps: []}", "release.steps", "such as [10, 50, 100]"),
    ("release: {steps: [0, 100]}", "release.steps", "percentages"),
    ("release: {pauseSeconds: -1}", "release.pauseSeconds", "greater than"),
    ("release: {maxErrorRate: 2}", "release.maxErrorRate", "less than"),
    ("release: {keptReleases: 1}", "release.keptReleases", "greater than"),
    ("release: {canary: 5}", "release.canary", "mend its spelling"),
    ("entry: {rateLimit: {perHour: 3}}", "entry.rateLimit.perHour", "mend its spelling"),
    ("entry: {maxFileSize: 10}", "entry.maxFileSize", "valid string"),
    ("entry: {maxFileSize: 10 MB}", "entry.maxFileSize", "match pattern"),
    ("entry: {maxFileSize: 0MB}", "entry.maxFileSize", "match pattern"),
    ("entry: {port: 8080}", "entry.port", "mend its spelling"),
    ("health: {intervalSeconds: 0}", "health.intervalSeconds", "greater than"),
    ("health: {intervalSeconds: 30s}", "health.intervalSeconds", "valid integer"),
    ("health: {timeoutSeconds: 0}", "health.timeoutSeconds", "greater than"),
    ("health: {retries: 0}", "health.retries", "greater than"),
    ("health: {startPeriodSeconds: -1}", "health.startPeriodSeconds", "greater than"),
    ("health: {gateTimeoutSeconds: 0}", "health.gateTimeoutSeconds", "greater than"),
    ("health: {jobTimeoutSeconds: 0}", "health.jobTimeoutSeconds", "greater than"),
    ("health: {interval: 5}", "health.interval", "mend its spelling"),
    ("services: [auth-service]", "services", "dictionary"),
    ("services: {aut-service: {}}", "services.aut-service", "Did you mean auth-service?"),
    ("services: {zebra: {}}", "services.zebra", "Remove it"),
    ("services: {auth-service: {image: 'A B'}}", "services.auth-service.image", "image reference"),
    ("services: {auth-service: {image: 'a@sha256:1'}}", "services.auth-service.image", "reference"),
    ("services: {auth-service: {enabled: maybe}}", "services.auth-service.enabled", "boolean"),
    ("services: {auth-service: {limits: {cpus: 0}}}", "services.auth-service.limits.cpus", "great"),
    (
        "services: {auth-service: {limits: {memoryMiB: 8}}}",
        "services.auth-service.limits.memoryMiB",
        "greater than or equal to 16",
    ),
    (
        "services: {auth-service: {limits: {memoryMiB: 64}}}",
        "services.auth-service.limits.reservedMemoryMiB",
        "at most the limit, 64",
    ),
    (
        "services: {auth-service: {limits: {reservedCpus: 2}}}",
        "services.auth-service.limits.reservedCpus",
        "at most the limit, 0.5",
    ),
    (
        "services: {auth-service: {limits: {memory: 64}}}",
        "services.auth-service.limits.memory",
        "mend its spelling",
    ),
    (
        "services: {auth-service: {environment: {lower: x}}}",
        "services.auth-service.environment.lower",
        "letters A-Z",
    ),
    (
        "services: {auth-service: {environment: {DB_PASSWORD: x}}}",
        "services.auth-service.environment.DB_PASSWORD",
        "looks like a secret",
    ),
    (
        "services: {auth-service: {environment: {API_KEY_FILE: x}}}",
        "services.auth-service.environment.API_KEY_FILE",
        "looks like a secret",
    ),
    (
        "services: {auth-service: {environment: {A: 1}}}",
        "services.auth-service.environment.A",
        "valid string",
    ),
    ("services: {auth-service: {logLevel: LOUD}}", "services.auth-service.logLevel", "one of"),
    (
        "services: {auth-service: {health: {retries: 0}}}",
        "services.auth-service.health.retries",
        "greater than",
    ),
    ("services: {auth-service: {publishPort: 0}}", "services.auth-service.publishPort", "greater"),
    (
        "services: {auth-service: {publishPort: 8080}}",
        "services.auth-service.publishPort",
        "is also the port of entry.gatewayPort",
    ),
    (
        "services: {api-gateway: {publishPort: 8081}}",
        "services.api-gateway.publishPort",
        "published already",
    ),
    ("services: {auth-service: {replicas: 2}}", "services.auth-service.replicas", "spelling"),
    (
        "services: {frontend: {image: 'a/b:1'}, api-gateway: {enabled: false}}",
        "services.api-gateway.enabled",
        "is needed by frontend",
    ),
    ("stores: {mysql: {}}", "stores.mysql", "mend its spelling"),
    ("stores: {postgres: {backupKeep: 0}}", "stores.postgres.backupKeep", "greater than"),
    ("stores: {redis: {backupKeep: 3}}", "stores.redis.backupKeep", "mend its spelling"),
    ("stores: {postgres: {protect: often}}", "stores.postgres.protect", "boolean"),
    ("stores: {redis: {limits: {cpus: -1}}}", "stores.redis.limits.cpus", "greater than 0"),
    (
        "stores: {redis: {limits: {memoryMiB: 100}}}",
        "stores.redis.limits.reservedMemoryMiB",
        "at most the limit, 100",
    ),
    ("stores: {postgres: {image: ''}}", "stores.postgres.image", "image reference"),
    ("emulators: {airtable: sometimes}", "emulators.airtable", "boolean"),
    ("emulators: {openai: true}", "emulators.openai", "mend its spelling"),
    ("airtableToken: [a]", "airtableToken", "valid string"),
    ("- a\n- b", "stacks/some.yaml", "map of sections"),
    ("entry: {gatewayPort: [", "stacks/some.yaml", "no YAML"),
    ("platform: {environment: production}", "airtableToken", "refused in production"),
    ("platform: {environment: production}", "geminiApiKey", "config set --secret geminiApiKey"),
    (PROD + "entry: {corsOrigins: ['*']}", "entry.corsOrigins", "Name the origins"),
    (PROD.replace("production", "production, logLevel: DEBUG"), "platform.logLevel", "refused"),
    (PROD + "emulators: {gemini: true}", "emulators.gemini", "refused in production"),
    (PROD + "services: {airtable-emulator: {}}", "services.airtable-emulator", "refused"),
    (
        PROD + "services: {auth-service: {logLevel: DEBUG}}",
        "services.auth-service.logLevel",
        "refused in production",
    ),
    (
        PROD + "services: {auth-service: {publishPort: 9001}}",
        "services.auth-service.publishPort",
        "stays internal",
    ),
    (
        PROD + "services: {auth-service: {image: 'a/b:1.2'}}",
        "services.auth-service.image",
        "Name the digest",
    ),
    (
        PROD + f"services: {{auth-service: {{image: 'a/b:latest@sha256:{'0' * 64}'}}}}",
        "services.auth-service.image",
        "rather than latest",
    ),
    (PROD + "stores: {redis: {image: 'redis:7'}}", "stores.redis.image", "Name the digest"),
]


def problems(text: str, root: Path) -> SettingsError:
    (root / "stacks").mkdir(exist_ok=True)
    (root / "stacks" / "some.yaml").write_text(text)
    with pytest.raises(SettingsError) as raised:
        load("some", root, {})
    return raised.value


def test_the_table_is_long_enough() -> None:
    assert len({text for text, _, _ in WRONG}) >= 60


@pytest.mark.parametrize(("text", "key", "said"), WRONG)
def test_a_wrong_value_is_named_with_what_is_allowed(
    text: str, key: str, said: str, tmp_path: Path
) -> None:
    error = problems(text, tmp_path)
    found = [problem for problem in error.problems if problem.key == key]
    assert found, str(error)
    assert any(said in str(problem) for problem in found), str(error)
    assert "Nothing was touched." in str(error)
    assert all(problem.mend for problem in error.problems)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = "entry: {gatewayPort: 0, address: x}\nhealth: {retries: 0}\nservices: {b: {enabled: 3}}"
    error = problems(text, tmp_path)
    assert {problem.key for problem in error.problems} == {
        "entry.gatewayPort",
        "entry.address",
        "health.retries",
        "services.b.enabled",
    }
    assert str(error).startswith("The settings of stack some have 4 problems:")


def test_rules_that_the_rest_breaks_are_told_with_the_wrong_values(tmp_path: Path) -> None:
    text = (
        "platform: {environment: production}\nhealth: {retries: 0}\n"
        "emulators: {gemini: true}\nservices: {zebra: {}}"
    )
    assert {problem.key for problem in problems(text, tmp_path).problems} == {
        "health.retries",
        "airtableToken",
        "geminiApiKey",
        "emulators.gemini",
        "services.zebra",
    }


def test_a_rule_that_hangs_on_a_wrong_value_is_not_told_beside_it(tmp_path: Path) -> None:
    text = "entry: {gatewayPort: x, frontendPort: 8080}\nservices: {b: {enabled: 3}}"
    assert {problem.key for problem in problems(text, tmp_path).problems} == {
        "entry.gatewayPort",
        "services.b.enabled",
    }


@pytest.mark.parametrize(
    "text",
    [
        "platform: text\nservices: [a]",
        "services: {auth-service: text}",
        "services: {auth-service: {environment: {lower: x}}}",
        "entry: {corsOrigins: [1]}",
    ],
)
def test_whatever_is_wrong_is_told_without_a_crash(text: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path).problems


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    text = PROD + "entry: {corsOrigins: ['*']}"
    assert "secret" in yaml.safe_load(text)["airtableToken"]
    shown = str(problems(text, tmp_path)) + repr(problems(text, tmp_path))
    assert "pat-secret" not in shown
    assert "[secret]" in str(problems("airtableToken: [hidden-one]", tmp_path))
    assert "hidden-one" not in str(problems("airtableToken: [hidden-one]", tmp_path))
