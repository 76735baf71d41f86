"""Looking at the whole running platform: the health matrix and the smoke tests."""

from .health import health_matrix
from .report import Check, Report
from .run import base_url, validate
from .smoke import smoke_tests

__all__ = ["Check", "Report", "base_url", "health_matrix", "smoke_tests", "validate"]
