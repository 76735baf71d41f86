"""Looking at the whole running platform: the health matrix and the smoke tests."""

from .report import Check, Report
from .run import validate

__all__ = ["Check", "Report", "validate"]
