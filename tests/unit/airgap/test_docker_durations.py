"""Durations in Go's spelling."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airgap.docker_provider.durations import LONGEST, nanoseconds, spelled

READ = {
    "": 0,
    "0": 0,
    "0s": 0,
    "30s": 30 * 10**9,
    "1m30s": 90 * 10**9,
    "1h0m0s": 3600 * 10**9,
    "1.5s": 1_500_000_000,
    ".5s": 500_000_000,
    "1.s": 10**9,
    "1h1h": 7200 * 10**9,
    "250ms": 250_000_000,
    "1us": 1_000,
    "1µs": 1_000,
    "1\u03bcs": 1_000,
    "1.9ns": 1,
    "0.1s": 100_000_000,
    "9223372036854775807ns": LONGEST,
}
SPELLED = {
    0: "0s",
    1: "1ns",
    1_500: "1.5µs",
    250_000_000: "250ms",
    1_500_000: "1.5ms",
    1_500_000_000: "1.5s",
    60 * 10**9: "1m0s",
    90_500_000_000: "1m30.5s",
    3600 * 10**9: "1h0m0s",
    LONGEST: "2562047h47m16.854775807s",
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_a_duration_is_read_as_go_reads_it(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected


@pytest.mark.parametrize(
    "text", ["30", "s", "-1s", "1 s", "1d", "1s ", "1s\n", "٣s", "soon", ".s", "1e3s", "1s\0"]
)
def test_what_is_no_duration_is_told_without_quoting_it(text: str) -> None:
    with pytest.raises(ValueError, match="a duration such as 30s") as told:
        nanoseconds(text)
    assert repr(text) not in str(told.value)


@pytest.mark.parametrize("text", ["9223372036854775808ns", "3000000h", "9" * 90 + "h"])
def test_what_go_cannot_hold_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="292 years"):
        nanoseconds(text)


@pytest.mark.parametrize("text", ["9" * 1_000_000, "9" * 1_000_000 + "h", "1s" * 500_000])
def test_a_very_long_text_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="a duration such as 30s"):
        nanoseconds(text)


@pytest.mark.parametrize(("value", "expected"), SPELLED.items())
def test_a_duration_is_written_as_go_writes_it(value: int, expected: str) -> None:
    assert spelled(value) == expected


@settings(max_examples=200)
@given(st.integers(0, LONGEST))
def test_what_is_written_reads_as_the_same(value: int) -> None:
    assert nanoseconds(spelled(value)) == value
