"""A new version is stopped for what it does worse, not for what was bad before it came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.router_config import BUCKETS_MS
from ops.shift.counters import NONE, Counters, counters
from ops.shift.guard import breach
from settings import ReleaseSettings

LIMITS = ReleaseSettings.model_validate(
    {"maxErrorRate": 0.05, "maxP99Milliseconds": 500, "minRequests": 20}
)
SIZE = len(BUCKETS_MS) + 1


def seen(requests: int, errors: int = 0, slow: int = 0) -> Counters:
    """Counters of quick answers, of which some took between one and two seconds."""
    buckets = [0] * SIZE
    buckets[0] = requests - slow
    buckets[BUCKETS_MS.index(2000)] = slow
    return Counters(requests=requests, errors=errors, buckets=tuple(buckets))


def test_a_good_version_may_go_on() -> None:
    assert breach(seen(1000, errors=3), seen(1000), LIMITS) is None


def test_too_many_errors_stop_it_and_the_message_names_the_setting() -> None:
    reason = breach(seen(100, errors=6), seen(1000), LIMITS)
    assert reason is not None
    assert "6 of 100" in reason
    assert "release.maxErrorRate" in reason


def test_errors_that_the_old_version_has_too_are_not_its_fault() -> None:
    assert breach(seen(100, errors=20), seen(1000, errors=200), LIMITS) is None
    assert breach(seen(100, errors=50), seen(1000, errors=200), LIMITS) is not None


def test_an_old_version_with_hardly_any_requests_excuses_nothing() -> None:
    assert breach(seen(100, errors=20), seen(5, errors=5), LIMITS) is not None


def test_few_requests_count_as_if_there_had_been_enough() -> None:
    assert breach(seen(1, errors=1), NONE, LIMITS) is None
    assert breach(seen(2, errors=2), NONE, LIMITS) is not None


def test_slow_answers_stop_it() -> None:
    reason = breach(seen(100, slow=2), seen(1000), LIMITS)
    assert reason is not None
    assert "release.maxP99Milliseconds" in reason
    assert breach(seen(1000, slow=10), seen(1000), LIMITS) is None


def test_slow_answers_of_the_old_version_too_are_not_its_fault() -> None:
    assert breach(seen(100, slow=50), seen(1000, slow=500), LIMITS) is None


def test_the_time_of_a_few_answers_says_nothing() -> None:
    assert breach(seen(19, slow=19), seen(1000), LIMITS) is None


@pytest.mark.parametrize(("slow", "bound"), [(0, 5.0), (1, 5.0), (2, 2000.0), (100, 2000.0)])
def test_the_99th_percentile_is_the_bound_of_its_bucket(slow: int, bound: float) -> None:
    assert seen(100, slow=slow).p99_ms == bound


def test_without_answers_there_is_no_percentile_and_no_rate() -> None:
    assert NONE.p99_ms is None
    assert NONE.error_rate == 0.0


def test_beyond_the_last_bucket_it_is_infinite() -> None:
    slow = Counters(requests=1, errors=0, buckets=(*(0,) * (SIZE - 1), 1))
    assert slow.p99_ms == float("inf")


def test_a_router_that_began_anew_counts_from_nothing() -> None:
    assert seen(3).since(seen(10)) == seen(3)


def test_a_slot_that_never_answered_has_no_buckets_yet() -> None:
    assert counters({"requests": 0, "errors": 0, "buckets": []}) == NONE


numbers = st.integers(0, 10_000)


@given(numbers, numbers, numbers, numbers)
def test_a_window_holds_what_came_in_it(before: int, errors: int, more: int, later: int) -> None:
    first = seen(before + errors, errors=errors)
    then = seen(before + errors + more + later, errors=errors + later)
    window = then.since(first)
    assert (window.requests, window.errors) == (more + later, later)
    assert sum(window.buckets) == more + later
