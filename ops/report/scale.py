"""From numbers to places on a chart. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600)
_MOST_TICKS = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps low..high onto begin..end, in pixels; logarithmic where wanted."""

    low: float
    high: float
    begin: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value; what is beyond stands at the edge."""
        form: Callable[[float], float] = math.log10 if self.logarithmic else float
        value = min(max(value, self.low), self.high)
        share = (form(value) - form(self.low)) / (form(self.high) - form(self.low))
        return round(self.begin + share * (self.end - self.begin), 1)


def seconds_ticks(total: float) -> list[float]:
    """Return round numbers of seconds from 0 up to a total, at most eleven."""
    step = next((each for each in _STEPS if total / each <= _MOST_TICKS), _STEPS[-1])
    return [index * step for index in range(int(total / step) + 1)]


def seconds_text(value: float) -> str:
    """Return seconds for people, for example 8.1 s or 2 min 5 s."""
    if value < 60:
        return f"{value:.3g} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
