"""What is wrong with a stack's settings, told all at once."""

from __future__ import annotations

from dataclasses import dataclass

# Values of these keys are never shown.
SECRET_KEYS = ("airtableToken", "geminiApiKey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One wrong value: where, what it is, what is allowed, how to mend it."""

    key: str
    value: object
    allowed: str
    mend: str

    def __str__(self) -> str:
        shown = "[secret]" if self.key.startswith(SECRET_KEYS) else repr(self.value)
        return f"{self.key} = {shown}: {self.allowed}. {self.mend}"


class SettingsError(Exception):
    """The settings of a stack are wrong; nothing was touched."""

    def __init__(self, stack: str, problems: list[Problem]) -> None:
        super().__init__(stack, problems)
        self.stack, self.problems = stack, problems

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"The settings of stack {self.stack} have {count} problem{'s' * (count != 1)}:"
        lines = [f"  - {problem}" for problem in self.problems]
        return "\n".join([head, *lines, "Nothing was touched."])
