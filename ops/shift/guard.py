"""Whether a new version may have more traffic. Pure."""

from __future__ import annotations

from settings import ReleaseSettings

from .counters import Counters

# How much worse than the old version the new one must be to be to blame for it.
WORSE = 2.0


def breach(new: Counters, old: Counters, limits: ReleaseSettings) -> str | None:
    """Return why the new version is to go, None when nothing speaks against it.

    new: of this step. old: of the version that serves, since the shift began: what is as bad
    there is not the new version's fault. A slot with fewer than minRequests counts as if it
    had had that many, so that one error on a quiet night is enough to stop.
    """
    return _errors(new, old, limits) or _slow(new, old, limits)


def _errors(new: Counters, old: Counters, limits: ReleaseSettings) -> str | None:
    rate = new.errors / max(new.requests, limits.min_requests)
    excused = old.requests >= limits.min_requests and rate <= WORSE * old.error_rate
    if rate <= limits.max_error_rate or excused:
        return None
    return (
        f"{new.errors} of {new.requests} requests failed, more than "
        f"{limits.max_error_rate:.1%} (release.maxErrorRate)"
    )


def _slow(new: Counters, old: Counters, limits: ReleaseSettings) -> str | None:
    p99 = new.p99_ms
    if new.requests < limits.min_requests or p99 is None or p99 <= limits.max_p99_milliseconds:
        return None
    before = old.p99_ms if old.requests >= limits.min_requests else None
    if before is not None and p99 <= WORSE * before:
        return None
    return (
        f"its 99th percentile is over {limits.max_p99_milliseconds} ms (release.maxP99Milliseconds)"
    )
