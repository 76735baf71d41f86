"""Settings that are right, and where they come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.settings import Settings, configure

from settings import SettingsError, StackSettings, from_cli, from_pulumi, load
from settings.loading import merge

ROOT = Path(__file__).resolve().parents[3]
SECRETS = {"airtableToken": "pat-x", "geminiApiKey": "key-x"}


def test_the_tracked_stacks_are_right() -> None:
    assert load("dev", ROOT, {}).platform.environment == "development"
    test = load("test", ROOT, {})
    assert test.platform.environment == "test"
    development = load("dev", ROOT, {})
    assert test.entry.gateway_port != development.entry.gateway_port
    assert test.entry.frontend_port != development.entry.frontend_port
    production = load("prod", ROOT, SECRETS)
    assert production.stores.postgres.protect
    assert production.airtable_token is not None


def test_a_stack_without_a_file_gets_the_defaults(tmp_path: Path) -> None:
    assert load("new", tmp_path, {}) == StackSettings()
    assert load("new", tmp_path, {"airtableToken": "", "entry": {}}) == StackSettings()


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "empty.yaml").write_text("# nothing\n")
    assert load("empty", tmp_path, {}) == StackSettings()


def test_what_a_person_sets_wins_over_the_tracked_file() -> None:
    settings = load("dev", ROOT, {"health": {"retries": 9}, "entry": {"gatewayPort": "8081"}})
    assert (settings.health.retries, settings.health.interval_seconds) == (9, 10)
    assert settings.entry.gateway_port == 8081


def test_a_service_may_be_switched_off_together_with_who_needs_it(tmp_path: Path) -> None:
    off = {"services": {"mcp-server": {"enabled": False}, "llm-orchestrator": {"enabled": False}}}
    assert load("some", tmp_path, off).services["mcp-server"].enabled is False


def test_secrets_are_hidden_wherever_settings_are_printed() -> None:
    settings = load("prod", ROOT, SECRETS)
    assert "pat-x" not in repr(settings) + str(settings) + settings.model_dump_json()


maps = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: isinstance(value, dict))


@given(maps, maps)
def test_merging_keeps_what_only_one_side_has(
    below: dict[str, object], above: dict[str, object]
) -> None:
    merged = merge(below, above)
    assert set(merged) == set(below) | set(above)
    assert all(merged[key] == value for key, value in below.items() if key not in above)
    assert merge(below, {}) == below
    assert merge({}, above) == above
    assert merge(merged, above) == merged


@pytest.fixture
def configured() -> Iterator[None]:
    configure(Settings(project="pyairtable", stack="dev"))
    yield
    pulumi.runtime.set_all_config({})


def config(values: Mapping[str, str], secrets: list[str]) -> None:
    named = {f"pyairtable:{key}": value for key, value in values.items()}
    pulumi.runtime.set_all_config(named, [f"pyairtable:{name}" for name in secrets])


@pytest.mark.usefixtures("configured")
def test_the_program_reads_pulumis_configuration() -> None:
    values = {"entry": json.dumps({"gatewayPort": 9090}), "platform": "{}", "airtableToken": "t"}
    config(values, ["airtableToken"])
    settings = from_pulumi(ROOT)
    assert settings.entry.gateway_port == 9090
    assert settings.health.interval_seconds == 10
    assert settings.airtable_token is not None
    assert settings.airtable_token.get_secret_value() == "t"
    assert settings.gemini_api_key is None


@pytest.mark.usefixtures("configured")
def test_a_secret_that_was_set_in_clear_is_refused_and_not_shown() -> None:
    config({"airtableToken": "in-clear"}, [])
    with pytest.raises(SettingsError, match="config set --secret airtableToken") as raised:
        from_pulumi(ROOT)
    assert "in-clear" not in str(raised.value)


@pytest.mark.usefixtures("configured")
def test_a_key_that_nobody_reads_is_named_and_a_secret_of_it_is_not_shown() -> None:
    config({"plattform": "{}", "airtabletoken": "pat-hidden"}, ["airtabletoken"])
    with pytest.raises(SettingsError) as raised:
        from_pulumi(ROOT)
    assert {each.key for each in raised.value.problems} == {"plattform", "airtabletoken"}
    assert "mend its spelling" in str(raised.value)
    assert "pat-hidden" not in str(raised.value)


def test_other_programs_name_a_key_that_nobody_reads(tmp_path: Path) -> None:
    folder = tmp_path / ".state" / "stacks"
    folder.mkdir(parents=True)
    (folder / "Pulumi.dev.yaml").write_text(
        "config:\n  pyairtable:healt: {retries: 3}\n  pyairtable:token: {secure: v1:abc}\n"
    )
    with pytest.raises(SettingsError) as raised:
        from_cli("dev", tmp_path)
    assert {each.key for each in raised.value.problems} == {"healt", "token"}
    assert "v1:abc" not in str(raised.value)


def test_other_programs_read_the_same_file_but_no_secrets(tmp_path: Path) -> None:
    folder = tmp_path / ".state" / "stacks"
    folder.mkdir(parents=True)
    (folder / "Pulumi.dev.yaml").write_text(
        "encryptionsalt: v1:x\nconfig:\n  pyairtable:entry: {gatewayPort: 9090}\n"
        "  pyairtable:airtableToken: {secure: v1:abc}\n  docker:host: unix:///x\n"
    )
    settings = from_cli("dev", tmp_path)
    assert settings.entry.gateway_port == 9090
    assert settings.airtable_token is not None
    assert from_cli("other", tmp_path) == StackSettings()


def test_traffic_may_move_in_steps_of_ones_own() -> None:
    assert load("other", ROOT, {}).release.steps == (10, 50, 100)
    assert load("other", ROOT, {"release": {"steps": [1, 100]}}).release.steps == (1, 100)
