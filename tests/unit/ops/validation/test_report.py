"""A report as table and as JSON."""

from __future__ import annotations

from ops.validation import Check, Report

GOOD = Check(kind="health", name="redis", target="redis", result="passed", latency_ms=7.25)
BAD = Check(
    kind="smoke",
    name="login",
    target="POST /api/v1/auth/login",
    result="failed",
    latency_ms=1204.0,
    detail="401 instead of 200: unauthorized: Wrong",
)
LEFT = Check(kind="smoke", name="own profile", target="GET /api/v1/users/me", result="skipped")


def test_a_table_is_aligned_and_ends_with_the_count() -> None:
    assert Report((GOOD, BAD, LEFT)).table() == "\n".join(
        [
            "kind    check        target                   result     latency  detail",
            "health  redis        redis                    passed      7.2 ms",
            "smoke   login        POST /api/v1/auth/login  failed   1204.0 ms  "
            "401 instead of 200: unauthorized: Wrong",
            "smoke   own profile  GET /api/v1/users/me     skipped",
            "1 of 3 checks passed",
        ]
    )


def test_a_report_passes_when_all_its_checks_do() -> None:
    assert Report((GOOD,)).passed
    assert not Report((GOOD, BAD)).passed
    assert not Report((GOOD, LEFT)).passed


def test_a_report_that_looked_at_nothing_did_not_pass() -> None:
    assert not Report(()).passed


def test_json_tells_each_check() -> None:
    assert Report((BAD,)).as_dict() == {
        "passed": False,
        "checks": [
            {
                "kind": "smoke",
                "name": "login",
                "target": "POST /api/v1/auth/login",
                "passed": False,
                "result": "failed",
                "latency_ms": 1204.0,
                "detail": "401 instead of 200: unauthorized: Wrong",
            }
        ],
    }
