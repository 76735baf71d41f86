"""Measurements: `make bench`. Ratios and limits come from one run on one machine."""
