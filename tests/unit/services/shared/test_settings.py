"""Settings of a service."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyairtable_shared.settings import (
    ServiceSettings,
    UsesStores,
    accepted_secrets,
    is_one_of,
    read_secret,
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A secret file."""
    file = tmp_path / "secret"
    file.write_text("  s3cret\n")
    return file


def test_a_secret_is_read_without_the_white_space_around_it(secret: Path) -> None:
    assert read_secret(secret) == "s3cret"


def test_a_secret_is_read_anew_each_time(secret: Path) -> None:
    settings = ServiceSettings(port=1, api_key_file=secret)
    assert settings.api_key == "s3cret"
    secret.write_text("rotated")
    assert settings.api_key == "rotated"


def test_a_secret_that_was_not_named_is_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        read_secret(None)


def test_while_a_secret_is_changed_two_values_count_and_the_first_is_used(secret: Path) -> None:
    settings = ServiceSettings(port=1, api_key_file=secret, jwt_secret_file=secret)
    assert settings.api_keys == settings.jwt_secrets == ("s3cret",)
    secret.with_name("secret-also").write_text("other\n")
    assert settings.api_keys == settings.jwt_secrets == ("s3cret", "other")
    assert settings.api_key == settings.jwt_secret == "s3cret"


def test_of_a_secret_that_was_not_named_no_value_counts() -> None:
    with pytest.raises(FileNotFoundError):
        accepted_secrets(None)


@pytest.mark.parametrize(
    ("given", "expected", "known"),
    [
        ("b", ("a", "b"), True),
        ("a", ("a",), True),
        ("é", ("é",), True),
        ("c", ("a", "b"), False),
        ("", ("", "a"), False),
        ("a", (), False),
    ],
)
def test_a_text_is_one_of_the_secrets_or_none(
    given: str, expected: tuple[str, ...], known: bool
) -> None:
    assert is_one_of(given, expected) is known


def test_variables_become_fields() -> None:
    settings = ServiceSettings.from_environment(
        {"PORT": "8001", "CORS_ORIGINS": "https://a.example, https://b.example,", "OTHER": "x"}
    )
    assert settings.port == 8001
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.log_level == "INFO"


def test_an_empty_variable_counts_as_absent() -> None:
    settings = ServiceSettings.from_environment({"PORT": "1", "LOG_LEVEL": "", "REDIS_DB": ""})
    assert (settings.log_level, settings.redis_db) == ("INFO", 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "http"),
        ("ENVIRONMENT", "prod"),
        ("LOG_LEVEL", "debug"),
        ("POSTGRES_PORT", "65536"),
        ("REDIS_DB", "-1"),
        ("DRAIN_SECONDS", "-1"),
        ("DRAIN_SECONDS", "60"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        ServiceSettings.from_environment({"PORT": "1", name: value})
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()[1:]
    assert line.startswith(f"  {name}: ")


def test_all_that_is_wrong_is_said_at_once(
    capsys: pytest.CaptureFixture[str], secret: Path, tmp_path: Path
) -> None:
    empty, missing = tmp_path / "empty", tmp_path / "missing"
    empty.write_text(" \n")
    with pytest.raises(SystemExit):
        UsesStores.from_environment(
            {
                "POSTGRES_USER": "someone",
                "POSTGRES_PASSWORD_FILE": str(missing),
                "REDIS_HOST": "redis",
                "REDIS_PASSWORD_FILE": str(empty),
                "API_KEY_FILE": str(secret),
            }
        )
    said = capsys.readouterr().err
    assert said.splitlines() == [
        "This program cannot start, because its environment is wrong. Mend these variables and "
        "start it again:",
        "  PORT: is missing",
        "  POSTGRES_HOST: is missing",
        f"  POSTGRES_PASSWORD_FILE: Value error, the file {missing} cannot be read"
        " (FileNotFoundError)",
        "  REDIS_USER: is missing",
        f"  REDIS_PASSWORD_FILE: Value error, the file {empty} is empty",
    ]


def test_what_a_wrong_variable_holds_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ServiceSettings.from_environment({"PORT": "pasted-secret"})
    assert "pasted-secret" not in capsys.readouterr().err


def test_settings_cannot_be_changed() -> None:
    settings = ServiceSettings(port=1)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 2  # type: ignore[misc]
