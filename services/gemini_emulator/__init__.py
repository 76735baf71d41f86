"""Stands in for Gemini's API: the same wire format, answers by simple rules."""
