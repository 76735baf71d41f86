"""Durations are spelled the way Go prints them."""

import pytest

from plan.durations import go_duration


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [(0, "0s"), (30, "30s"), (60, "1m0s"), (90, "1m30s"), (3600, "1h0m0s"), (3661, "1h1m1s")],
)
def test_a_duration_is_spelled_as_the_provider_reads_it_back(seconds: int, spelled: str) -> None:
    assert go_duration(seconds) == spelled
