"""The two ways in which a formula goes wrong."""

from __future__ import annotations


class InvalidFormula(Exception):
    """The text is no formula of this table; the message says why, in Airtable's words."""


class FormulaError(Exception):
    """A well-formed formula has no value for this record (Airtable shows #ERROR!)."""
