"""When failed sign-ins lock an account, and a memory of them for when Redis is away."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence

MOST_FAILURES = 10
WINDOW_SECONDS = 15 * 60
_MOST_ACCOUNTS = 10_000


def locked_for(failures: Sequence[float], now: float) -> float:
    """Return for how many seconds more an account is locked, 0 when it is not.

    failures: times of the failed sign-ins, oldest first, in seconds. No window of 15 minutes
    may hold more than 10 of them.
    """
    if len(failures) < MOST_FAILURES:
        return 0.0
    return max(failures[-MOST_FAILURES] + WINDOW_SECONDS - now, 0.0)


class RecentFailures:
    """The failures that this process saw: of the last accounts, and of each the last ten."""

    def __init__(self, most_accounts: int = _MOST_ACCOUNTS) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._most = most_accounts

    def add(self, account: str, now: float) -> None:
        """Remember a failure."""
        self._times.setdefault(account, deque(maxlen=MOST_FAILURES)).append(now)
        self._times.move_to_end(account)
        if len(self._times) > self._most:
            self._times.popitem(last=False)

    def of(self, account: str) -> Sequence[float]:
        """Return the times of an account's failures, oldest first."""
        return list(self._times.get(account, ()))

    def forget(self, account: str) -> None:
        """Forget an account's failures."""
        self._times.pop(account, None)
