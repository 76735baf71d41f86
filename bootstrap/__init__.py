"""The set-up: one step per tool, on nothing but Python's standard library."""
