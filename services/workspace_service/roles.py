"""What a member of a workspace may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A member's role. A viewer reads, an editor changes the content, an owner everything."""

    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        """The higher, the more it may."""
        return {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}[self]
