"""When failed sign-ins lock an account."""

from __future__ import annotations

from auth_service.failures import RecentFailures, locked_for
from hypothesis import given
from hypothesis import strategies as st

NOW = 10_000.0
times = st.lists(st.floats(min_value=0, max_value=NOW), max_size=30).map(sorted)


def test_nine_failures_lock_nothing() -> None:
    assert locked_for([NOW] * 9, NOW) == 0


def test_ten_failures_lock_until_the_first_is_15_minutes_old() -> None:
    failures = [NOW - 100 + second for second in range(10)]
    assert locked_for(failures, NOW) == 800


def test_ten_failures_over_more_than_15_minutes_lock_nothing() -> None:
    assert locked_for([NOW - 900, *[NOW] * 9], NOW) == 0


@given(times)
def test_it_is_locked_just_when_ten_fell_into_the_last_15_minutes(failures: list[float]) -> None:
    recent = sum(time + 900 > NOW for time in failures)
    assert (locked_for(failures, NOW) > 0) == (recent >= 10)


@given(times)
def test_once_the_lock_is_over_nine_failures_are_left_in_the_window(
    failures: list[float],
) -> None:
    later = NOW + locked_for(failures, NOW)
    assert sum(time + 900 > later + 1e-6 for time in failures) <= 9


def test_the_last_ten_failures_of_an_account_are_remembered() -> None:
    recent = RecentFailures()
    for second in range(15):
        recent.add("a", second)
    assert list(recent.of("a")) == list(range(5, 15))
    assert list(recent.of("b")) == []


def test_forgetting_is_for_one_account() -> None:
    recent = RecentFailures()
    recent.add("a", 1)
    recent.add("b", 2)
    recent.forget("a")
    recent.forget("nobody")
    assert (list(recent.of("a")), list(recent.of("b"))) == ([], [2])


def test_of_too_many_accounts_the_one_that_failed_longest_ago_is_forgotten() -> None:
    recent = RecentFailures(most_accounts=2)
    for second, account in enumerate("abac"):
        recent.add(account, second)
    assert [list(recent.of(account)) for account in "abc"] == [[0, 2], [], [3]]
