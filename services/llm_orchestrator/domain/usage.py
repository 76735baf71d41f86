"""What a chat has used."""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens. Thinking is paid as output."""

    input: float
    output: float


@dataclass(slots=True)
class Usage:
    """Tokens: of what the model read, of what it wrote, and of what it thought."""

    input_tokens: int = 0
    output_tokens: int = 0
    thinking_tokens: int = 0

    @property
    def total(self) -> int:
        """All tokens."""
        return self.input_tokens + self.output_tokens + self.thinking_tokens

    def add(self, other: Usage) -> None:
        """Count another request's tokens too."""
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.thinking_tokens += other.thinking_tokens

    def cost(self, prices: Prices) -> float:
        """Return what it costs in US dollars, to the millionth."""
        paid_as_output = self.output_tokens + self.thinking_tokens
        cost = self.input_tokens * prices.input + paid_as_output * prices.output
        return round(cost / MILLION, 6)
