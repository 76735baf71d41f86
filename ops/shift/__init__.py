"""Moving traffic to new versions step by step, and back when one is bad."""
