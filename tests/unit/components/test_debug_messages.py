"""What the SDK says of itself is not sent to the engine, unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime.rpc import log as as_the_sdk_knows_it

from components import debug_messages


class Monitor:
    """Notes what is logged."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def Log(self, request: Any) -> None:
        self.told.append(request.message)


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    made = Monitor()
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    monkeypatch.setattr(pulumi.log, "get_engine", lambda: made)
    monkeypatch.delenv(debug_messages.VARIABLE, raising=False)
    yield made


def test_debug_messages_never_reach_the_engine_and_others_do(monitor: Monitor) -> None:
    as_the_sdk_knows_it.debug("resource registration prepared")
    assert monitor.told == ["resource registration prepared"]
    assert debug_messages.dropped()
    as_the_sdk_knows_it.debug("resource registration prepared", None)
    pulumi.log.info("told")
    assert monitor.told[1:] == ["told"]


def test_debug_messages_are_sent_where_they_are_asked_for(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(debug_messages.VARIABLE, "1")
    assert not debug_messages.dropped()
    pulumi.log.debug("seen")
    assert monitor.told == ["seen"]
