"""What is told of a step of the traffic."""

from __future__ import annotations

from ops.shift.sample import Sample, step_line


def seen(service: str, requests: int = 100, errors: int = 0, p99: float | None = 25) -> Sample:
    return Sample(
        time=1,
        percent=50,
        service=service,
        slot="green",
        requests=requests,
        errors=errors,
        p99_ms=p99,
        all_requests=requests,
        all_errors=errors,
    )


def test_a_sample_in_words() -> None:
    assert seen("a", 1234).text() == "1234 requests · 0 errors · p99 25 ms"
    assert seen("a", 0, p99=None).text() == "0 requests · 0 errors"
    assert seen("a", p99=float("inf")).text().endswith("p99 beyond the last bucket")


def test_a_step_in_one_line() -> None:
    assert step_line(50, 4.04, [seen("a")]) == (
        "50 % of the traffic to a-green for 4.0 s: 100 requests, 0 errors, p99 25 ms"
    )
    two = step_line(10, 1, [seen("a", p99=None), seen("b", errors=2)])
    assert two.endswith("to a-green, b-green for 1.0 s: 200 requests, 2 errors, p99 25 ms (b)")
    many = step_line(10, 1, [seen(name, p99=None) for name in "abcd"])
    assert "the new versions of 4 services for 1.0 s: 400 requests, 0 errors" in many
