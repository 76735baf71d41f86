"""Whose browser asks."""

from __future__ import annotations

from contextvars import ContextVar

BROWSER: ContextVar[str] = ContextVar("browser", default="")
"""The address from which the present request came."""
