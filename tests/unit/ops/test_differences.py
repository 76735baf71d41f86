"""What differs between two releases is told key by key."""

from __future__ import annotations

from ops.differences import differences


def test_equal_releases_differ_in_nothing() -> None:
    assert differences({"a": {"image": "x"}}, {"a": {"image": "x"}}) == []


def test_changed_added_and_removed_keys_are_named() -> None:
    first = {
        "a": {"image": "x:1", "environment": {"OLD": "1", "SAME": "1"}},
        "gone": {"image": "g"},
    }
    second = {"a": {"image": "x:2", "environment": {"NEW": "1", "SAME": "1"}}}
    assert differences(first, second) == [
        ("a", "environment.NEW", None, "1"),
        ("a", "environment.OLD", "1", None),
        ("a", "image", "x:1", "x:2"),
        ("gone", "image", "g", None),
    ]
